// The images of one layer, as dots or thumbnails, at their place in the tour.
//
// Variants: MORPH    between two layers: the second one comes in y0..y3 and next[4]; the matrices
//                    are premultiplied by (1 - t) and t
//           EMPHASIS some images stand out: larger, in front; the rest is fainter and smaller
//           SAGE     radial correction: points are moved along their radius
//           SLICE    what is far from the shown space is faint
//           SPRITES  thumbnails from a texture array
//           PICK     writes (node + 1, image + 1) instead of a colour, with the same shape
#include "include/frame.glsl"

#ifdef VERTEX_SHADER
#include "include/place.glsl"
in int category;  // row of the palette; -1 when not known: the last one
#ifdef PICK
in int image;
#endif
#ifdef EMPHASIS
in uint level;          // of emphasis: where it comes from (high four bits) and where it goes, 15 stands out
uniform vec2 emphasis;  // how much, 0-1; how far levels have come, 0-1
#endif

uniform sampler2D palette;
// Of this cloud; in a block of its own, so that a frame of the tour sends nothing but matrices.
layout(std140) uniform Style {
    vec4 style;  // opacity, node, where the points shown end when some are left out (explorer/draw/prefix.py), -
};
#define VARYING flat out
#endif

#ifdef FRAGMENT_SHADER
#define VARYING flat in
#endif

VARYING vec4 disc;  // half the side of the square, radius (pixels), shading / radius^4, opacity
#ifdef PICK
VARYING uvec2 id;
#else
VARYING vec3 tint;  // RGB, faded by depth and fog
#endif
#ifdef SPRITES
#include "include/sprite.glsl"
#endif

#ifdef VERTEX_SHADER
vec4 category_colour(int row_wanted) {
    int rows = int(background.w);
    int row = row_wanted < 0 ? rows - 1 : min(row_wanted, rows - 1);
    return texelFetch(palette, ivec2(row & 1023, row >> 10), 0);
}

#ifdef EMPHASIS
// How much this image stands out: 1 selected, -1 not, 0 while nothing is.
float stand_out() {
    return emphasis.x * (mix(float(level >> 4u), float(level & 15u), emphasis.y) / 7.5 - 1.0);
}

// Nothing that is not selected hides what is: its depth alone, not its place, comes to the near plane.
// The order among the selected stays. With z = w - 2 near (near far of the planes) a depth d becomes
// near (d / near)^(1 - 0.9 s), which rises through the cloud as the emphasis s grows.
void bring_forward(float standing) {
    if (standing <= 0.0 || gl_Position.w <= screen.w) return;
    float nearer = pow(gl_Position.w / screen.w, 0.9 * standing);  // times
    gl_Position.z -= 2.0 * screen.w * (nearer - 1.0);
}
#endif

void main() {
    gl_Position = place();
    float depth = gl_Position.w;
    vec4 colour = category_colour(category);
    float haze = fogged(depth);
    if (colour.a <= 0.0 || haze >= 1.0 || depth <= screen.w) {
        gl_Position = vec4(2.0, 2.0, 2.0, 1.0);  // outside of the picture: neither drawn nor picked
        gl_PointSize = 1.0;
        return;
    }
    // Nothing pops where it meets the near plane: it shrinks away over the last bit of the way.
    float arrival = smoothstep(1.0, 5.0, depth / screen.w);
    // Nor do points that the level of detail takes away: the last of those shown shrink first.
    arrival *= 1.0 - smoothstep(0.85, 1.0, float(gl_VertexID) / style.z);
    float faint = 1.0 - colour.a;  // palettes dim whole categories: smaller too, and gone at last
#ifdef SLICE
    faint = max(faint, beyond_slice());
#endif
    float least = 1.5;
#ifdef EMPHASIS
    float standing = stand_out();  // -1 to 1
    faint = max(faint, -standing);
    least += 1.5 * screen.z * max(standing, 0.0);  // what one looks for is found in far clouds, too
    bring_forward(standing);
#endif
    float stature = (1.0 - 0.4 * faint) * smoothstep(0.0, 0.1, colour.a);
#ifdef EMPHASIS
    stature *= 1.0 + 0.35 * max(standing, 0.0);
#endif
    float side = clamp(sizes.x / depth * stature, least * min(stature, 1.0), sizes.w) * arrival;
    float shading = 0.6 * smoothstep(2.5, 9.0, side) * (1.0 - haze);  // small dots stay flat and bright
#ifdef SPRITES
    shading *= 1.0 - sizes.z;
    side = start_sprite(side, clamp(sizes.y / depth * stature, 2.0, sizes.w) * arrival);
#endif
    gl_PointSize = side + 1.0;  // half a pixel all around for the soft edge
    float radius = 0.5 * side;
    disc = vec4(radius + 0.5, radius, shading / max(radius * radius * radius * radius, 0.01), style.x);
#ifdef PICK
    id = uvec2(uint(style.y + 1.0), uint(image + 1));
#else
    // Depth within the cloud: its far side is dimmer. The robust radius of every cloud is 0.9.
    vec3 behind = background_at(gl_Position.xy / depth);
    float far_side = smoothstep(-0.5, 0.9, depth - centre_depth());
#ifdef EMPHASIS
    far_side *= 1.0 - 0.6 * max(standing, 0.0);
#endif
    float strength = (1.0 - haze) * (1.0 - 0.8 * faint);
    tint = mix(colour.rgb, behind, 1.0 - strength * (1.0 - 0.55 * far_side));
#ifdef SPRITES
    start_veil(behind, 1.0 - strength, far_side);
#endif
#endif
}
#endif

#ifdef FRAGMENT_SHADER
#ifdef PICK
out uvec2 picked;
#else
out vec4 colour;
#endif

void main() {
    vec2 p = (gl_PointCoord * 2.0 - 1.0) * disc.x;  // pixels from the middle, y down
    float squared = dot(p, p);
#ifdef SPRITES
    float outside = outside_sprite(p);  // pixels; negative inside
#else
    float outside = sqrt(squared) - disc.y;
#endif
    float coverage = clamp(0.5 - outside, 0.0, 1.0);
    // What is left writes depth: faint pixels cut holes into what lies behind. Small dots need theirs,
    // or they twinkle as they move.
    if (coverage < mix(0.2, 0.35, clamp(disc.y - 1.0, 0.0, 1.0))) discard;
#ifdef PICK
    picked = id;
#else
    vec3 shaded = tint * (1.0 - disc.z * squared * squared);  // darker towards the rim, like a ball
#ifdef SPRITES
    shaded = sprite_colour(shaded, p, outside);
#endif
    colour = vec4(shaded, 1.0) * (coverage * disc.w);
#endif
}
#endif
