// What is the same for everything drawn in one frame. Written by explorer/draw/frame.py.
// Matrices come from row-vector arrays, so that here they stand on the left: clip = M * vec4(place, 1).
layout(std140) uniform Frame {
    mat4 view_projection;
    vec4 screen;      // width, height (pixels), pixels for each pixel at 720 lines, near plane distance
    vec4 sizes;       // pixels of a dot and of a thumbnail at distance 1, images 0-1, largest sprite (pixels)
    vec4 fog;         // distance where it starts, 1 / (distance it takes to be complete), -, -
    vec4 background;  // RGB, rows of the palette
};

// How much of a thing at this distance has faded into the background, 0 to 1.
float fogged(float depth) {
    float t = clamp((depth - fog.x) * fog.y, 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
}

// The background at a place in normalised device coordinates: a little light behind the middle,
// darker corners. Fading towards it, not towards one colour, leaves no silhouettes.
vec3 background_at(vec2 ndc) {
    vec2 p = ndc * vec2(0.78, 0.92) - vec2(0.0, 0.10);
    return background.rgb * (1.30 - 0.55 * min(dot(p, p), 1.6));
}
