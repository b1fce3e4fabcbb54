"""What stands out: one byte for each image, shared by all clouds, sent when another set of images is selected."""

from __future__ import annotations

import moderngl
import numpy as np
from numpy.typing import NDArray

from explorer.draw.uploads import Uploads
from explorer.types import UInt8
from explorer.world.selection import Selection

_LOW, _HIGH = 0, 15
"""Levels of an image that is not selected, and of one that is; between them while that changes."""


class Emphasis:
    """The buffer of levels: where an image's level comes from (high four bits) and where it goes (low four).

    Args:
        ctx: the context to upload to.
        order: (N,) image at each rank, the order of the clouds' buffers.
        uploads: counts the bytes.
    """

    def __init__(self, ctx: moderngl.Context, order: NDArray[np.int64], uploads: Uploads) -> None:
        self._ctx, self._order, self._uploads = ctx, order, uploads
        self._buffer: moderngl.Buffer | None = None
        self._levels: UInt8 = np.empty(0, np.uint8)  # (N,) by rank
        self._version: int | None = None
        self._shift = 1.0

    @property
    def buffer(self) -> moderngl.Buffer:
        """(N,) uint8 levels by rank; made on first use."""
        if self._buffer is None:
            self._buffer = self._ctx.buffer(reserve=len(self._order))
        return self._buffer

    def show(self, selection: Selection | None, shift: float) -> bool:
        """Takes over the selection of a frame.

        Args:
            selection: the images that stand out; None while none do.
            shift: 0 to 1, how far the change from the selection before has come.

        Returns:
            Whether anything stands out.
        """
        if selection is None:
            self._version = None
            return False
        if selection.version != self._version:
            wanted = np.where(selection.mask[self._order] > 0, _HIGH, _LOW).astype(np.uint8)  # (N,)
            # From nothing the emphasis as a whole grows; from another selection each image goes its own way.
            before = wanted if self._version is None else _reached(self._shift)[self._levels]
            self._levels = np.asarray((before << 4) | wanted, np.uint8)
            self._uploads.buffer(self.buffer, self._levels.tobytes())
            self._version = selection.version
        self._shift = shift
        return True

    def release(self) -> None:
        """Frees the buffer."""
        if self._buffer is not None:
            self._buffer.release()
            self._buffer = None
        self._version = None


def _reached(shift: float) -> UInt8:
    """(256,) uint8: the level that each byte has come to after a share of its change."""
    codes = np.arange(256)
    return np.asarray(np.rint((codes >> 4) + ((codes & 15) - (codes >> 4)) * shift), np.uint8)
