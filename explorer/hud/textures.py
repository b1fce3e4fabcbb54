"""Pictures on the GPU for the HUD: few, kept by name, uploaded only when their content changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import moderngl
import numpy as np
from imgui_bundle import imgui
from PIL import Image

from explorer.types import UInt8

_KEPT = 32
_TINY = 48
"""Images up to this many pixels are enlarged as squares: they are what the network saw."""


@dataclass(frozen=True)
class Picture:
    """A texture as ImGui takes it."""

    ref: imgui.ImTextureRef
    width: int
    height: int


class Textures:
    """A small store of pictures, the least recently used released first.

    Textures that fall out are released only when the next frame begins: the draw data of the frame
    being built may still name them.
    """

    def __init__(self, ctx: moderngl.Context) -> None:
        """Nothing is uploaded yet."""
        self.uploads = 0
        self._ctx = ctx
        self._kept: OrderedDict[Hashable, tuple[moderngl.Texture, Picture] | None] = OrderedDict()
        self._doomed: list[moderngl.Texture] = []

    def begin_frame(self) -> None:
        """Release what fell out during the last frame."""
        for texture in self._doomed:
            texture.release()
        self._doomed.clear()

    def get(self, key: Hashable, make: Callable[[], UInt8 | None]) -> Picture | None:
        """The picture called ``key``, made and uploaded on first use.

        Args:
            key: its name; the same name is the same content.
            make: gives (h, w, 3) uint8 RGB, or None when there is no such picture. It is to be
                shown pixel by pixel: ImGui's renderer neither mip-maps nor samples the nearest.
        """
        if key not in self._kept:
            pixels = make()
            self._kept[key] = None if pixels is None else self._upload(pixels)
            while len(self._kept) > _KEPT:
                _, old = self._kept.popitem(last=False)
                if old is not None:
                    self._doomed.append(old[0])
        self._kept.move_to_end(key)
        entry = self._kept[key]
        return entry[1] if entry else None

    def release(self) -> None:
        """Release every texture."""
        self.begin_frame()
        for entry in self._kept.values():
            if entry:
                entry[0].release()
        self._kept.clear()

    def _upload(self, pixels: UInt8) -> tuple[moderngl.Texture, Picture]:
        height, width = pixels.shape[:2]
        opaque = np.full((height, width, 4), 255, np.uint8)  # ImGui blends, so alpha has to be there
        opaque[..., :3] = pixels
        texture = self._ctx.texture((width, height), 4, opaque.tobytes())
        texture.repeat_x = texture.repeat_y = False
        self.uploads += 1
        return texture, Picture(imgui.ImTextureRef(texture.glo), width, height)


def fitted(pixels: UInt8 | None, side: float) -> UInt8 | None:
    """An image (h, w, 3) resized to fit a square of ``side`` pixels, proportions kept."""
    if pixels is None:
        return None
    height, width = pixels.shape[:2]
    longest = max(height, width)
    if longest <= _TINY:
        times = max(1, int(side // longest))
        return pixels.repeat(times, axis=0).repeat(times, axis=1)
    size = (max(1, round(width / longest * side)), max(1, round(height / longest * side)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
