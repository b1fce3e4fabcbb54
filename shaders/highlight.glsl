// Rings around an image in every cloud, over everything: a bright ring with a dark rim on both
// sides, so that it shows on any ground, and the image's own dot in the middle.
#include "include/frame.glsl"

#ifdef VERTEX_SHADER
in vec4 clip;        // place in clip coordinates
in vec4 rgba;        // of the ring
in vec4 core;        // of the dot; alpha 0: none
in vec3 sizes_px;    // side of the ring, diameter of the dot (pixels), 0 round to 1 square

flat out vec4 ring;
flat out vec4 dot_colour;
flat out vec3 shape;  // half sides and corner radius, pixels
flat out float half_side;

void main() {
    gl_Position = clip;
    ring = rgba;
    dot_colour = core;
    shape = vec3(0.5 * sizes_px.xy, 0.5 * sizes_px.x * (1.0 - 0.8 * sizes_px.z));
    half_side = max(shape.x, shape.y) + 4.0 * screen.z;
    gl_PointSize = 2.0 * half_side;
}
#endif

#ifdef FRAGMENT_SHADER
flat in vec4 ring;
flat in vec4 dot_colour;
flat in vec3 shape;
flat in float half_side;
out vec4 colour;

void main() {
    vec2 p = (gl_PointCoord * 2.0 - 1.0) * half_side;
    vec2 q = abs(p) - (shape.x - shape.z);
    float outside = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - shape.z;  // of the ring's outer edge
    float thick = max(1.0, 1.1 * screen.z);  // half the ring's width
    float from_ring = abs(outside + thick);
    float line = clamp(thick + 0.5 - from_ring, 0.0, 1.0);
    float rim = 0.65 * clamp(1.0 - (from_ring - thick) / (2.0 * screen.z), 0.0, 1.0);
    float spot = clamp(shape.y + 0.5 - length(p), 0.0, 1.0) * dot_colour.a;
    vec4 dark = vec4(0.0, 0.0, 0.0, rim * ring.a);
    vec4 bright = vec4(ring.rgb, 1.0) * (line * ring.a);
    vec4 middle = vec4(dot_colour.rgb, 1.0) * spot;
    colour = middle + dark * (1.0 - middle.a);
    colour = bright + colour * (1.0 - bright.a);
    if (colour.a <= 0.0) discard;
}
#endif
