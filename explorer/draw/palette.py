"""The class colours as a texture, written again only when they change."""

from __future__ import annotations

import moderngl
import numpy as np

from explorer.draw.uploads import Uploads
from explorer.types import Float32

_WIDTH = 1024  # every OpenGL 3.3 has textures of this width; longer palettes go on in the next row


class Palette:
    """A float texture of RGBA; row k of the palette is at (k % 1024, k // 1024)."""

    def __init__(self, ctx: moderngl.Context, uploads: Uploads) -> None:
        self._ctx, self._uploads = ctx, uploads
        self._texture: moderngl.Texture | None = None
        self._colours = np.empty((0, 4), np.float32)

    def use(self, colours: Float32, location: int) -> None:
        """Binds the palette (K, 4) to a texture unit."""
        if self._texture is None or not np.array_equal(colours, self._colours):
            self._write(colours)
        if self._texture is not None:
            self._texture.use(location)

    def _write(self, colours: Float32) -> None:
        rows = -(-len(colours) // _WIDTH)
        width = min(len(colours), _WIDTH)
        if self._texture is None or self._texture.size != (width, rows):
            self.release()
            self._texture = self._ctx.texture((width, rows), 4, dtype="f4")
            self._texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        padded = np.zeros((rows * width, 4), np.float32)
        padded[: len(colours)] = colours
        self._uploads.texture(self._texture, padded.tobytes())
        self._colours = colours.copy()

    def release(self) -> None:
        """Frees the texture."""
        if self._texture is not None:
            self._texture.release()
            self._texture = None
