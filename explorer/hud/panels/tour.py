"""The tour: its kind and speed, what guides it, the space it turns, the axes, what it has gone through, saved views."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from imgui_bundle import ImVec2, imgui

from explorer.hud import icons, theme
from explorer.hud.biplot import BiplotMemory, biplot
from explorer.hud.dropdown import dropdown
from explorer.hud.kit import Ui
from explorer.hud.panels.space import space_section
from explorer.hud.trace import trace_plot
from explorer.hud.widgets import button, icon_button, row_slider
from explorer.world import intents as say
from explorer.world.aiming import standing
from explorer.world.intents import Intent
from explorer.world.state import AppState
from explorer.world.tours import GROUP, GUIDED, INDICES, LOCAL, MODES, PLANNED, RADII

_FASTEST = 120.0
"""Degrees per second."""
_AXES = 128.0
"""Side of the biplot, pixels."""

_KINDS = {
    "grand": "Grand: anywhere",
    "little": "Little: from axes to axes",
    "local": "Local: around this view",
    "planned": "Planned: through saved views",
    "guided": "Guided: towards structure",
    "manual": "Manual: by hand",
}
_INDICES = {
    "holes": "an empty middle (holes)",
    "cmass": "a full middle (cmass)",
    "lda": "groups apart (LDA)",
    "pda": "groups apart, penalised (PDA)",
    "group": "one group from the rest",
}


@dataclass
class TourMemory:
    """What the panel remembers; none of it is part of the session."""

    axes: BiplotMemory = field(default_factory=BiplotMemory)


def tour_panel(ui: Ui, state: AppState, memory: TourMemory) -> list[Intent]:
    """Everything about the tour in one place."""
    intents: list[Intent] = []
    if imgui.begin_child("##all", ImVec2(0, 0)):
        _run(ui, state, intents)
        _aim(ui, state, intents)
        ui.rule()
        intents += space_section(ui, state)
        ui.rule()
        _axes(ui, state, memory, intents)
        _history(ui, state, intents)
        ui.fade_ends()
    imgui.end_child()
    return intents


def _run(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """Pause, kind and speed."""
    label, icon = ("Resume", icons.play) if state.paused else ("Pause", icons.pause)
    tip = ui.hint(f"{label} the tour", "pause or resume the tour")
    if icon_button(ui, label, icon, tip, on=not state.paused):
        intents.append(say.PauseTour(not state.paused))
    imgui.same_line()
    kinds = [_KINDS[x] for x in MODES]
    tip = ui.hint("Where the tour goes", "another kind of tour")
    chosen = dropdown(ui, "Kind", kinds, MODES.index(state.touring.mode), tip)
    if chosen is not None:
        intents.append(say.SetTourMode(MODES[chosen]))
    # The square of the knob's place, so that slow speeds have room.
    degrees = math.degrees(state.tour.speed)
    moved = row_slider(ui, "Speed", f"{degrees:.0f}°/s", math.sqrt(min(1.0, degrees / _FASTEST)), room="120°/s")
    if moved is not None:
        intents.append(say.SetTourSpeed(math.radians(_FASTEST * moved**2)))


def _aim(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """What belongs to the kind of tour."""
    touring = state.touring
    if touring.mode == LOCAL:
        low, high = RADII
        place, shown = (touring.radius - low) / (high - low), f"{math.degrees(touring.radius):.0f}°"
        moved = row_slider(ui, "Radius", shown, place, "How far it strays from the view where it was begun", "45°")
        if moved is not None:
            intents.append(say.SetLocalRadius(low + (high - low) * moved))
    if touring.mode == GUIDED:
        _guide(ui, state, intents)
    if touring.mode == PLANNED and touring.views:
        ui.text(f"Through {len(touring.views)} saved view{'s' if len(touring.views) > 1 else ''}", theme.DIM)
    why = standing(state)
    if why:
        ui.text(why, theme.ACCENT)


def _guide(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """The index that is climbed, how high it has come, and the way on from a summit."""
    touring, names = state.touring, state.colouring.names
    chosen = dropdown(ui, "Towards", [_INDICES[x] for x in INDICES], INDICES.index(touring.index))
    if chosen is not None:
        intents.append(say.SetGuide(INDICES[chosen]))
    if touring.index == GROUP and names:
        chosen = dropdown(ui, "Group", names, min(touring.group, len(names) - 1))
        if chosen is not None:
            intents.append(say.SetGuide(GROUP, chosen))
    trace_plot(ui, "Index", touring.trace)


def _axes(ui: Ui, state: AppState, memory: TourMemory, intents: list[Intent]) -> None:
    """The biplot, and beside it what is done with a view."""
    side, gap = ui.px(_AXES), imgui.get_style().item_spacing.x
    held = memory.axes.axis
    intents += biplot(ui, state, side, memory.axes)
    if held is not None and memory.axes.axis is None:
        intents.append(say.ReleaseAxis())
    imgui.same_line()
    imgui.begin_group()
    width = imgui.get_content_region_avail().x
    tip = ui.hint("Keep this view: basis, layer, camera and space", "save this view")
    if button(ui, "Save view", width, tip=tip):
        intents.append(say.SaveView())
    shown = "views" in state.panels
    if button(ui, f"Views: {len(state.touring.views)}", width, tip="Show or hide the saved views", on=shown):
        intents.append(say.SetPanel("views", not shown))
    half = (width - gap) / 2
    if button(ui, "Copy", half, tip=ui.hint("Copy this basis as JSON", "copy the basis")):
        intents.append(say.CopyBasis())
    imgui.same_line()
    if button(ui, "Paste", half, tip=ui.hint("Go to a copied basis", "paste a basis")):
        intents.append(say.AskPaste())
    if button(ui, "Elsewhere", width, tip="To a random view, and on from there: the way on from an optimum"):
        intents.append(say.RestartTour())
    imgui.end_group()


def _history(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """Back and forth along what the tour has gone through."""
    length, position = state.tour.track.length, state.tour.position + state.tour.scrub
    fraction = position / length if length > 0.0 else 1.0
    shown = f"{math.degrees(position - length):.0f}°" if length - position > 0.01 else "now"
    tip = "Back and forth along what the tour has gone through"
    moved = row_slider(ui, "History", shown, fraction, tip, "−0000°")
    if moved is not None and length > 0.0:
        intents.append(say.ScrubTour(moved * length - position))
