"""A layer that is a vector: one bar a unit, in rows that fit the panel, zero on the line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from imgui_bundle import ImVec2, imgui
from numpy.typing import NDArray

from explorer.hud import colormap, theme, words
from explorer.hud.atlas import Atlas
from explorer.hud.kit import Ui
from explorer.types import Float32

_ROW = 58.0
_CAPTION = 15.0
_NARROWEST = 3.0
_STRONGEST = 5
_DARKEST = 100
"""Steps from zero in the colour table."""


def bars_view(ui: Ui, atlas: Atlas, names: Sequence[str]) -> None:
    """Bars of a vector layer; where units are classes, the strongest ones by name first.

    Args:
        ui: the kit.
        atlas: of the layer.
        names: what each unit stands for, empty when nobody knows.
    """
    values = atlas.values[:, 0, 0]  # (K,)
    if imgui.begin_child("##bars", ImVec2(0, 0)):
        if names:
            _strongest(ui, atlas, values, names)
        width = imgui.get_content_region_avail().x
        each = max(ui.px(_NARROWEST), width / len(values))
        fit = max(1, int(width // each))
        rows = -(-len(values) // fit)
        fit = -(-len(values) // rows)  # rows of equal length
        each = width / fit
        clipper = imgui.ListClipper()
        imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
        clipper.begin(rows, ui.px(_ROW) + ui.px(_CAPTION))
        while clipper.step():
            for row in range(clipper.display_start, clipper.display_end):
                _row(ui, atlas, values, (row * fit, min(len(values), (row + 1) * fit)), each, names)
        imgui.pop_style_var()
        ui.fade_ends()
    imgui.end_child()


def _strongest(ui: Ui, atlas: Atlas, values: Float32, names: Sequence[str]) -> None:
    """The classes the layer speaks loudest for."""
    draw, width = imgui.get_window_draw_list(), imgui.get_content_region_avail().x
    best = np.argsort(-values, kind="stable")[:_STRONGEST]
    span = max(float(values[best[0]]), 1e-30)
    for unit in best:
        place, value = imgui.get_cursor_screen_pos(), float(values[unit])
        text = words.value(value)
        shown = ui.elide(names[unit], width - ui.width(text, theme.SMALL) - ui.px(12), theme.HEADING)
        ui.write(draw, place.x, place.y, shown, theme.TEXT, theme.HEADING)
        x = place.x + width - ui.width(text, theme.SMALL)
        ui.write(draw, x, place.y + ui.px(1), text, theme.DIM, theme.SMALL)
        y = place.y + ui.px(18)
        draw.add_rect_filled(ImVec2(place.x, y), ImVec2(place.x + width, y + ui.px(3)), theme.WELL, ui.px(1.5))
        end = place.x + width * max(0.0, value) / span
        draw.add_rect_filled(ImVec2(place.x, y), ImVec2(end, y + ui.px(3)), theme.ACCENT, ui.px(1.5))
        imgui.dummy(ImVec2(width, ui.px(19)))
    ui.space(2)


def _readable(rows: NDArray[np.intp], signed: bool) -> NDArray[np.intp]:
    """Rows of the colour table, none too dark to be seen: the height of a bar already says its value."""
    zero = colormap.STEPS if signed else 0
    away = rows - zero
    return np.asarray(np.where(away < 0, np.minimum(away, -_DARKEST), np.maximum(away, _DARKEST)) + zero)


def _row(ui: Ui, atlas: Atlas, values: Float32, part: tuple[int, int], each: float, names: Sequence[str]) -> None:
    """One row of bars, from the lowest to the highest value of the whole layer."""
    draw, place, height = imgui.get_window_draw_list(), imgui.get_cursor_screen_pos(), ui.px(_ROW)
    first, last = part
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    span = max(high - low, 1e-30)
    zero = place.y + (height - ui.px(6)) * high / span
    width = (last - first) * each
    table = colormap.table(atlas.signed)
    rows = _readable(colormap.indices(values[first:last], atlas.limit, atlas.signed), atlas.signed)
    gap = ui.px(1) if each >= ui.px(4) else 0.0
    draw.add_rect_filled(place, ImVec2(place.x + width, place.y + height - ui.px(6)), theme.WELL, ui.px(3))
    for number, (value, index) in enumerate(zip(values[first:last], rows, strict=True)):
        x, y = place.x + number * each, zero - (height - ui.px(6)) * float(value) / span
        red, green, blue = table[index]
        low_y, high_y = min(y, zero), max(y, zero)
        colour = theme.rgba(int(red), int(green), int(blue))
        draw.add_rect_filled(ImVec2(x, low_y), ImVec2(x + each - gap, max(high_y, low_y + 1)), colour)
    draw.add_rect_filled(ImVec2(place.x, zero), ImVec2(place.x + width, zero + max(1.0, ui.px(0.7))), theme.FAINT)
    caption = f"{first} – {last - 1}" if last - first > 1 else str(first)
    ui.write(draw, place.x, place.y + height - ui.px(4), caption, theme.DIM, theme.TINY)
    imgui.dummy(ImVec2(width, height + ui.px(_CAPTION)))
    mouse = imgui.get_io().mouse_pos
    if imgui.is_item_hovered() and mouse.y < place.y + height:
        unit = first + min(last - first - 1, max(0, int((mouse.x - place.x) / each)))
        name = f"  {names[unit]}" if names else ""
        ui.tooltip(f"{unit}{name}   {words.value(float(values[unit]))}")
