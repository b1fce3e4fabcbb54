"""What the colours mean: a row for each class or value. A click shows or hides one, a double click shows it alone."""

from __future__ import annotations

from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme, words
from explorer.hud.dropdown import dropdown
from explorer.hud.kit import Ui
from explorer.hud.panels.colourbar import colour_bar
from explorer.hud.widgets import button, hit, search
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world.colouring import Colouring
from explorer.world.intents import Intent
from explorer.world.state import AppState

_SEARCH_FROM = 12
_ROW = 25.0


@dataclass
class LegendMemory:
    """What is typed in the search field, and the rows it leaves."""

    query: str = ""
    found_for: tuple[str, str] | None = None
    """Colouring and query of ``found``."""
    found: tuple[int, ...] = ()


def legend_panel(ui: Ui, state: AppState, world: World, memory: LegendMemory) -> list[Intent]:
    """What the points are coloured by, and what each colour means."""
    intents: list[Intent] = []
    options, colouring = [x.title for x in state.scene.colourings], state.colouring
    if len(options) > 1:
        chosen = dropdown(ui, "Colour by", options, state.colour_by, "What the colours of the points stand for")
        if chosen is not None:
            memory.query = ""
            intents.append(say.ColourBy(chosen))
    if colouring.continuous:
        colour_bar(ui, state, world)
        if sum(colouring.counts) < state.scene.images:
            intents += _row(ui, state, len(colouring.counts))
    elif colouring.names:
        intents += _categories(ui, state, memory)
    else:
        ui.paragraph("These images have no labels.")
    return intents


def _categories(ui: Ui, state: AppState, memory: LegendMemory) -> list[Intent]:
    """The rows, with a search field when there are many."""
    intents: list[Intent] = []
    colouring = state.colouring
    if len(colouring.names) > _SEARCH_FROM:
        memory.query = search(ui, "Search", f"Search {len(colouring.names)} {colouring.plural}", memory.query)
    _head(ui, state, intents)
    rows = _rows(colouring, state.scene.images, memory)
    if imgui.begin_child("##list", ImVec2(0, 0)):
        imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
        clipper = imgui.ListClipper()
        clipper.begin(len(rows), ui.px(_ROW))
        while clipper.step():
            for place in range(clipper.display_start, clipper.display_end):
                intents += _row(ui, state, rows[place])
        imgui.pop_style_var()
        if not rows:
            ui.paragraph(f"None is called “{memory.query}”.")
        ui.fade_ends()
    imgui.end_child()
    return intents


def _head(ui: Ui, state: AppState, intents: list[Intent]) -> None:
    """How many are shown, and the way back to all of them."""
    total, plural = len(state.colouring.names), state.colouring.plural
    hidden = sum(1 for label in state.hidden_classes if label < total)
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    text = f"All {total} {plural}" if not hidden else f"{total - hidden} of {total} {plural}"
    height = ui.px(24)
    y = place.y + (height - theme.SMALL * ui.scale) / 2
    label, wide = "Show all", ui.width("Show all") + ui.px(18)
    text = ui.elide(text, width - (wide + ui.px(6) if state.hidden_classes else 0.0), theme.SMALL)
    ui.write(imgui.get_window_draw_list(), place.x, y, text, theme.DIM, theme.SMALL)
    if state.hidden_classes:
        imgui.set_cursor_screen_pos(ImVec2(place.x + width - wide, place.y))
        if button(ui, label, wide, height=24):
            intents.append(say.ShowAllClasses())
    else:
        imgui.dummy(ImVec2(1, height))


def _rows(colouring: Colouring, images: int, memory: LegendMemory) -> tuple[int, ...]:
    """Categories to list; found again only when the query or the colouring changes."""
    wanted = (colouring.key, memory.query)
    if memory.found_for != wanted:
        query = memory.query.strip().casefold()
        memory.found = tuple(label for label, name in enumerate(colouring.names) if query in name.casefold())
        if not query and sum(colouring.counts) < images:
            memory.found += (len(colouring.names),)  # images of which it is not known have the last colour
        memory.found_for = wanted
    return memory.found


def _row(ui: Ui, state: AppState, label: int) -> list[Intent]:
    colouring = state.colouring
    known = label < len(colouring.names)
    name = colouring.names[label] if known else colouring.unknown
    number = colouring.counts[label] if known else state.scene.images - sum(colouring.counts)
    shown = label not in state.hidden_classes
    imgui.push_id(label)
    at = hit(ui, name, imgui.get_content_region_avail().x, ui.px(_ROW))
    imgui.pop_id()
    left, top, right, bottom = at.rect
    draw = imgui.get_window_draw_list()
    if at.hovered:
        draw.add_rect_filled(ImVec2(left, top), ImVec2(right, bottom), theme.PRESS if at.held else theme.WELL, ui.px(5))
    colour = theme.packed(tuple(colouring.colours[label]))
    middle, radius = ImVec2(left + ui.px(12), at.middle), ui.px(5.5)
    if shown:
        draw.add_circle_filled(middle, radius, colour, 20)
    else:
        draw.add_circle(middle, radius - 0.5, theme.faded(colour, 0.55), 20, max(1.0, ui.scale * 1.25))
    count = words.count(number)
    count_width = ui.width(count, theme.SMALL)
    x, end = left + ui.px(26), right - ui.px(8)
    text = ui.elide(name, end - x - count_width - ui.px(10))
    ui.write(draw, x, at.middle - theme.BODY * ui.scale / 2, text, theme.TEXT if shown else theme.FAINT)
    ui.write(draw, end - count_width, at.middle - theme.SMALL * ui.scale / 2, count, theme.DIM, theme.SMALL)
    ui.tip(f"{name}\nClick: show or hide.  Double click: show alone.")
    return _clicked(at.pressed, at.hovered, label)


def _clicked(pressed: bool, hovered: bool, label: int) -> list[Intent]:
    """A double click first takes back the toggle of its own first click, then isolates."""
    clicks = imgui.get_io().mouse_clicked_count[0]
    if hovered and clicks and clicks % 2 == 0:
        return [say.ToggleClass(label), say.IsolateClass(label)]
    if pressed and imgui.get_io().mouse_clicked_last_count[0] % 2 == 1:
        return [say.ToggleClass(label)]
    return []
