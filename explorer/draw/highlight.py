"""Rings around marked images, in every cloud, over everything."""

from __future__ import annotations

from collections.abc import Callable

import moderngl
import numpy as np

from explorer.draw.frame import LINES, focal_pixels, near_distance
from explorer.draw.rows import Rows
from explorer.draw.shaders import Shaders
from explorer.draw.uploads import Uploads
from explorer.store.read import World
from explorer.types import DIMS, SHOWN, Float64
from explorer.world.draw_list import Cloud, DrawList, Highlight

_REMEMBERED = 4096
_SHARE = 0.25  # largest side of a ring, scene units: a cloud is 1.8 wide


class Highlights:
    """A few points, placed on the CPU: a handful of rows against another 256 bytes for each cloud."""

    def __init__(
        self, ctx: moderngl.Context, world: World, shaders: Shaders, uploads: Uploads, category: Callable[[int], int]
    ) -> None:
        """``category`` gives an image's row of the palette, -1 for the last one."""
        self._world, self._category = world, category
        # Clip place, ring RGBA, dot RGBA, then two diameters and the squareness.
        self._rings = Rows(ctx, shaders, uploads, "highlight", "4f 4f 4f 3f", "clip", "rgba", "core", "sizes_px")
        self._rows: dict[tuple[int, int], Float64] = {}

    def draw(self, draw_list: DrawList, height: int) -> None:
        """Draws the rings of a draw list into the framebuffer in use, ``height`` pixels high."""
        view_projection = draw_list.view @ draw_list.projection
        near = near_distance(draw_list.projection)
        rows: list[tuple[float, ...]] = []
        for cloud in draw_list.clouds:
            for mark in draw_list.highlights:
                if self._colour(draw_list, mark)[3] <= 0.0:
                    continue  # its category is hidden
                clip = self._place(draw_list, cloud, mark.image) @ view_projection  # (4,)
                if clip[3] > near:
                    rows.append((*clip, *self._look(draw_list, cloud, mark, float(clip[3]), height)))
        if rows:
            self._rings.put(np.array(rows, np.float32)).render(moderngl.POINTS, vertices=len(rows))

    def _place(self, draw_list: DrawList, cloud: Cloud, image: int) -> Float64:
        """Homogeneous world place (4,) of an image in a cloud, as it is shown."""
        place = self._row(cloud.layer, image) @ cloud.placement
        if cloud.morph > 0.0:
            end = self._row(cloud.next_layer, image) @ cloud.next_placement
            place = (1.0 - cloud.morph) * place + cloud.morph * end
        if draw_list.radial is not None:
            middle = cloud.placement[DIMS, :SHOWN]
            place[:SHOWN] = middle + draw_list.radial.apply(place[:SHOWN] - middle)
        return np.asarray(place)

    def _row(self, layer: int, image: int) -> Float64:
        """``[x(15), 1]`` (16,) of an image in a layer."""
        key = (layer, image)
        if key not in self._rows:
            if len(self._rows) >= _REMEMBERED:
                self._rows.clear()
            self._rows[key] = np.append(np.asarray(self._world.embedding(layer)[image], np.float64), 1.0)
        return self._rows[key]

    def _look(self, draw_list: DrawList, cloud: Cloud, mark: Highlight, depth: float, height: int) -> tuple[float, ...]:
        """Ring RGBA, dot RGBA, sides of ring and dot in pixels, squareness of the ring."""
        scale, focal = height / LINES, focal_pixels(draw_list.projection, height)
        point = draw_list.point_size * focal / depth
        # In a far, small cloud a ring of full size would hide the cloud.
        side = scale * min(mark.size, max(0.5 * mark.size, _SHARE * focal / depth / scale))
        dot = min(max(point, 5.0 * scale), 0.5 * side)
        ring = max(side, point + 8.0 * scale)
        images = draw_list.images if self._world.thumbnails is not None else 0.0
        thumbnail = images * draw_list.sprite_size * focal / depth
        ring = max(ring, thumbnail + 5.0 * scale)
        red, green, blue, _ = self._colour(draw_list, mark)
        middle = 0.0 if thumbnail > dot else cloud.opacity
        return (*mark.colour[:3], mark.colour[3] * cloud.opacity, red, green, blue, middle, ring, dot, images)

    def _colour(self, draw_list: DrawList, mark: Highlight) -> list[float]:
        """RGBA of the image's row of the palette."""
        palette = draw_list.palette
        colour: list[float] = palette[min(self._category(mark.image), len(palette) - 1)].tolist()
        return colour

    def forget_arrays(self) -> None:
        """Drops the vertex array, after a shader was replaced."""
        self._rings.forget_arrays()

    def release(self) -> None:
        """Frees everything on the GPU."""
        self._rings.release()
