"""The radial correction and the slice on the GPU: variants of points.glsl, and what their uniforms hold."""

from __future__ import annotations

import moderngl
import numpy as np

from explorer.draw.uploads import Uploads
from explorer.geometry.sage import SAMPLES, Radial
from explorer.types import DIMS, Float64
from explorer.world.draw_list import DrawList

GAINS_UNIT = 4
"""Texture unit of the table of the radial correction."""


class Corrections:
    """Which corrections a frame has; nothing is made or sent while there are none."""

    def __init__(self, ctx: moderngl.Context, uploads: Uploads) -> None:
        self._ctx, self._uploads = ctx, uploads
        self.radial: Radial | None = None
        self._slice: tuple[float, float] | None = None
        self._texture: moderngl.Texture | None = None
        self._written: Radial | None = None

    @property
    def variant(self) -> tuple[str, ...]:
        """The ``#define``s of points.glsl."""
        return ("SAGE",) * (self.radial is not None) + ("SLICE",) * (self._slice is not None)

    def show(self, draw_list: DrawList, constants: dict[str, bytes]) -> None:
        """Takes over the corrections of a frame; ``constants`` are the uniforms of all clouds, by name."""
        self.radial, self._slice = draw_list.radial, draw_list.slice
        if self.radial is not None:
            self._use_table(self.radial)
            constants["gains"] = np.int32(GAINS_UNIT).tobytes()
            constants["reach"] = np.float32(self.radial.reach).tobytes()
        if self._slice is not None:
            constants["slice"] = np.array(self._slice, np.float32).tobytes()

    def _use_table(self, radial: Radial) -> None:
        if self._texture is None:
            self._texture = self._ctx.texture((SAMPLES, 1), 1, dtype="f4")
            self._texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        if radial is not self._written:
            self._uploads.texture(self._texture, radial.gains.tobytes())
            self._written = radial
        self._texture.use(GAINS_UNIT)

    def release(self) -> None:
        """Frees the table."""
        if self._texture is not None:
            self._texture.release()
            self._texture = self._written = None


def all_dimensions(space: Float64 | None, share: float) -> bytes:
    """The uniform ``space``: (15, 15) as sixteen mat4, each four columns of the result by four rows."""
    matrix = np.zeros((DIMS + 1, DIMS + 1), np.float32)
    if space is not None:
        matrix[:DIMS, :DIMS] = share * space
    return np.ascontiguousarray(matrix.reshape(DIMS + 1, 4, 4).transpose(1, 0, 2)).tobytes()
