"""The space that the tour turns: which, at what scale, and how much the tour prefers informative views of it."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.dropdown import dropdown
from explorer.hud.kit import Ui
from explorer.hud.widgets import row_slider, segmented, switch
from explorer.world import intents as say
from explorer.world.intents import Intent
from explorer.world.lens import distinguishes
from explorer.world.looks import DISCRIMINANT, INDICES, SPACES
from explorer.world.rules.looking import UNTURNED
from explorer.world.state import AppState
from explorer.world.tours import GRAND

_LINE = 16.0
"""Height of a line of the caption, pixels at ratio 1."""

_TIP = """What the tour turns.
Raw: the 15 dimensions as they are.
Principal: the same, the widest directions first.
Discriminant: stretched where the groups of the colouring differ. It flatters them.
Whitened: directions that hold little are stretched. It shows noise, too."""


def space_section(ui: Ui, state: AppState) -> list[Intent]:
    """Which space, and which views of it, for the tour panel."""
    intents: list[Intent] = []
    lens = state.lens
    chosen = dropdown(ui, "Space", [x.capitalize() for x in SPACES], SPACES.index(lens.space), _TIP)
    if chosen is not None:
        intents.append(say.SetSpace(SPACES[chosen]))
    wants = lens.space == DISCRIMINANT or (lens.index == DISCRIMINANT and lens.strength > 0.0)
    if wants and not distinguishes(state.colouring):
        ui.text("Colour by groups to tell apart", theme.ACCENT)
    if state.touring.mode == GRAND:
        _preference(ui, state, intents)
    return intents


def scale_section(ui: Ui, state: AppState) -> list[Intent]:
    """How the layers stand to one another, for the display panel."""
    intents: list[Intent] = []
    lens = state.lens
    tip = "Layers keep their relative sizes; otherwise each fills the view"
    if switch(ui, "One scale for all layers", not lens.each, tip):
        intents.append(say.SetScale(not lens.each))
    tip = "Turned onto the layer before; off: as UMAP left them" if state.scene.unturned else UNTURNED
    if switch(ui, "Layers aligned", lens.aligned, tip, enabled=state.scene.unturned):
        intents.append(say.SetAligned(not lens.aligned))
    return intents


def _preference(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """How much the tour prefers informative views, and what it takes for informative."""
    lens = state.lens
    tip = "0: every view alike. 100%: hardly anything but the most informative ones"
    moved = row_slider(ui, "Informed", f"{100 * lens.strength:.0f}%", lens.strength, tip, "100%")
    if moved is not None:
        intents.append(say.SetInformed(0.0 if moved < 0.02 else moved))
    if lens.strength > 0.0:
        width, tips = imgui.get_content_region_avail().x, ("Prefer wide views", "Prefer views that tell groups apart")
        chosen = segmented(ui, ("Variance", "Discriminant"), INDICES.index(lens.index), width, tips)
        if chosen is not None:
            intents.append(say.SetInformed(index=INDICES[chosen]))


def caption(state: AppState) -> tuple[str, ...]:
    """Which space is shown, in a line or two for the legend."""
    look = state.lens.look
    space = f"{look.space.capitalize()} space" + (": it flatters the groups" if look.space == DISCRIMINANT else "")
    further = [] if look.aligned else ["unaligned"]
    if look.strength > 0.0 and state.touring.mode == GRAND:
        further.append(f"{look.index} preferred")
    return (space, ", ".join(further).capitalize()) if further else (space,)


def caption_height(ui: Ui, state: AppState) -> float:
    """Pixels that the caption takes, with the gap above it."""
    return len(caption(state)) * ui.px(_LINE) + imgui.get_style().item_spacing.y


def draw_caption(ui: Ui, state: AppState) -> None:
    """The caption at the bottom of the legend."""
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    for row, line in enumerate(caption(state)):
        text = ui.elide(line, width, theme.SMALL)
        ui.write(imgui.get_window_draw_list(), place.x, place.y + row * ui.px(_LINE), text, theme.DIM, theme.SMALL)
    imgui.dummy(ImVec2(width, len(caption(state)) * ui.px(_LINE)))
