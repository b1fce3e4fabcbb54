"""What the colours mean: a row for each class or value, or a colour bar, and how far the picture may be trusted."""

from __future__ import annotations

from dataclasses import dataclass, field

from imgui_bundle import ImVec2, imgui

from explorer.hud.dropdown import dropdown
from explorer.hud.kit import Ui
from explorer.hud.panels.categories import CategoriesMemory, categories, category_row
from explorer.hud.panels.colourbar import colour_bar
from explorer.hud.panels.live import channel_chooser, figures, figures_height, working
from explorer.hud.panels.space import caption_height, draw_caption
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world import live
from explorer.world.intents import Intent
from explorer.world.state import AppState

_LEAST = 118.0
"""Pixels for what the colours mean that are worth more than what stands below: two rows, a search field, a head."""


@dataclass
class LegendMemory:
    """What the legend remembers between frames."""

    categories: CategoriesMemory = field(default_factory=CategoriesMemory)


def legend_panel(ui: Ui, state: AppState, world: World, memory: LegendMemory) -> list[Intent]:
    """What the points are coloured by, and what each colour means."""
    intents: list[Intent] = []
    rows = memory.categories
    rows.hovered = None
    options, colouring = [x.title for x in state.scene.colourings], state.colouring
    if len(options) > 1:
        chosen = dropdown(ui, "Colour by", options, state.colour_by, "What the colours of the points stand for")
        if chosen is not None:
            rows.query = ""
            intents.append(say.ColourBy(chosen))
    caption, trust = caption_height(ui, state), figures_height(ui, state)
    left = imgui.get_content_region_avail().y - ui.px(_LEAST)
    caption, trust = caption if caption <= left else 0.0, trust if caption + trust <= left else 0.0
    below = caption + trust
    if imgui.begin_child("##meaning", ImVec2(0, -below)):
        if colouring.continuous:
            intents += _number(ui, state, world, rows)
        elif colouring.names:
            intents += categories(ui, state, rows)
        else:
            ui.paragraph("These images have no labels.")
    imgui.end_child()
    if trust:
        figures(ui, state)
    if caption:
        draw_caption(ui, state)
    if rows.hovered != state.fading.hovered:
        intents.append(say.HoverCategory(rows.hovered))
    return intents


def _number(ui: Ui, state: AppState, world: World, rows: CategoriesMemory) -> list[Intent]:
    """A colour bar, and what must be said of it."""
    intents: list[Intent] = []
    colouring = state.colouring
    if colouring.key == live.CHANNEL:
        intents += channel_chooser(ui, state, world)
    known = not colouring.live or colouring.values is not None
    if colouring.note:
        ui.paragraph(colouring.note)
    elif known:
        colour_bar(ui, state, world)
        if sum(colouring.counts) < state.scene.images:
            intents += category_row(ui, state, rows, len(colouring.counts))
    if colouring.live and not colouring.note:
        working(ui, state)
        ui.paragraph(live.MEANINGS[colouring.key])
    return intents
