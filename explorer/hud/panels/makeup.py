"""What a selection is made of: a bar in the colours of its categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui

from explorer.hud import theme, words
from explorer.hud.kit import Ui
from explorer.types import Int32
from explorer.world import live
from explorer.world.state import AppState

_BAR = 8.0
_NAMED = 3
"""Categories that are named below the bar."""
_DRAWN = 60
"""Categories that get a part of the bar of their own."""


@dataclass
class Makeup:
    """How many of the selected images are of each category; counted when either changes."""

    counted_for: tuple[int, str, Int32 | None] = (-1, "", None)
    counts: tuple[tuple[int, int], ...] = ()
    """Category and number, most first."""


def draw_makeup(ui: Ui, state: AppState, memory: Makeup) -> None:
    """The bar, and the names of its largest parts; as high where nothing is selected, so that nothing below moves."""
    _count(state, memory)
    colouring, total = state.colouring, max(1, state.selection.count)
    place, width, height = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, ui.px(_BAR)
    draw, x = imgui.get_window_draw_list(), place.x
    draw.add_rect_filled(place, ImVec2(place.x + width, place.y + height), theme.WELL, ui.px(3))
    for category, number in memory.counts[:_DRAWN]:
        end = x + width * number / total
        colour = theme.packed(tuple(colouring.colours[category]))
        draw.add_rect_filled(ImVec2(x, place.y), ImVec2(end, place.y + height), colour, ui.px(1))
        x = end
    imgui.dummy(ImVec2(width, height))
    if not state.selection.count:
        if not colouring.continuous:
            ui.text("Shift+drag draws a lasso", theme.FAINT, theme.SMALL)
        return
    ui.note("makeup")
    ui.tip("\n".join(f"{_name(state, category)}: {words.count(number)}" for category, number in memory.counts[:20]))
    if not colouring.continuous:
        parts = (f"{_name(state, category)} {100 * n / total:.0f}%" for category, n in memory.counts[:_NAMED])
        ui.text("  ·  ".join(parts), theme.DIM, theme.SMALL)


def _count(state: AppState, memory: Makeup) -> None:
    version, key, rows = memory.counted_for
    if (version, key) == (state.selection.version, state.colouring.key) and rows is state.colouring.rows:
        return
    last = len(state.colouring.colours) - 1
    found = live.rows(state)[state.selection.mask.view(bool)]  # (n,)
    counts = np.bincount(np.where((found < 0) | (found > last), last, found), minlength=last + 1)  # (K + 1,)
    order = np.arange(last + 1) if state.colouring.continuous else np.argsort(-counts, kind="stable")
    memory.counts = tuple((int(c), int(counts[c])) for c in order if counts[c])
    memory.counted_for = state.selection.version, state.colouring.key, state.colouring.rows


def _name(state: AppState, category: int) -> str:
    names = state.colouring.names
    return names[category] if category < len(names) else state.colouring.unknown
