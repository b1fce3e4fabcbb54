"""What is under the cursor: the clouds drawn again, as numbers, into a few pixels around it."""

from __future__ import annotations

from collections.abc import Callable

import moderngl
import numpy as np

from explorer.draw.frame import focal_pixels
from explorer.types import Float64
from explorer.world.draw_list import DrawList

REACH = 4
"""How far from the cursor a point is still found, pixels."""

_SIDE = 2 * REACH + 1


class Picker:
    """A framebuffer of 9 x 9 pixels that shows the cursor's surroundings.

    The viewport keeps the size of the picture and is only moved, so that places, sizes and clipping
    are those of the picture in every pixel (a pick matrix would shift them by rounding, and cut
    points whose middle lies outside of the 9 x 9 pixels).
    """

    def __init__(self, ctx: moderngl.Context) -> None:
        self._ctx = ctx
        self._ids = ctx.texture((_SIDE, _SIDE), 2, dtype="u4")
        self._depth = ctx.depth_renderbuffer((_SIDE, _SIDE))
        self._fbo = ctx.framebuffer([self._ids], self._depth)

    def pick(self, x: float, y: float, size: tuple[int, int], draw: Callable[[], None]) -> tuple[int, int] | None:
        """The (node, image) under a place in the picture, else the nearest within reach.

        Args:
            x: pixels from the left edge of the picture.
            y: pixels from its top edge.
            size: of the picture, pixels.
            draw: draws the clouds, with PICK variants, into the framebuffer in use.
        """
        width, height = size
        if not (0 <= x < width and 0 <= y < height):
            return None
        column, row = int(x), height - 1 - int(y)
        self._fbo.use()
        self._fbo.clear()
        self._fbo.viewport = (REACH - column, REACH - row, width, height)
        draw()
        self._fbo.viewport = (0, 0, _SIDE, _SIDE)
        data = self._fbo.read(components=2, alignment=1, dtype="u4")
        return nearest(np.frombuffer(data, np.uint32).reshape(_SIDE, _SIDE, 2))

    def release(self) -> None:
        """Frees everything on the GPU."""
        self._ctx.detect_framebuffer(0).use()  # moderngl binds the last framebuffer again, which must still be there
        for part in (self._fbo, self._depth, self._ids):
            part.release()


def within_reach(
    draw_list: DrawList, x: float, y: float, size: tuple[int, int], middle: Float64, radius: float
) -> bool:
    """False when surely nothing of a sphere of points is within reach of a place in the picture.

    Args:
        draw_list: for the camera and the size of points.
        x: pixels from the left edge of the picture.
        y: pixels from its top edge.
        size: of the picture, pixels.
        middle: (3,) of the sphere, world frame.
        radius: of the sphere, scene units.
    """
    projection = draw_list.projection
    ndc = np.array([2.0 * x / size[0] - 1.0, 1.0 - 2.0 * y / size[1]])
    ray = np.append((ndc + projection[2, :2]) / projection[[0, 1], [0, 1]], -1.0)  # (3,) camera frame
    ray /= np.linalg.norm(ray)
    place = (np.append(middle, 1.0) @ draw_list.view)[:3]  # (3,) camera frame
    beside = float(np.linalg.norm(place - (place @ ray) * ray))
    # Points reach beyond the sphere by half a thumbnail's diagonal, and by some pixels seen at its far side.
    stature = 1.35 if draw_list.selection is not None else 1.0  # of what stands out, see points.glsl
    grown = 0.71 * stature * max(draw_list.point_size, draw_list.images * draw_list.sprite_size)
    pixels = (REACH + 4) * (float(np.linalg.norm(place)) + radius) / focal_pixels(projection, size[1])
    return beside <= radius + grown + pixels


_OFFSETS = np.arange(_SIDE) - REACH
_DISTANCES: Float64 = np.hypot(_OFFSETS[:, None], _OFFSETS[None, :])  # (9, 9) pixels from the cursor


def nearest(ids: np.ndarray[tuple[int, ...], np.dtype[np.uint32]]) -> tuple[int, int] | None:
    """The (node, image) nearest to the middle of ids (9, 9, 2), which hold each number plus one, 0 for none."""
    distances = np.where((ids[..., 0] > 0) & (_DISTANCES <= REACH), _DISTANCES, np.inf)  # (9, 9)
    row, column = np.unravel_index(int(np.argmin(distances)), distances.shape)
    if not np.isfinite(distances[row, column]):
        return None
    node, image = ids[row, column]
    return int(node) - 1, int(image) - 1
