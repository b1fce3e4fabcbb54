"""The network as a list: one row a layer, strung on a line from the input to the output."""

from __future__ import annotations

from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from explorer.hud import icons, theme
from explorer.hud.kit import Ui
from explorer.hud.panels.details import details, details_height, details_text
from explorer.hud.widgets import hit, icon_button, row_slider, segmented
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world.intents import Intent
from explorer.world.scrub import depth
from explorer.world.state import AppState

_ROW = 40.0
_EASE = 0.25
_LEAST = 3
"""Rows of the list that are worth more than the details below it."""


@dataclass
class LayersMemory:
    """Where the list has scrolled to."""

    layer: int = -1
    """The layer it last scrolled to."""
    height: float = 0.0
    """Height of the list then, pixels."""
    target: float | None = None
    """Where it is scrolling, pixels."""
    hovered: int | None = None
    """The layer under the mouse."""


def layers_panel(ui: Ui, state: AppState, world: World, memory: LayersMemory) -> list[Intent]:
    """Fly or dive, previous and next, every layer with its type and shape, and more of the current or hovered one."""
    intents: list[Intent] = []
    _head(ui, state, intents)
    _scrubber(ui, state, intents)
    layers = world.manifest.layers
    below = max(details_height(ui, x) for x in layers)  # the list keeps its height from layer to layer
    if imgui.get_content_region_avail().y - below < _LEAST * ui.px(_ROW):
        below = 0.0
    entry = layers[state.layer if memory.hovered is None else memory.hovered]
    memory.hovered = None
    if imgui.begin_child("##list", ImVec2(0, -(below + imgui.get_style().item_spacing.y) if below else 0.0)):
        row = ui.px(_ROW)
        imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
        _follow(state, memory, row)
        clipper = imgui.ListClipper()
        clipper.begin(len(state.scene.nodes), row)
        while clipper.step():
            rows = range(clipper.display_start, clipper.display_end)
            for index in rows:
                if _row(ui, state, memory, index, row):
                    intents.append(say.GoToLayer(index))
                ui.tip("" if below else details_text(layers[index]))
        imgui.pop_style_var()
        ui.fade_ends()
    imgui.end_child()
    if below:
        details(ui, entry)
    return intents


