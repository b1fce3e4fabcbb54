"""The threads: whether they are shown, of how many images, and what their colours say."""

from __future__ import annotations

import numpy as np
from imgui_bundle import ImVec2, imgui

from explorer.hud import theme, words
from explorer.hud.kit import Ui
from explorer.hud.widgets import segmented, switch
from explorer.world import intents as say
from explorer.world.intents import Intent
from explorer.world.ramps import STEPS, ramp
from explorer.world.state import AppState
from explorer.world.strands import NEIGHBOURS, Strands

_BAR, _PARTS = 8.0, 64
"""Height of the colour key, and how many colours of the ramp it shows."""


def threads_section(ui: Ui, state: AppState) -> list[Intent]:
    """A switch; while it is on, how many images have a thread and how they are coloured."""
    intents: list[Intent] = []
    shown = state.display
    tip = ui.hint("The selected images as threads through all layers", "threads of the selected images")
    if switch(ui, "Threads", shown.threads, tip):
        intents.append(say.SetThreads(not shown.threads))
    if not shown.threads:
        return intents
    if shown.strands is not None:
        ui.text(_count(state, shown.strands), theme.DIM, theme.SMALL)
    tips = ("Each thread in the colour of its point", "Bright where an image leaves its neighbours")
    width = imgui.get_content_region_avail().x
    chosen = segmented(ui, ("As the points", "By movement"), int(shown.by_movement), width, tips)
    if chosen is not None:
        intents.append(say.ColourThreads(bool(chosen)))
    if shown.by_movement:
        _key(ui, width)
    return intents


def _count(state: AppState, followed: Strands) -> str:
    """Whose threads are drawn: of all that are selected, or of a sample."""
    number, of = len(followed.images), words.count(followed.of)
    what = "selected" if state.selection.count else "all"
    return f"Of {what} {of} images" if number == followed.of else f"Of {words.count(number)} of {what} {of} images"


def _key(ui: Ui, width: float) -> None:
    """What the colours of movement mean."""
    place, draw, height = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list(), ui.px(_BAR)
    edges = np.round(np.linspace(place.x, place.x + width, _PARTS + 1))
    for part, colour in enumerate(ramp()[STEPS // _PARTS // 2 :: STEPS // _PARTS]):
        low, high = ImVec2(edges[part], place.y), ImVec2(edges[part + 1], place.y + height)
        draw.add_rect_filled(low, high, theme.packed((*colour, 1.0)))
    text = place.y + height + ui.px(3)
    ui.write(draw, place.x, text, "with its neighbours", theme.DIM, theme.SMALL)
    far = "away from them"
    ui.write(draw, place.x + width - ui.width(far, theme.SMALL), text, far, theme.DIM, theme.SMALL)
    imgui.dummy(ImVec2(width, height + ui.px(theme.SMALL + 5)))
    ui.note("Movement")
    ui.tip(f"An image's step from layer to layer, less that of its {NEIGHBOURS} nearest: none to half a cloud's radius")
