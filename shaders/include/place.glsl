// The place of an image in the tour: [x(15), 1] times a folded 16x4 matrix (placement, view and
// projection), which comes as four mat4 of four rows each. 256 bytes for each cloud and frame.
// With SAGE or SLICE the matrix leads to the world instead, where the middle of the cloud is known.
in vec4 x0, x1, x2, x3;
uniform mat4 tour[4];
#ifdef MORPH
in vec4 y0, y1, y2, y3;
uniform mat4 next[4];
#endif
#ifdef SAGE
uniform sampler2D gains;  // of the radius, at even steps from the middle to the reach
uniform float reach;      // scene units
#endif
#ifdef SLICE
uniform mat4 space[16];   // all 15 dimensions in scene units, four at a time
#ifdef MORPH
uniform mat4 next_space[16];
#endif
uniform vec2 slice;       // half its thickness (scene units), how much the rest is faint 0-1
#endif

invariant gl_Position;  // PICK variants must land on the same pixels

vec4 toured() {
    vec4 place = tour[0] * x0 + tour[1] * x1 + tour[2] * x2 + tour[3] * x3;
#ifdef MORPH
    place += next[0] * y0 + next[1] * y1 + next[2] * y2 + next[3] * y3;
#endif
    return place;
}

// The middle of the cloud: the last row of the matrix is the node's own place.
vec4 middle() {
#ifdef MORPH
    return tour[3][3] + next[3][3];
#else
    return tour[3][3];
#endif
}

#if defined(SAGE) || defined(SLICE)
#ifdef SAGE
// explorer/geometry/sage.py does the same.
float gain(float radius) {
    float at = max(radius / reach * 255.0, 1e-6);
    if (at >= 255.0) return 1.0;
    int i = int(at);
    vec2 ends = vec2(texelFetch(gains, ivec2(i, 0), 0).r, texelFetch(gains, ivec2(i + 1, 0), 0).r) * vec2(i, i + 1);
    return mix(ends.x, ends.y, fract(at)) / at;
}
#endif

vec4 place() {
    vec3 own = (toured() - middle()).xyz;
#ifdef SAGE
    own *= gain(length(own));
#endif
    return view_projection * vec4(middle().xyz + own, 1.0);
}

float centre_depth() {
    return (view_projection * vec4(middle().xyz, 1.0)).w;
}
#else
vec4 place() {
    return toured();
}

// Distance of the middle of the cloud.
float centre_depth() {
    return middle().w;
}
#endif

#ifdef SLICE
// How far out of the slice an image lies, 0 to 1: by its distance from the shown space.
float beyond_slice() {
    vec3 own = (toured() - middle()).xyz;
    float square = -dot(own, own);
    for (int k = 0; k < 4; k++) {
        vec4 part = space[4 * k] * x0 + space[4 * k + 1] * x1 + space[4 * k + 2] * x2 + space[4 * k + 3] * x3;
#ifdef MORPH
        part += next_space[4 * k] * y0 + next_space[4 * k + 1] * y1 + next_space[4 * k + 2] * y2
            + next_space[4 * k + 3] * y3;
#endif
        square += dot(part, part);
    }
    float edge = 0.1 * slice.x;  // soft, for points go in and out of it as the tour turns
    return slice.y * smoothstep(slice.x - edge, slice.x + edge, sqrt(max(square, 0.0)));
}
#endif
