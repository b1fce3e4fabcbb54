"""How the points are shown: dots or images, flat, threads, radial correction, slice; and where the camera goes."""

from __future__ import annotations

import math

from imgui_bundle import imgui

from explorer.hud import icons
from explorer.hud.kit import Ui
from explorer.hud.panels.space import scale_section
from explorer.hud.panels.threads import threads_section
from explorer.hud.widgets import button, row_slider, segmented, switch
from explorer.world import intents as say
from explorer.world.display import GAMMAS, THICKNESSES
from explorer.world.intents import Intent
from explorer.world.rules.showing import NO_PICTURES
from explorer.world.state import AppState

_SIZES = 4.0
_QUICKEST, _SLOWEST = 0.2, 10.0
"""Seconds of a transition."""


def display_panel(ui: Ui, state: AppState) -> list[Intent]:
    """Everything about the picture that is not the tour."""
    intents: list[Intent] = []
    width = imgui.get_content_region_avail().x
    half = (width - imgui.get_style().item_spacing.x) / 2
    _choices(ui, state, intents, half)
    _size(ui, state, intents)
    ui.rule()
    intents += threads_section(ui, state)
    _corrections(ui, state, intents)
    ui.rule()
    intents += scale_section(ui, state)
    _transition(ui, state, intents)
    _views(ui, state, intents, half)
    return intents


def _choices(ui: Ui, state: AppState, intents: list[Intent], half: float) -> None:
    """Dots or images, 3-D or flat, side by side."""
    tips = tuple(ui.hint(text, "thumbnails or dots") for text in ("Points as dots", "Points as images"))
    tips = tips if state.scene.pictures else (tips[0], NO_PICTURES)
    disabled = () if state.scene.pictures else (1,)
    chosen = segmented(ui, ("Dots", "Images"), int(state.images), half, tips, disabled)
    if chosen is not None:
        intents.append(say.SetImages(bool(chosen)))
    imgui.same_line()
    tips = ("15 to 3 dimensions", ui.hint("15 to 2 dimensions, seen face on: for print", "flat: 15 to 2 dimensions"))
    chosen = segmented(ui, ("3-D", "Flat"), int(state.display.flat), half, tips)
    if chosen is not None:
        intents.append(say.SetFlat(bool(chosen)))


def _size(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """A factor of a quarter to four, logarithmic, 1 in the middle."""
    place = 0.5 + math.log(state.size_factor) / (2 * math.log(_SIZES))
    moved = row_slider(ui, "Point size", f"{state.size_factor:.2f} ×", place, room="0.00 ×")
    if moved is not None:
        # The middle holds on to exactly 1: the usual size should be easy to come back to.
        factor = 1.0 if abs(moved - 0.5) < 0.015 else _SIZES ** (2 * moved - 1)
        intents.append(say.SetPointSize(factor))


def _corrections(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """What helps against the crowded middle of a projection from 15 dimensions."""
    shown = state.display
    tip = "Spreads the middle, where projections from 15 dimensions crowd (Laa, Cook and Lee 2022)"
    if switch(ui, "Radial correction", shown.sage, tip):
        intents.append(say.SetSage(not shown.sage))
    if shown.sage:
        low, high = GAMMAS
        moved = row_slider(ui, "Strength", f"{shown.gamma:.2f}", (shown.gamma - low) / (high - low), room="0.00")
        if moved is not None:
            intents.append(say.SetSage(True, low + (high - low) * moved))
    tip = "Only points near the shown space in full, those far behind it in 15 dimensions faint"
    if switch(ui, "Slice", shown.slicing, tip):
        intents.append(say.SetSlice(not shown.slicing))
    if shown.slicing:
        low, high = THICKNESSES
        place = (shown.thickness - low) / (high - low)
        moved = row_slider(ui, "Half thickness", f"{shown.thickness:.2f}", place, "In radii of the cloud", "0.00")
        if moved is not None:
            intents.append(say.SetSlice(True, low + (high - low) * moved))


def _transition(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """Seconds from layer to layer, logarithmic."""
    place = math.log(state.transition / _QUICKEST) / math.log(_SLOWEST / _QUICKEST)
    tip = "Time from one layer to the next"
    moved = row_slider(ui, "Transition", f"{state.transition:.1f} s", place, tip, "10.0 s")
    if moved is not None:
        intents.append(say.SetTransition(round(_QUICKEST * (_SLOWEST / _QUICKEST) ** moved, 2)))


def _views(ui: Ui, state: AppState, intents: list[Intent], half: float) -> None:
    """Where the camera goes."""
    if button(ui, "Frame", half, icons.frame, ui.hint("Bring the current layer into view", "usual view of this layer")):
        intents.append(say.FrameNode())
    imgui.same_line()
    if button(ui, "Overview", half, icons.overview, ui.hint("The whole network", "the whole network")):
        intents.append(say.Overview())
