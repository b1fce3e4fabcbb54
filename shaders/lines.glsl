// Edges of the network: straight ribbons of constant width in pixels, soft at the sides and ends.
#include "include/frame.glsl"

#ifdef VERTEX_SHADER
in vec3 start;
in vec3 end;
in vec4 rgba;
in float width;  // pixels

out float along;                // 0 at the start, 1 at the end
noperspective out float across; // pixels from the middle of the ribbon
flat out float half_width;      // pixels
flat out vec4 tint;
out float depth;

void main() {
    vec4 a = view_projection * vec4(start, 1.0);
    vec4 b = view_projection * vec4(end, 1.0);
    float near = screen.w;
    float from = a.w < near ? clamp((near - a.w) / (b.w - a.w), 0.0, 1.0) : 0.0;  // the part in front of the eye
    float to = b.w < near ? clamp((near - a.w) / (b.w - a.w), 0.0, 1.0) : 1.0;
    if (a.w < near && b.w < near) {
        gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
        return;
    }
    vec4 first = mix(a, b, from);
    vec4 last = mix(a, b, to);
    vec2 direction = (last.xy / last.w - first.xy / first.w) * screen.xy;
    direction /= max(length(direction), 1e-6);
    vec2 normal = vec2(-direction.y, direction.x);

    bool at_end = (gl_VertexID & 1) == 1;
    float side = (gl_VertexID & 2) == 0 ? -1.0 : 1.0;
    half_width = max(0.5, 0.5 * width);
    across = side * (half_width + 0.75);
    along = at_end ? to : from;
    gl_Position = at_end ? last : first;
    depth = gl_Position.w;
    gl_Position.xy += normal * across * 2.0 / screen.xy * gl_Position.w;
    tint = rgba * vec4(1.0, 1.0, 1.0, min(1.0, width));
}
#endif

#ifdef FRAGMENT_SHADER
in float along;
noperspective in float across;
flat in float half_width;
flat in vec4 tint;
in float depth;
out vec4 colour;

void main() {
    float soft = clamp(half_width + 0.5 - abs(across), 0.0, 1.0);
    float ends = smoothstep(0.0, 0.25, along) * smoothstep(0.0, 0.25, 1.0 - along);  // never stab the clouds
    float alpha = tint.a * soft * ends * (1.0 - fogged(depth));
    colour = vec4(tint.rgb, 1.0) * alpha;
}
#endif
