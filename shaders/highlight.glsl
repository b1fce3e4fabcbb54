// Rings around an image in every cloud, over everything: a bright ring with a dark rim on both
// sides, so that it shows on any ground, and the image's own dot in the middle.
#include "include/frame.glsl"

#ifdef VERTEX_SHADER
in vec4 clip;        // place in clip coordinates
in vec4 rgba;        // of the ring
in vec4 core;        // of the dot; alpha 0: none
in vec2 diameters;   // ring, dot (pixels)

flat out vec4 ring;
flat out vec4 dot_colour;
flat out vec2 radii;
flat out float half_side;

void main() {
    gl_Position = clip;
    ring = rgba;
    dot_colour = core;
    radii = 0.5 * diameters;
    half_side = max(radii.x, radii.y) + 4.0 * screen.z;
    gl_PointSize = 2.0 * half_side;
}
#endif

#ifdef FRAGMENT_SHADER
flat in vec4 ring;
flat in vec4 dot_colour;
flat in vec2 radii;
flat in float half_side;
out vec4 colour;

void main() {
    float r = length((gl_PointCoord * 2.0 - 1.0) * half_side);
    float thick = max(1.0, 1.1 * screen.z);  // half the ring's width
    float from_ring = abs(r - radii.x + thick);
    float line = clamp(thick + 0.5 - from_ring, 0.0, 1.0);
    float rim = 0.65 * clamp(1.0 - (from_ring - thick) / (2.0 * screen.z), 0.0, 1.0);
    float spot = clamp(radii.y + 0.5 - r, 0.0, 1.0) * dot_colour.a;
    vec4 dark = vec4(0.0, 0.0, 0.0, rim * ring.a);
    vec4 bright = vec4(ring.rgb, 1.0) * (line * ring.a);
    vec4 middle = vec4(dot_colour.rgb, 1.0) * spot;
    colour = middle + dark * (1.0 - middle.a);
    colour = bright + colour * (1.0 - bright.a);
    if (colour.a <= 0.0) discard;
}
#endif
