"""The thumbnails as a texture array: 256 to a layer, mip-mapped, in the order of the clouds' buffers."""

from __future__ import annotations

import math

import moderngl
import numpy as np
from numpy.typing import NDArray

from explorer.draw.uploads import Uploads
from explorer.types import UInt8

ALONG = 16
"""Thumbnails along a side of a texture layer: a power of two, so that mip levels never mix them."""

BUDGET = 512 << 20
"""Bytes of the largest mip level; images beyond it (by rank) stay dots."""


class Sprites:
    """Thumbnail number r of the atlas is that of the image at rank r: no index is needed to find it."""

    def __init__(self, ctx: moderngl.Context, thumbnails: UInt8, order: NDArray[np.int64], uploads: Uploads) -> None:
        """
        Args:
            ctx: the context to upload to.
            thumbnails: (N, T, T, 3) uint8, T a power of two; may be memory-mapped.
            order: (N,) image at each rank.
            uploads: counts the bytes.
        """
        side = int(thumbnails.shape[1])
        layers = min(
            -(-len(order) // ALONG**2),
            int(ctx.info["GL_MAX_ARRAY_TEXTURE_LAYERS"]),
            max(1, BUDGET // (4 * (ALONG * side) ** 2)),
        )
        self.stored = min(len(order), layers * ALONG**2)
        """How many images have a thumbnail on the GPU: the first ones by rank."""
        self.shape = np.array([side, ALONG, self.stored], np.float32).tobytes()
        """Value of the uniform ``atlas_shape``."""
        size = ALONG * side
        self._texture = ctx.texture_array((size, size, layers), 4)
        for layer in range(layers):
            chosen = order[layer * ALONG**2 : (layer + 1) * ALONG**2]
            data = sheet(thumbnails, chosen).tobytes()
            self._texture.write(data, viewport=(0, 0, layer, size, size, 1))
            uploads.bytes += len(data)
        self._texture.build_mipmaps(max_level=int(math.log2(side)))
        self._texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self._texture.repeat_x = self._texture.repeat_y = False

    def use(self, location: int) -> None:
        """Binds the atlas to a texture unit."""
        self._texture.use(location)

    def release(self) -> None:
        """Frees the texture."""
        self._texture.release()


def sheet(thumbnails: UInt8, chosen: NDArray[np.int64]) -> UInt8:
    """One layer of the atlas, (16 T, 16 T, 4) uint8, first row first; places not needed stay black."""
    side = int(thumbnails.shape[1])
    tiles = np.zeros((ALONG**2, side, side, 4), np.uint8)
    tiles[: len(chosen), :, :, :3] = thumbnails[chosen]
    tiles[..., 3] = 255
    grid = tiles.reshape(ALONG, ALONG, side, side, 4).transpose(0, 2, 1, 3, 4)  # (row, y, column, x, 4)
    return np.ascontiguousarray(grid.reshape(ALONG * side, ALONG * side, 4))
