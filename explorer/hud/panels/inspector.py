"""The pinned image, else the hovered one: what it is, what the network says, and its activation maps."""

from __future__ import annotations

from dataclasses import dataclass, field

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme, words
from explorer.hud.kit import Ui
from explorer.hud.panels.maps import MapsMemory, maps_view
from explorer.hud.textures import Textures, fitted
from explorer.hud.widgets import button
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world.intents import Intent
from explorer.world.state import AppState

_PICTURE = 104.0
_DWELL = 0.07
"""Seconds a hovered image rests before its maps are decoded: sweeping over points stays smooth."""


@dataclass
class InspectorMemory:
    """Which image is shown and for how long it has been."""

    image: int | None = None
    age: float = 0.0
    maps: MapsMemory = field(default_factory=MapsMemory)


def inspector_panel(
    ui: Ui, state: AppState, world: World, textures: Textures, memory: InspectorMemory, dt: float
) -> list[Intent]:
    """The inspector; says what to do when there is nothing to inspect."""
    image = state.pinned if state.pinned is not None else state.hover.image if state.hover else None
    if image is None:
        memory.image = None
        _empty(ui)
        return []
    memory.age = memory.age + dt if image == memory.image else 0.0
    memory.image = image
    intents = _head(ui, state, world, textures, image)
    ui.rule()
    if state.pinned is not None or memory.age >= _DWELL or memory.maps.shows(state.layer, image):
        maps_view(ui, state, world, textures, memory.maps, image)
    return intents


def _empty(ui: Ui) -> None:
    """Nothing hovered, nothing pinned."""
    width, height = imgui.get_content_region_avail()
    draw, place = imgui.get_window_draw_list(), imgui.get_cursor_screen_pos()
    lines = (("Hover a point to see its image.", theme.TEXT), ("Click to pin it here, Esc to let go.", theme.DIM))
    y = place.y + max(0.0, height / 2 - ui.px(30))
    for text, colour in lines:
        shown = ui.elide(text, width, theme.HEADING)
        ui.write(draw, place.x + (width - ui.width(shown, theme.HEADING)) / 2, y, shown, colour, theme.HEADING)
        y += ui.px(22)
    imgui.dummy(ImVec2(1, 1))
    ui.note("Nothing inspected")


def _head(ui: Ui, state: AppState, world: World, textures: Textures, image: int) -> list[Intent]:
    """Picture on the left, words on the right."""
    intents: list[Intent] = []
    facts = words.facts(world, state.colouring, image)
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    side = float(round(min(ui.px(_PICTURE), width * 0.42)))
    draw = imgui.get_window_draw_list()
    picture = textures.get(("preview", image, side), lambda: fitted(world.preview(image), side))
    if picture:
        low = ImVec2(round(place.x), round(place.y + (side - picture.height) / 2))
        high = ImVec2(low.x + picture.width, low.y + picture.height)
        draw.add_image_rounded(picture.ref, low, high, ImVec2(0, 0), ImVec2(1, 1), theme.WHITE, ui.px(4))
    left = place.x + (picture.width + ui.px(14) if picture else 0.0)
    right = place.x + width
    y = place.y
    draw.add_circle_filled(ImVec2(left + ui.px(5), y + ui.px(9)), ui.px(5), facts.colour, 20)
    _line(ui, left + ui.px(17), y, right, facts.label, theme.TEXT, theme.TITLE, True)
    y += ui.px(24)
    if facts.prediction:
        _line(ui, left, y, right, f"predicted {facts.prediction}", theme.TEXT, theme.HEADING, False)
        y += ui.px(19)
        verdict = "  ".join(part for part in (facts.verdict, facts.confidence) if part)
        _line(ui, left, y, right, verdict, facts.verdict_colour, theme.HEADING, True)
        y += ui.px(21)
    if facts.attribute:
        _line(ui, left, y, right, facts.attribute, theme.TEXT, theme.HEADING, False)
        y += ui.px(19)
    _line(ui, left, y, right, f"#{image}  {world.image_name(image)}", theme.DIM, theme.SMALL, False)
    side = max(side if picture else 0.0, y - place.y + ui.px(40))
    imgui.set_cursor_screen_pos(ImVec2(left, place.y + side - ui.px(24)))
    if state.pinned is None:
        _line(ui, left, place.y + side - ui.px(17), right, "Click to pin", theme.ACCENT, theme.SMALL, False)
    elif button(ui, "Unpin", 0.0, None, "Let go of this image  (Esc)", height=24):
        intents.append(say.Pin(None))
    imgui.set_cursor_screen_pos(place)
    imgui.dummy(ImVec2(width, side))
    return intents


def _line(ui: Ui, x: float, y: float, right: float, text: str, colour: int, size: float, bold: bool) -> None:
    shown = ui.elide(text, max(1.0, right - x), size, bold)
    ui.write(imgui.get_window_draw_list(), x, y, shown, colour, size, bold)
    if shown != text:
        low, high = ImVec2(x, y), ImVec2(right, y + size * ui.scale)
        if imgui.is_window_hovered() and imgui.is_mouse_hovering_rect(low, high):
            ui.tooltip(text)
