"""The uniform block ``Frame``: what every shader knows of a frame (shaders/include/frame.glsl)."""

from __future__ import annotations

import moderngl
import numpy as np

from explorer.draw.shaders import BINDINGS
from explorer.draw.uploads import Uploads
from explorer.types import Float64
from explorer.world.draw_list import DrawList

LINES = 720
"""Sizes in pixels are meant at this many lines and scale with the height of the framebuffer."""

_FLOATS = 32
_LARGEST = 0.22
"""Largest dot or thumbnail, as a share of the framebuffer's height."""


class FrameBlock:
    """A small uniform buffer, written once a frame."""

    def __init__(self, ctx: moderngl.Context, uploads: Uploads) -> None:
        self._uploads = uploads
        self._buffer = ctx.buffer(reserve=_FLOATS * 4, dynamic=True)
        self._limit = float(ctx.info["GL_POINT_SIZE_RANGE"][1]) - 1.0

    def write(self, draw_list: DrawList, size: tuple[int, int]) -> None:
        """Fills the block for a framebuffer of ``size`` (width, height) pixels and binds it."""
        width, height = size
        focal = focal_pixels(draw_list.projection, height)
        start, end = draw_list.fog
        largest = min(self._limit, _LARGEST * height)
        values = np.empty(_FLOATS, np.float32)
        values[:16] = (draw_list.view @ draw_list.projection).ravel()
        values[16:20] = width, height, height / LINES, near_distance(draw_list.projection)
        values[20:24] = draw_list.point_size * focal, draw_list.sprite_size * focal, draw_list.images, largest
        values[24:28] = start, 1.0 / max(end - start, 1e-6), 0.0, 0.0
        values[28:32] = *draw_list.background, len(draw_list.palette)
        self._uploads.buffer(self._buffer, values.tobytes())
        self._buffer.bind_to_uniform_block(BINDINGS["Frame"])

    def release(self) -> None:
        """Frees the buffer."""
        self._buffer.release()


def focal_pixels(projection: Float64, height: int) -> float:
    """Pixels that one scene unit at distance 1 covers."""
    return float(projection[1, 1]) * height / 2


def near_distance(projection: Float64) -> float:
    """Distance of the near plane of a (4, 4) row-vector perspective, scene units."""
    return float(projection[3, 2] / (projection[2, 2] - 1.0))
