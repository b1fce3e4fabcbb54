"""Pictures on the GPU for the HUD: few, kept by name, uploaded only when their content changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import moderngl
import numpy as np
from imgui_bundle import imgui

from explorer.types import UInt8

_KEPT = 24


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

    def get(self, key: Hashable, make: Callable[[], UInt8 | None], crisp: bool = False) -> Picture | None:
        """The picture called ``key``, made and uploaded on first use.

        Args:
            key: its name; the same name is the same content.
            make: gives (h, w, 3) uint8 RGB, or None when there is no such picture.
            crisp: show the pixels as squares at any size, never blend them.
        """
        if key not in self._kept:
            pixels = make()
            self._kept[key] = None if pixels is None else self._upload(pixels, crisp)
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

    def _upload(self, pixels: UInt8, crisp: bool) -> tuple[moderngl.Texture, Picture]:
        height, width = pixels.shape[:2]
        opaque = np.full((height, width, 4), 255, np.uint8)  # ImGui blends, so alpha has to be there
        opaque[..., :3] = pixels
        texture = self._ctx.texture((width, height), 4, opaque.tobytes())
        if crisp:
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        else:
            texture.build_mipmaps()
            # A tiny image enlarged shows its pixels, as they are what the network saw.
            larger = moderngl.NEAREST if max(width, height) <= 64 else moderngl.LINEAR
            texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, larger)
        texture.repeat_x = texture.repeat_y = False
        self.uploads += 1
        return texture, Picture(imgui.ImTextureRef(texture.glo), width, height)
