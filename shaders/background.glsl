// The background: one triangle that covers the screen.
#include "include/frame.glsl"

#ifdef VERTEX_SHADER
out vec2 ndc;

void main() {
    ndc = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
    gl_Position = vec4(ndc, 1.0, 1.0);
}
#endif

#ifdef FRAGMENT_SHADER
in vec2 ndc;
out vec4 colour;

void main() {
    // Interleaved gradient noise (Jimenez 2014) of one step of 1/255: dark gradients show bands without.
    float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    colour = vec4(background_at(ndc) + (noise - 0.5) / 255.0, 1.0);
}
#endif
