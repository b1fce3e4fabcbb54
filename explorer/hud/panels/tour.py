"""The tour and how the points look: pause, speed, dots or images, size, views, recording."""

from __future__ import annotations

import math

from imgui_bundle import imgui

from explorer.hud import icons, theme
from explorer.hud.kit import Ui
from explorer.hud.widgets import button, segmented, slider
from explorer.world import intents as say
from explorer.world.intents import Intent
from explorer.world.rules.showing import NO_PICTURES
from explorer.world.state import AppState

_FASTEST = 120.0
_SIZES = 4.0


def tour_panel(ui: Ui, state: AppState) -> list[Intent]:
    """Everything about the tour in one place."""
    intents: list[Intent] = []
    width = imgui.get_content_region_avail().x
    label, icon = ("Resume", icons.play) if state.paused else ("Pause", icons.pause)
    tip = ui.hint("Pause or resume the tour", "pause or resume the tour")
    if button(ui, label, width, icon, tip, on=not state.paused, height=32):
        intents.append(say.PauseTour(not state.paused))
    _speed(ui, state, intents)
    ui.rule()
    half = (width - imgui.get_style().item_spacing.x) / 2
    _choices(ui, state, intents, half)
    _size(ui, state, intents)
    ui.rule()
    if button(ui, "Frame", half, icons.frame, ui.hint("Bring the current layer into view", "usual view of this layer")):
        intents.append(say.FrameNode())
    imgui.same_line()
    if button(ui, "Overview", half, icons.overview, ui.hint("The whole network", "the whole network")):
        intents.append(say.Overview())
    label, icon = ("Stop", icons.stop) if state.recording else ("Record", icons.record)
    tip = ui.hint("Record what is seen", "start or stop recording")
    colour = theme.RECORD if state.recording else theme.TEXT
    if button(ui, label, half, icon, tip, on=state.recording, colour=colour):
        intents.append(say.SetRecording(not state.recording))
    imgui.same_line()
    if button(ui, "Screenshot", half, icons.camera, ui.hint("Write a picture", "screenshot")):
        intents.append(say.TakeScreenshot())
    return intents


def _choices(ui: Ui, state: AppState, intents: list[Intent], half: float) -> None:
    """Dots or images, fly or dive, side by side."""
    tips = tuple(ui.hint(text, "thumbnails or dots") for text in ("Points as dots", "Points as images"))
    tips = tips if state.scene.pictures else (tips[0], NO_PICTURES)
    disabled = () if state.scene.pictures else (1,)
    chosen = segmented(ui, ("Dots", "Images"), int(state.images), half, tips, disabled)
    if chosen is not None:
        intents.append(say.SetImages(bool(chosen)))
    imgui.same_line()
    tips = ("Travel from cloud to cloud", "Stay, and let the cloud turn into the next layer's")
    chosen = segmented(ui, ("Fly", "Dive"), int(state.dive), half, tips)
    if chosen is not None:
        intents.append(say.SetDive(bool(chosen)))


def _speed(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """Degrees a second; the square of the knob's place, so that slow speeds have room."""
    degrees = math.degrees(state.tour.speed)
    moved = slider(ui, "Speed", f"{degrees:.0f}°/s", math.sqrt(min(1.0, degrees / _FASTEST)))
    if moved is not None:
        intents.append(say.SetTourSpeed(math.radians(_FASTEST * moved**2)))


def _size(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """A factor of a quarter to four, logarithmic, 1 in the middle."""
    place = 0.5 + math.log(state.size_factor) / (2 * math.log(_SIZES))
    moved = slider(ui, "Point size", f"{state.size_factor:.2f} ×", place)
    if moved is not None:
        # The middle holds on to exactly 1: the usual size should be easy to come back to.
        factor = 1.0 if abs(moved - 0.5) < 0.015 else _SIZES ** (2 * moved - 1)
        intents.append(say.SetPointSize(factor))
