"""Names beside the handles: never in the way of the mouse, never over each other, none flickers or jumps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.kit import Rect, Ui
from explorer.hud.overlay import apart, fade, least
from explorer.types import Float64, Viewport
from explorer.world import intents as say
from explorer.world.grips import Handle
from explorer.world.handles import CUSTOM, Key
from explorer.world.intents import Intent

MOST = 32
"""Names at once."""
NUMBERED = 9
"""Handles that a key centres."""

_LONGEST = 150.0
_GAP = 9.0
_MARGIN = 8.0
_RATE = 9.0
_GONE = 0.03
_SIDES = ("right", "left", "below", "above")


@dataclass(frozen=True)
class Tag:
    """A handle to be named."""

    handle: Handle
    number: int
    """From 1, as the keys have it; 0 while it fades out."""
    x: float
    """Pixels."""
    y: float
    radius: float
    opacity: float
    lit: bool


@dataclass
class _Name:
    """What is remembered of a name from frame to frame."""

    opacity: float = 0.0
    side: str = "right"


class Names:
    """Places and draws the names, and edits one in place."""

    def __init__(self) -> None:
        """No name is visible yet."""
        self.rects: dict[Key, Rect] = {}
        """Names to be read in the last frame."""
        self.field: tuple[Rect, ...] = ()
        """The text field of the last frame, where a name is being edited."""
        self._names: dict[Key, _Name] = {}
        self._edited: Key | None = None
        self._text = ""
        self._fresh = False

    def draw(
        self, ui: Ui, viewport: Viewport, tags: Sequence[Tag], blocked: Sequence[Rect], dt: float
    ) -> list[Intent]:  # fmt: skip
        """Draw on the background list; the most pressing of ``tags`` come first and get their place first."""
        tags = tags[:MOST]
        self._names = {tag.handle.key: self._names.get(tag.handle.key, _Name()) for tag in tags}
        sizes = [_size(ui, tag) for tag in tags]
        discs = np.array([_disc(tag) for tag in tags]).reshape(-1, 4)  # (n, 4)
        edge = np.array([*blocked, *_outside(viewport)], dtype=float).reshape(-1, 4)
        now = np.array([self._rect(ui, tag, size) for tag, size in zip(tags, sizes, strict=True)]).reshape(-1, 4)
        visible = np.array([self._names[tag.handle.key].opacity > _GONE for tag in tags], dtype=bool)
        taken = np.zeros(len(tags), dtype=bool)
        step, margin = 1.0 - float(np.exp(-_RATE * dt)), _MARGIN * ui.scale
        self.rects = {}
        for i, tag in enumerate(tags):
            name = self._names[tag.handle.key]
            others = np.delete(discs, i, axis=0)
            fixed = np.vstack([edge, others, now[taken]])
            free = self._free_side(ui, tag, sizes[i], fixed, margin * (0.5 if visible[i] else 1.0))
            if name.opacity <= _GONE and free is not None:
                name.side = free
                now[i] = self._rect(ui, tag, sizes[i])
            stays = free == name.side
            taken[i] = stays
            # One that stays gives way to those before it; one that comes or goes, to everything in sight.
            rivals = (taken if visible[i] and stays else visible | taken) & (np.arange(len(tags)) != i)
            room = min(least(apart(now[i], edge)), least(apart(now[i], now[rivals])))
            name.opacity = min(name.opacity + (float(stays) - name.opacity) * step, fade(room, margin / 2))
            if name.opacity * tag.opacity > _GONE and tag.handle.key != self._edited:
                left, top, right, bottom = (float(x) for x in now[i])
                self.rects[tag.handle.key] = ui.rects[f"handle names/{tag.handle.name}"] = (left, top, right, bottom)
                _draw_name(ui, tag, (left, top, right, bottom), name.opacity * tag.opacity**0.6)
        return self._edit(ui, tags)

    def under(self, x: float, y: float) -> Key | None:
        """The handle whose name, as drawn in the last frame, is at a pixel and can be edited."""
        for key, (left, top, right, bottom) in self.rects.items():
            if key[0] == CUSTOM and left <= x < right and top <= y < bottom:
                return key
        return None

    def _free_side(self, ui: Ui, tag: Tag, size: tuple[float, float], fixed: Float64, margin: float) -> str | None:
        """The side of its handle where a name has room: the one where it is, if that is free."""
        last = self._names[tag.handle.key].side
        for side in (last, *(side for side in _SIDES if side != last)):
            if least(apart(np.array(_beside(ui, tag, size, side)), fixed)) > margin:
                return side
        return None

    def _rect(self, ui: Ui, tag: Tag, size: tuple[float, float]) -> Rect:
        return _beside(ui, tag, size, self._names[tag.handle.key].side)

    def _edit(self, ui: Ui, tags: Sequence[Tag]) -> list[Intent]:
        """A double click on the name of a handle made by hand opens a text field; Enter keeps what was typed."""
        io = imgui.get_io()
        if self._edited is None and imgui.is_mouse_double_clicked(0) and not io.want_capture_mouse:
            key = self.under(io.mouse_pos.x, io.mouse_pos.y)
            for tag in tags:
                if tag.handle.key == key:
                    self._edited, self._text, self._fresh = key, tag.handle.name, True
        edited, self.field = next((tag for tag in tags if tag.handle.key == self._edited), None), ()
        if edited is None:
            self._edited = None
            return []
        return self._field(ui, edited)

    def _field(self, ui: Ui, tag: Tag) -> list[Intent]:
        """The text field, where the name was."""
        left, top, _, bottom = self._rect(ui, tag, _size(ui, tag))
        flags = imgui.WindowFlags_
        bare = flags.no_decoration | flags.no_saved_settings | flags.no_docking | flags.no_move | flags.no_nav
        imgui.set_next_window_pos(ImVec2(left - ui.px(6), (top + bottom) / 2 - ui.px(18)))
        imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(4), ui.px(4)))
        imgui.begin("##name of a handle", None, int(bare | flags.always_auto_resize))
        imgui.pop_style_var()
        if self._fresh:
            imgui.set_keyboard_focus_here()
        imgui.set_next_item_width(ui.px(170))
        kept = imgui.InputTextFlags_.enter_returns_true | imgui.InputTextFlags_.auto_select_all
        done, self._text = imgui.input_text("##handle name", self._text, int(kept))
        low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        self.field = ((low.x, low.y, high.x, high.y),)
        ui.rects["handle names/field"] = self.field[0]
        left_alone = not self._fresh and not imgui.is_item_active()
        imgui.end()
        self._fresh = False
        if done or left_alone:
            self._edited = None
        return [say.RenameHandle(tag.handle.key, self._text)] if done else []


def _shown(ui: Ui, tag: Tag) -> str:
    return ui.elide(tag.handle.name, _LONGEST * ui.scale, theme.HEADING, tag.lit)


def _number(tag: Tag) -> str:
    return str(tag.number) if 0 < tag.number <= NUMBERED else ""


def _size(ui: Ui, tag: Tag) -> tuple[float, float]:
    number = ui.width(_number(tag) + " ", theme.TINY, True) + 3.0 * ui.scale if _number(tag) else 0.0
    # As wide as it is when lit: nothing moves when the mouse comes.
    text = ui.elide(tag.handle.name, _LONGEST * ui.scale, theme.HEADING, True)
    return number + ui.width(text, theme.HEADING, True), theme.HEADING * ui.scale * 1.15


def _beside(ui: Ui, tag: Tag, size: tuple[float, float], side: str) -> Rect:
    """The rectangle of a name on one side of its handle."""
    away, (width, height) = tag.radius + _GAP * ui.scale, size
    x, y = {
        "right": (tag.x + away, tag.y - height / 2),
        "left": (tag.x - away - width, tag.y - height / 2),
        "below": (tag.x - width / 2, tag.y + away - 2.0 * ui.scale),
        "above": (tag.x - width / 2, tag.y - away - height + 2.0 * ui.scale),
    }[side]
    return x, y, x + width, y + height


def _disc(tag: Tag) -> Rect:
    return tag.x - tag.radius, tag.y - tag.radius, tag.x + tag.radius, tag.y + tag.radius


def _outside(viewport: Viewport) -> list[Rect]:
    """The four sides of the window, where no name may be cut off."""
    width, height, far = float(viewport.width), float(viewport.height), 1e5
    return [(-far, -far, 0.0, far), (width, -far, far, far), (-far, -far, far, 0.0), (-far, height, far, far)]


def _draw_name(ui: Ui, tag: Tag, rect: Rect, alpha: float) -> None:
    left, top, right, bottom = rect
    number, pad = _number(tag), 4.0 * ui.scale
    low, high = ImVec2(left - pad, top - 1.5 * ui.scale), ImVec2(right + pad, bottom + 2.5 * ui.scale)
    plate = theme.faded(theme.SHADOW, (0.9 if tag.lit else 0.72) * alpha)
    draw = imgui.get_background_draw_list()
    draw.add_rect_filled(low, high, plate, 4.0 * ui.scale)
    if number:
        ui.write(draw, left, top + 2.0 * ui.scale, number, theme.faded(theme.TEXT, 0.8 * alpha), theme.TINY, True)
        left += ui.width(number + " ", theme.TINY, True) + 3.0 * ui.scale
    bright = theme.faded(theme.WHITE if tag.lit else theme.TEXT, alpha)
    ui.write(draw, left, top, _shown(ui, tag), bright, theme.HEADING, tag.lit)