def _head(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    side, gap = ui.px(theme.CONTROL), ui.px(4)
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    tips = ("The camera flies from layer to layer", "The camera stays and the cloud turns into the next layer's")
    chosen = segmented(ui, ("Fly", "Dive"), int(state.dive), width - 2 * (side + gap) - gap, tips)
    if chosen is not None:
        intents.append(say.SetDive(bool(chosen)))
    imgui.set_cursor_screen_pos(ImVec2(place.x + width - 2 * side - gap, place.y))
    previous, following = ui.hint("Previous layer", "previous layer"), ui.hint("Next layer", "next layer")
    if icon_button(ui, "Previous", icons.previous, previous, enabled=state.layer > 0):
        intents.append(say.StepLayer(-1))
    imgui.same_line(0, gap)
    last = len(state.scene.nodes) - 1
    if icon_button(ui, "Next", icons.following, following, enabled=state.layer < last):
        intents.append(say.StepLayer(1))


def _scrubber(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """A knob on the way through the layers that stops anywhere."""
    last = len(state.scene.nodes) - 1
    if last < 1:
        return
    here = depth(state) if state.scrub is None else state.scrub
    below = min(int(here), last - 1)
    share = here - below
    shown = f"{here + 1:.2f}" if 0.005 < share < 0.995 else f"{round(here) + 1}"
    tip = ui.hint("Stop anywhere between two layers", "through the layers, also between two")
    moved = row_slider(ui, "Depth", f"{shown} of {last + 1}", here / last, tip, f"{last + 1}.00 of {last + 1}")
    if moved is not None:
        intents.append(say.ScrubDepth(_snapped(moved * last)))


def _snapped(wanted: float) -> float:
    """Whole layers hold on a little: they should be easy to come back to."""
    return float(round(wanted)) if abs(wanted - round(wanted)) < 0.06 else wanted


def _follow(state: AppState, memory: LayersMemory, row: float) -> None:
    """Ease the list to the current layer when it changed; let it be when the wheel moves it."""
    height = imgui.get_window_height()
    if (memory.layer, memory.height) != (state.layer, height):
        first = memory.layer < 0 or memory.height != height
        memory.layer, memory.height = state.layer, height
        top, scroll = state.layer * row, imgui.get_scroll_y()
        if first or top < scroll + row or top + 2 * row > scroll + height:
            most = max(0.0, len(state.scene.nodes) * row - height)
            memory.target = min(most, max(0.0, round((top - (height - row) / 2) / row) * row))
    if memory.target is None:
        return
    if imgui.get_io().mouse_wheel and imgui.is_window_hovered():
        memory.target = None
        return
    left = memory.target - imgui.get_scroll_y()
    if abs(left) < 1.0:
        imgui.set_scroll_y(memory.target)
        memory.target = None
    else:
        imgui.set_scroll_y(imgui.get_scroll_y() + (left * _EASE if abs(left) > 4.0 else left))


def _row(ui: Ui, state: AppState, memory: LayersMemory, index: int, height: float) -> bool:
    """One layer: its place on the line, name and number, type and shape below."""
    node, current, last = state.scene.nodes[index], index == state.layer, len(state.scene.nodes) - 1
    imgui.push_id(index)
    at = hit(ui, node.name, imgui.get_content_region_avail().x, height)
    imgui.pop_id()
    left, top, right, bottom = at.rect
    draw = imgui.get_window_draw_list()
    if at.hovered:
        memory.hovered = index
    if current or at.hovered:
        shade = theme.ACCENT_WELL if current else theme.PRESS if at.held else theme.WELL
        draw.add_rect_filled(ImVec2(left, top + 1), ImVec2(right, bottom - 1), shade, ui.px(6))
    _bead(ui, draw, left + ui.px(14), (top, bottom), index, last, state.layer)
    number = str(index + 1)  # as the number keys count
    number_width = ui.width(number, theme.SMALL)
    x, end = left + ui.px(30), right - ui.px(8)
    name_y, below_y = top + ui.px(5), top + ui.px(22)
    name = ui.elide(node.name, end - x - number_width - ui.px(10), theme.BODY, current)
    ui.write(draw, x, name_y, name, theme.WHITE if current else theme.TEXT, theme.BODY, current)
    ui.write(draw, end - number_width, name_y + ui.px(1), number, theme.FAINT, theme.SMALL)
    below = ui.elide(node.subtitle, end - x, theme.SMALL)
    ui.write(draw, x, below_y, below, theme.DIM, theme.SMALL)
    if name != node.name:
        ui.tip(node.name)
    return at.pressed


def _bead(
    ui: Ui, draw: imgui.ImDrawList, x: float, ends: tuple[float, float], index: int, last: int, current: int
) -> None:
    """The line through the network with a bead for this layer; what is passed already is lit."""
    top, bottom = ends
    middle, half = (top + bottom) / 2, max(0.5, ui.scale * 0.75)
    lit, unlit = theme.ACCENT_EDGE, theme.PRESS
    if index > 0:
        draw.add_rect_filled(ImVec2(x - half, top), ImVec2(x + half, middle), lit if index <= current else unlit)
    if index < last:
        draw.add_rect_filled(ImVec2(x - half, middle), ImVec2(x + half, bottom), lit if index < current else unlit)
    if index == current:
        draw.add_circle_filled(ImVec2(x, middle), ui.px(5), theme.ACCENT, 20)
    else:
        draw.add_circle_filled(ImVec2(x, middle), ui.px(3.5), theme.ACCENT if index < current else theme.FAINT, 16)
