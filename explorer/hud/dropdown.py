"""A button that opens a list of which one holds."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import ImVec2, imgui

from explorer.hud import icons, theme
from explorer.hud.kit import Ui
from explorer.hud.widgets import hit

_ROW = 26.0
_MOST = 12
"""Rows seen at a time; the list scrolls beyond."""


def dropdown(ui: Ui, label: str, options: Sequence[str], current: int, tip: str = "") -> int | None:
    """A line with a label and the current option; a click opens the list.

    Args:
        ui: the kit.
        label: written before the option, and the widget's name.
        options: what there is to choose from.
        current: index of the one in force.
        tip: tooltip.

    Returns:
        The index of the option clicked, or None.
    """
    width = imgui.get_content_region_avail().x
    at = hit(ui, label, width, ui.px(theme.CONTROL))
    ui.tip(tip)
    left, top, right, bottom = at.rect
    draw, name = imgui.get_window_draw_list(), f"##{label} list"
    opened = imgui.is_popup_open(name)
    shade = theme.PRESS if at.held or opened else theme.HOVER if at.hovered else theme.WELL
    draw.add_rect_filled(ImVec2(left, top), ImVec2(right, bottom), shade, ui.px(6))
    x, y = left + ui.px(10), at.middle - theme.HEADING * ui.scale / 2
    ui.write(draw, x, y, label, theme.DIM, theme.HEADING)
    x += ui.width(label, theme.HEADING) + ui.px(8)
    text = ui.elide(options[current], right - ui.px(28) - x, theme.HEADING, True)
    ui.write(draw, x, y, text, theme.TEXT, theme.HEADING, True)
    icons.down(draw, right - ui.px(15), at.middle, ui.px(4), theme.DIM)
    if at.pressed:
        imgui.open_popup(name)
    ui.popup = ui.popup or opened
    return _list(ui, label, name, options, current, (left, bottom + ui.px(4), width))


def _list(
    ui: Ui, label: str, name: str, options: Sequence[str], current: int, place: tuple[float, float, float]
) -> int | None:
    x, y, width = place
    pad, row = ui.px(5), ui.px(_ROW)
    chosen = None
    height = min(len(options), _MOST) * row + 2 * pad
    lowest = imgui.get_io().display_size.y - ui.px(theme.GAP) - height
    imgui.set_next_window_pos(ImVec2(x, max(0.0, min(y, lowest))))  # all of it is seen, wherever it opens
    imgui.set_next_window_size(ImVec2(width, height))
    imgui.set_next_window_bg_alpha(1.0)
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(pad, pad))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
    if imgui.begin_popup(name):
        if imgui.is_key_pressed(imgui.Key.escape):
            imgui.close_current_popup()
        for index, option in enumerate(options):
            imgui.push_id(index)
            if _option(ui, f"{label}: {option}", option, index == current, row):
                chosen = index
                imgui.close_current_popup()
            imgui.pop_id()
        imgui.end_popup()
    imgui.pop_style_var(2)
    return None if chosen == current else chosen


def _option(ui: Ui, label: str, option: str, on: bool, height: float) -> bool:
    at = hit(ui, label, imgui.get_content_region_avail().x, height)
    left, top, right, bottom = at.rect
    draw = imgui.get_window_draw_list()
    if on or at.hovered:
        shade = theme.ACCENT_WELL if on else theme.HOVER
        draw.add_rect_filled(ImVec2(left, top), ImVec2(right, bottom), shade, ui.px(5))
    text = ui.elide(option, right - left - ui.px(20), theme.HEADING, on)
    y = at.middle - theme.HEADING * ui.scale / 2
    ui.write(draw, left + ui.px(10), y, text, theme.WHITE if on else theme.TEXT, theme.HEADING, on)
    return at.pressed
