"""Saved views as a strip of pictures: go to one, scrub along them, put them in order, name and remove them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from imgui_bundle import ImVec2, imgui

from explorer.hud import icons, theme
from explorer.hud.fields import field as text_field
from explorer.hud.kit import Rect, Ui
from explorer.hud.miniature import miniature
from explorer.hud.textures import Textures
from explorer.hud.widgets import Hit, hit, icon_button, row_slider
from explorer.store.views import View
from explorer.world import intents as say
from explorer.world.glimpses import NEAREST, Glimpse, glimpse, key
from explorer.world.intents import Intent
from explorer.world.state import AppState

_WIDTH, _HEIGHT, _FOOT = 104.0, 66.0, 20.0
_KEPT = 64
"""Views whose glimpses are remembered."""


@dataclass
class ViewsMemory:
    """What the strip remembers; none of it is part of the session."""

    naming: int | None = None
    """The view whose name is being typed."""
    text: str = ""
    begun: bool = False
    """Whether the field has had the keyboard."""
    glimpses: OrderedDict[Hashable, Glimpse] = field(default_factory=OrderedDict)
    """What views show, by key, the least recently seen first."""
    made: bool = False
    """Whether one was made in this frame: the next one waits for the next frame."""

    def glimpse(self, state: AppState, view: View) -> Glimpse | None:
        """What a view shows; None until there is a frame with time for it."""
        wanted = key(state, view)
        if wanted not in self.glimpses:
            if self.made:
                return None
            self.made = True
            self.glimpses[wanted] = glimpse(state, view)
            if len(self.glimpses) > _KEPT:
                self.glimpses.popitem(last=False)
        self.glimpses.move_to_end(wanted)
        return self.glimpses[wanted]


def views_panel(ui: Ui, state: AppState, textures: Textures, memory: ViewsMemory) -> list[Intent]:
    """The saved views in the order of the planned tour."""
    intents: list[Intent] = []
    memory.made = False
    views = state.touring.views
    if not views:
        ui.paragraph(ui.hint("No view is saved yet. “Save view” in the tour panel keeps one", "save this view"))
        return intents
    if len(views) > 1:
        place = state.touring.along if state.touring.sought is None else state.touring.sought
        shown = f"{place + 1:.1f} of {len(views)}"
        tip = "From view to view, stopping anywhere between two"
        moved = row_slider(ui, "Along", shown, place / (len(views) - 1), tip, f"{len(views)}.0 of {len(views)}")
        if moved is not None:
            intents.append(say.ScrubViews(moved * (len(views) - 1)))
    flags = imgui.WindowFlags_.horizontal_scrollbar
    if imgui.begin_child("##strip", ImVec2(0, 0), 0, flags):
        for index, view in enumerate(views):
            if index:
                imgui.same_line()
            imgui.push_id(index)
            intents += _view(ui, state, textures, memory, index, view)
            imgui.pop_id()
    imgui.end_child()
    return intents


def _view(ui: Ui, state: AppState, textures: Textures, memory: ViewsMemory, index: int, view: View) -> list[Intent]:
    """One view: its picture, its name and what it tells."""
    intents: list[Intent] = []
    imgui.begin_group()
    width, height = ui.px(_WIDTH), ui.px(_HEIGHT)
    start = imgui.get_cursor_screen_pos()
    at = hit(ui, view.name, width, height)
    if imgui.is_item_visible():
        _picture(ui, state, textures, memory, view, at)
    if at.pressed:
        intents.append(say.GoToView(index))
    foot = ImVec2(start.x, start.y + height + ui.px(2))
    ends = 0.0
    if memory.naming is None and _inside((start.x, start.y, start.x + width, foot.y + ui.px(_FOOT))):
        ends = ui.px(_FOOT)
        intents += _tools(ui, state, index, foot, width)
    # The field is higher than the name was: it begins over the picture, so that the strip need not scroll.
    above = ui.px(theme.CONTROL) - ui.px(_FOOT) if memory.naming == index else 0.0
    imgui.set_cursor_screen_pos(ImVec2(foot.x + 2 * ends, foot.y - above))
    intents += _name(ui, state, memory, index, view, width - 3 * ends)
    imgui.end_group()
    return intents


def _picture(ui: Ui, state: AppState, textures: Textures, memory: ViewsMemory, view: View, at: Hit) -> None:
    """What the view shows in small, and what it tells; empty until there was time to work it out."""
    left, top, right, bottom = at.rect
    draw, found = imgui.get_window_draw_list(), memory.glimpse(state, view)
    low, high = ImVec2(left, top), ImVec2(right, bottom)
    if found is None:
        draw.add_rect_filled(low, high, theme.WELL, ui.px(6))
    else:
        size = (round(right - left), round(bottom - top))
        picture = textures.get((key(state, view), size), lambda: miniature(found.places, found.colours, *size))
        if picture is not None:
            draw.add_image_rounded(picture.ref, low, high, ImVec2(0, 0), ImVec2(1, 1), theme.WHITE, ui.px(6))
        if found.accuracy is not None:
            _accuracy(ui, state, view, found.accuracy, (left, bottom))
    draw.add_rect(low, high, theme.ACCENT if at.hovered else theme.EDGE, ui.px(6), max(1.0, ui.scale))


def _accuracy(ui: Ui, state: AppState, view: View, accuracy: float, corner: tuple[float, float]) -> None:
    """How well a view tells the groups apart, in its lower left corner."""
    draw, text = imgui.get_window_draw_list(), f"{accuracy:.2f}"
    x, y = corner[0] + ui.px(6), corner[1] - ui.px(5 + theme.TINY)
    pad = ImVec2(ui.px(3), ui.px(2))
    end = ImVec2(x + ui.width(text, theme.TINY) + pad.x, y + theme.TINY * ui.scale + pad.y)
    draw.add_rect_filled(ImVec2(x - pad.x, y - pad.y), end, theme.faded(theme.SHADOW, 0.7), ui.px(3))
    ui.write(draw, x, y, text, theme.TEXT, theme.TINY)
    of = state.colouring.title.casefold() if not state.colouring.live else "class"
    told = f"{accuracy:.1%} of the images have the {of} of most of their {NEAREST} nearest in this view"
    ui.tip(f"{view.name}, {view.layer or 'any layer'}, {view.space} space\n{told}", above=True)


def _tools(ui: Ui, state: AppState, index: int, foot: ImVec2, width: float) -> list[Intent]:
    """Earlier, later and away beside the name, while the mouse is over the view: on the picture they would be hit."""
    intents: list[Intent] = []
    side, last = ui.px(_FOOT), len(state.touring.views) - 1
    imgui.set_cursor_screen_pos(ImVec2(foot.x + width - side, foot.y))
    if icon_button(ui, "Remove", icons.close, "Forget this view", side=_FOOT):
        intents.append(say.RemoveView(index))
    for label, icon, to, x in (
        ("Earlier", icons.previous, index - 1, foot.x),
        ("Later", icons.following, index + 1, foot.x + side),
    ):
        imgui.set_cursor_screen_pos(ImVec2(x, foot.y))
        enabled = 0 <= to <= last
        if icon_button(ui, label, icon, f"{label} in the planned tour", enabled=enabled, side=_FOOT) and enabled:
            intents.append(say.MoveView(index, to))
    return intents


def _name(ui: Ui, state: AppState, memory: ViewsMemory, index: int, view: View, width: float) -> list[Intent]:
    """The view's name; a double click lets one type another."""
    if memory.naming != index:
        at = hit(ui, f"{view.name} name", width, ui.px(_FOOT))
        shown = ui.elide(view.name, width, theme.SMALL)
        y = at.middle - theme.SMALL * ui.scale / 2
        ui.write(
            imgui.get_window_draw_list(), at.rect[0], y, shown, theme.TEXT if at.hovered else theme.DIM, theme.SMALL
        )
        ui.tip("Double click: another name")
        if at.hovered and imgui.is_mouse_double_clicked(0):
            memory.naming, memory.text, memory.begun = index, view.name, False
        return []
    if not memory.begun:
        imgui.set_keyboard_focus_here()
    memory.text, entered = text_field(ui, "Name", "Name", memory.text, width)
    active = bool(imgui.is_item_active())
    left = memory.begun and not active
    memory.begun = memory.begun or active
    if entered or left:
        memory.naming = None
    return [say.RenameView(index, memory.text)] if entered and memory.text.strip() else []


def _inside(rect: Rect) -> bool:
    """Whether the mouse is over a part of this window, whatever lies there."""
    mouse, (left, top, right, bottom) = np.array(imgui.get_mouse_pos()), rect
    window = bool(imgui.is_window_hovered(imgui.HoveredFlags_.allow_when_blocked_by_active_item))
    return bool(window and left <= mouse[0] < right and top <= mouse[1] < bottom)
