"""The picture of a scene that stands still: drawn once in full, then shown again until something moves."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import moderngl
import numpy as np

from explorer.draw.target import Target
from explorer.world.draw_list import DrawList

_LAID_OVER = frozenset({"highlights", "labels", "lost", "still"})
"""What is drawn over the kept picture in every frame, or not drawn at all."""


class StillPicture:
    """Keeps what was drawn of a draw list that says it is still."""

    def __init__(self, ctx: moderngl.Context) -> None:
        self._ctx = ctx
        self._seen: DrawList | None = None
        self._colour: moderngl.Texture | None = None
        self._fbo: moderngl.Framebuffer | None = None

    def show(self, draw_list: DrawList, target: Target) -> bool:
        """Puts the kept picture into the target; False when there is none of this draw list."""
        if (
            self._fbo is None
            or self._fbo.size != target.size
            or not (draw_list.still and same_picture(draw_list, self._seen))
        ):
            self._seen = None
            return False
        self._ctx.copy_framebuffer(target.colour_only, self._fbo)
        return True

    def keep(self, draw_list: DrawList, target: Target) -> None:
        """Keeps what the target holds, if it is still."""
        if not draw_list.still:
            return
        if self._fbo is None or self._fbo.size != target.size:
            self.release()
            self._colour = self._ctx.texture(target.size, 4)
            self._fbo = self._ctx.framebuffer([self._colour])
        self._ctx.copy_framebuffer(self._fbo, target.colour_only)
        self._seen = draw_list

    def forget(self) -> None:
        """The picture is no longer what would be drawn, as after a shader was replaced."""
        self._seen = None

    def release(self) -> None:
        """Frees the memory on the GPU."""
        self._seen = None
        if self._fbo is not None and self._colour is not None:
            self._ctx.detect_framebuffer(0).use()  # moderngl binds the last framebuffer again
            self._fbo.release()
            self._colour.release()
        self._fbo = self._colour = None


def same_picture(one: DrawList, other: DrawList | None) -> bool:
    """Whether two draw lists look the same but for what is laid over the picture."""
    if other is None:
        return False
    names = (field.name for field in fields(DrawList) if field.name not in _LAID_OVER)
    return all(_same(getattr(one, name), getattr(other, name)) for name in names)


def _same(one: Any, other: Any) -> bool:
    """Equal in every number. Arrays of one entry for each image are compared by identity first: they rarely differ."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other))
    if isinstance(one, tuple):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    if is_dataclass(one):
        return all(_same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    return bool(one == other)
