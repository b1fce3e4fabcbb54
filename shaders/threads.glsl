// The way of each image through all clouds: one instance for each thread and edge, a ribbon that faces the
// camera and is shaded like a tube.
#include "include/frame.glsl"

#ifdef VERTEX_SHADER
uniform sampler2D places;   // (thread, node): from the node's middle, world frame
uniform sampler2D colours;  // (thread, node or 0)
uniform ivec4 nodes;        // of both ends, their rows of colours
uniform vec4 way[4];        // middles of both nodes, then tangents; w: layers from the input to both, -, -
uniform vec4 look;          // thickness (scene units), least width (pixels), steps of the curve, opacity
uniform vec3 growth;        // layers from the input to the growing end; emphasis 0-1; number of threads, if limited

noperspective out float across;  // pixels from the middle of the ribbon
flat out float half_width;       // pixels
out vec4 tint;

const float PINCH = 0.22;  // between the clouds a bundle is this much slimmer than straight lines would be
const float BEHIND = 0.03;  // scene units: the dots of a cloud lie on the threads, not in them

void main() {
    int thread = gl_InstanceID;
    float t = float(gl_VertexID >> 1) / look.z;
    float u = 1.0 - t;
    vec3 from = texelFetch(places, ivec2(thread, nodes.x), 0).xyz;
    vec3 to = texelFetch(places, ivec2(thread, nodes.y), 0).xyz;
    // Hermite: the middles with their tangents; what a thread has of its own blends without a tangent.
    float s = t * t * (3.0 - 2.0 * t), slope = 6.0 * t * u;
    float slim = 1.0 - PINCH * 16.0 * t * t * u * u, slimming = -PINCH * 32.0 * t * u * (1.0 - 2.0 * t);
    vec3 own = mix(from, to, s);
    vec3 place = mix(way[0].xyz, way[1].xyz, s) + t * u * (u * way[2].xyz - t * way[3].xyz) + own * slim;
    vec3 along = (way[1].xyz - way[0].xyz + (to - from) * slim) * slope + own * slimming
        + u * (1.0 - 3.0 * t) * way[2].xyz - t * (2.0 - 3.0 * t) * way[3].xyz;

    vec4 clip = view_projection * vec4(place, 1.0);
    vec4 ahead = view_projection * vec4(along, 0.0);
    // Direction on the screen: the derivative of xy / w, times w^2 so that it turns nowhere behind the eye.
    vec2 direction = (ahead.xy * clip.w - clip.xy * ahead.w) * screen.xy;
    direction /= max(length(direction), 1e-9);
    float depth = max(clip.w, screen.w);
    float wanted = look.x / depth;  // pixels
    half_width = 0.5 * clamp(wanted, look.y, 9.0 * screen.z);
    float side = (gl_VertexID & 1) == 0 ? -1.0 : 1.0;
    across = side * (half_width + 0.75);
    gl_Position = clip;
    gl_Position.xy += vec2(-direction.y, direction.x) * across * 2.0 / screen.xy * depth;
    if (clip.w > screen.w) {  // behind its points by a little, and in front like those that stand out, see points.glsl
        float nearer = pow(clip.w / screen.w, 0.9 * growth.y) * clip.w / (clip.w + BEHIND);  // times
        gl_Position.z -= 2.0 * screen.w * (nearer - 1.0);
    }

    vec4 first = texelFetch(colours, ivec2(thread, nodes.z), 0), last = texelFetch(colours, ivec2(thread, nodes.w), 0);
    tint = mix(first, last, s);
    // Depth within the bundle: its far side is dimmer. Neighbours of one colour are told apart by a little light.
    float far_side = smoothstep(-0.45, 0.55, (view_projection * vec4(own * slim, 0.0)).w);
    tint.rgb *= (1.08 - 0.68 * far_side) * (0.86 + 0.28 * fract(float(thread) * 0.618034));
    float grown = clamp(growth.x - mix(way[0].w, way[1].w, t), 0.0, 1.0);
    float arrival = smoothstep(0.12, 0.6, clip.w);  // never a bar across the picture
    float shown = 1.0 - smoothstep(0.85, 1.0, float(thread) / growth.z);  // the last of those shown fade first
    tint.a *= shown * look.w * sqrt(min(1.0, wanted / look.y)) * grown * grown * arrival * (1.0 - fogged(clip.w));
}
#endif

#ifdef FRAGMENT_SHADER
noperspective in float across;
flat in float half_width;
in vec4 tint;
out vec4 colour;

void main() {
    float alpha = tint.a * clamp(half_width + 0.5 - abs(across), 0.0, 1.0);
    if (alpha < 0.3 * tint.a || alpha < 0.02) discard;  // what is left writes depth
    float round_ = smoothstep(0.8, 2.5, half_width);  // thin threads are flat and bright
    float edge = clamp(across / max(half_width, 0.5), -1.0, 1.0);
    float facing = sqrt(1.0 - edge * edge);
    float glint = max(0.0, 1.0 - 9.0 * (edge + 0.35) * (edge + 0.35));
    vec3 shaded = tint.rgb * mix(1.0, 0.35 + 0.65 * facing, round_) + 0.22 * round_ * glint * glint;
    colour = vec4(shaded, 1.0) * alpha;
}
#endif
