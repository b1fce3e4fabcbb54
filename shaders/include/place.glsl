// The place of an image in the tour: [x(15), 1] times a folded 16x4 matrix (placement, view and
// projection), which comes as four mat4 of four rows each. 256 bytes for each cloud and frame.
in vec4 x0, x1, x2, x3;
uniform mat4 tour[4];
#ifdef MORPH
in vec4 y0, y1, y2, y3;
uniform mat4 next[4];
#endif

invariant gl_Position;  // PICK variants must land on the same pixels

vec4 place() {
    vec4 clip = tour[0] * x0 + tour[1] * x1 + tour[2] * x2 + tour[3] * x3;
#ifdef MORPH
    clip += next[0] * y0 + next[1] * y1 + next[2] * y2 + next[3] * y3;
#endif
    return clip;
}

// Distance of the middle of the cloud: the last row of the matrix is the node's own place.
float centre_depth() {
#ifdef MORPH
    return tour[3][3].w + next[3][3].w;
#else
    return tour[3][3].w;
#endif
}
