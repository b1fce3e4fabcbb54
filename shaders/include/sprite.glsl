// Thumbnails: a rounded square with a border in the class colour, growing out of the dot.
uniform vec3 atlas_shape;   // side of a tile (texels), tiles along a side of a layer, thumbnails stored

VARYING vec4 sprite;        // half side, corner radius, border (pixels), share of the image 0-1
VARYING vec4 tile;          // place of the tile in its layer (in tiles), layer, mip level
VARYING vec4 veil;          // RGB that the image fades into with distance, how much

#ifdef VERTEX_SHADER
// The side in pixels of a sprite between a dot of side `small` and a thumbnail of side `full`.
float start_sprite(float small, float full) {
    if (gl_VertexID >= int(atlas_shape.z)) {  // no thumbnail stored: stays a dot
        sprite = vec4(0.5 * small, 0.5 * small, 0.0, 0.0);
        tile = vec4(0.0);
        return small;
    }
    float grown = sizes.z;
    float side = mix(small, full, grown);
    float border = clamp(0.05 * side, min(1.5 * screen.z, 0.12 * side), 4.0 * screen.z);
    sprite = vec4(0.5 * side, mix(0.5 * side, 1.7 * border, grown), border, grown);
    int along = int(atlas_shape.y);
    int index = gl_VertexID % (along * along);
    float level = log2(atlas_shape.x / max(side - 2.0 * border, 1.0));
    tile = vec4(index % along, index / along, gl_VertexID / (along * along), clamp(level, 0.0, log2(atlas_shape.x)));
    return side;
}

void start_veil(vec3 behind, float haze, float far_side) {
    veil = vec4(behind, 1.0 - (1.0 - haze) * (1.0 - 0.3 * far_side));
}
#endif

#ifdef FRAGMENT_SHADER
uniform sampler2DArray atlas;

// Signed distance in pixels to the edge of the rounded square.
float outside_sprite(vec2 p) {
    vec2 q = abs(p) - (sprite.x - sprite.y);
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - sprite.y;
}

vec3 sprite_colour(vec3 rim, vec2 p, float outside) {
    vec2 uv = 0.5 + 0.5 * p / max(sprite.x - sprite.z, 0.5);  // 0-1 across the image inside the border
    // Half a texel of the coarser mip level inside the tile: neighbours never bleed in.
    float inset = 0.5 * exp2(ceil(tile.w)) / atlas_shape.x;
    vec2 place = (tile.xy + clamp(uv, inset, 1.0 - inset)) / atlas_shape.y;
    vec3 image = textureLod(atlas, vec3(place, tile.z), tile.w).rgb;
    float inside = clamp(0.5 - outside - sprite.z, 0.0, 1.0) * sprite.w;
    return mix(rim, mix(image, veil.rgb, veil.a), inside);
}
#endif
