"""The rows of the legend: hovering one filters to it, a click shows or hides it, a double click shows it alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from imgui_bundle import ImVec2, imgui

from explorer.hud import icons, theme, words
from explorer.hud.handles import handle_choice, handle_switch
from explorer.hud.kit import Ui
from explorer.hud.widgets import Hit, button, hit, search
from explorer.world import intents as say
from explorer.world.colouring import Colouring
from explorer.world.intents import Intent
from explorer.world.selection import ADD, REPLACE, SUBTRACT
from explorer.world.state import AppState

_SEARCH_FROM = 12
_ROW, _SWITCH = 25.0, 22.0
_LIST, _NAME, _SIZE, _ACCURACY = "List", "Name", "Size", "Accuracy"
_SORTED = {
    _LIST: "in the order of the world",
    _NAME: "by name",
    _SIZE: "by size, the largest first",
    _ACCURACY: "by accuracy, what the network gets wrong most often first",
}


@dataclass
class CategoriesMemory:
    """What is typed in the search field, the order, and the rows that come of both."""

    query: str = ""
    order: str = _LIST
    found_for: tuple[str, str, str] | None = None
    """Colouring, query and order of ``found``."""
    found: tuple[int, ...] = ()
    hovered: int | None = None
    """The category under the mouse in this frame."""


def categories(ui: Ui, state: AppState, memory: CategoriesMemory) -> list[Intent]:
    """The rows, with a search field when there are many."""
    intents: list[Intent] = []
    colouring = state.colouring
    if len(colouring.names) > _SEARCH_FROM:
        memory.query = search(ui, "Search", f"Search {len(colouring.names)} {colouring.plural}", memory.query)
    _head(ui, state, memory, intents)
    rows = _rows(colouring, state.scene.images, memory)
    if imgui.begin_child("##list", ImVec2(0, 0)):
        imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
        clipper = imgui.ListClipper()
        clipper.begin(len(rows), ui.px(_ROW))
        while clipper.step():
            for place in range(clipper.display_start, clipper.display_end):
                intents += category_row(ui, state, memory, rows[place])
        imgui.pop_style_var()
        if not rows:
            ui.paragraph(f"None is called “{memory.query}”.")
        ui.fade_ends()
    imgui.end_child()
    return intents


def category_row(ui: Ui, state: AppState, memory: CategoriesMemory, label: int) -> list[Intent]:
    """One category: its colour, its name, and how many images it has or how often the network is right of them."""
    colouring = state.colouring
    shown = label not in state.hidden_classes
    name, number, share = _told(colouring, label, state.scene.images)
    switch = ui.px(_SWITCH) if number > 0 and label < len(colouring.names) else 0.0
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    imgui.push_id(label)
    at = hit(ui, name, width - switch, ui.px(_ROW))
    imgui.pop_id()
    if at.hovered:
        memory.hovered = label
    accuracy = "–" if isnan(share) else words.percent(share)
    by_accuracy = memory.order == _ACCURACY and colouring.accuracy and not colouring.continuous
    _draw_row(ui, at, name, accuracy if by_accuracy else words.count(number), tuple(colouring.colours[label]), shown)
    right = "" if isnan(share) else f"  ·  network right {accuracy}"
    ui.tip(
        f"{name}\n{words.count(number)} images{right}\n"
        "Click: show or hide.  Double click: show alone.  Shift+click: select (Ctrl: add, Alt: take away)."
    )
    said = _clicked(at, label)
    if switch:
        imgui.set_cursor_screen_pos(ImVec2(place.x + width - switch, place.y))
        said += handle_switch(ui, state, label)
    return said


def _told(colouring: Colouring, label: int, images: int) -> tuple[str, int, float]:
    """Name of a category, how many images it has, and the share of them of which the network is right (NaN)."""
    if label >= len(colouring.counts):
        return colouring.unknown, images - sum(colouring.counts), float("nan")
    share = colouring.accuracy[label] if colouring.accuracy else float("nan")
    return colouring.names[label], colouring.counts[label], share


def _draw_row(ui: Ui, at: Hit, name: str, figure: str, colour: tuple[float, ...], shown: bool) -> None:
    left, top, right, bottom = at.rect
    draw = imgui.get_window_draw_list()
    if at.hovered:
        draw.add_rect_filled(ImVec2(left, top), ImVec2(right, bottom), theme.PRESS if at.held else theme.WELL, ui.px(5))
    ink, middle, radius = theme.packed(colour), ImVec2(left + ui.px(12), at.middle), ui.px(5.5)
    if shown:
        draw.add_circle_filled(middle, radius, ink, 20)
    else:
        draw.add_circle(middle, radius - 0.5, theme.faded(ink, 0.55), 20, max(1.0, ui.scale * 1.25))
    x, end, width = left + ui.px(26), right - ui.px(8), ui.width(figure, theme.SMALL)
    text = ui.elide(name, end - x - width - ui.px(10))
    ui.write(draw, x, at.middle - theme.BODY * ui.scale / 2, text, theme.TEXT if shown else theme.FAINT)
    ui.write(draw, end - width, at.middle - theme.SMALL * ui.scale / 2, figure, theme.DIM, theme.SMALL)


def _clicked(at: Hit, label: int) -> list[Intent]:
    """A double click first takes back the toggle of its own first click, then isolates; with Shift it selects."""
    io = imgui.get_io()
    if io.key_shift:
        how = ADD if io.key_ctrl else SUBTRACT if io.key_alt else REPLACE
        return [say.SelectCategory(label, how)] if at.pressed else []
    clicks = io.mouse_clicked_count[0]
    if at.hovered and clicks and clicks % 2 == 0:
        return [say.ToggleClass(label), say.IsolateClass(label)]
    if at.pressed and io.mouse_clicked_last_count[0] % 2 == 1:
        return [say.ToggleClass(label)]
    return []


def _head(ui: Ui, state: AppState, memory: CategoriesMemory, intents: list[Intent]) -> None:
    """How many are shown, the way back to all of them, and their order."""
    total, plural = len(state.colouring.names), state.colouring.plural
    hidden = sum(1 for label in state.hidden_classes if label < total)
    place, width, height = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, ui.px(24)
    text = f"{total - hidden} of {total}" if state.hidden_classes else f"All {total} {plural}"
    end = place.x + width
    if total:
        intents += handle_choice(ui, state, end)
        end -= ui.px(_SWITCH)
    if total > 1:
        end -= _sort(ui, state.colouring, memory, end) + ui.px(6)
    if state.hidden_classes:
        wide = ui.width("Show all") + ui.px(18)
        end -= wide
        imgui.set_cursor_screen_pos(ImVec2(end, place.y))
        if button(ui, "Show all", wide, height=24):
            intents.append(say.ShowAllClasses())
        end -= ui.px(6)
    shown = ui.elide(text, end - place.x, theme.SMALL)
    y = place.y + (height - theme.SMALL * ui.scale) / 2
    ui.write(imgui.get_window_draw_list(), place.x, y, shown, theme.DIM, theme.SMALL)
    imgui.set_cursor_screen_pos(place)
    imgui.dummy(ImVec2(1, height))


def _sort(ui: Ui, colouring: Colouring, memory: CategoriesMemory, right: float) -> float:
    """The order of the rows, which a click changes; its width."""
    orders = [x for x in _SORTED if x != _ACCURACY or colouring.accuracy]
    order = memory.order if memory.order in orders else _LIST
    place = imgui.get_cursor_screen_pos()
    width, height = max(ui.width(x, theme.SMALL) for x in orders) + ui.px(22), ui.px(24)
    imgui.set_cursor_screen_pos(ImVec2(right - width, place.y))
    at = hit(ui, "Sort", width, height)
    ui.tip(f"Sorted {_SORTED[order]}.  Click: the next order.")
    draw, ink = imgui.get_window_draw_list(), theme.TEXT if at.hovered else theme.DIM
    x = right - ui.px(18) - ui.width(order, theme.SMALL)
    ui.write(draw, x, at.middle - theme.SMALL * ui.scale / 2, order, ink, theme.SMALL)
    icons.down(draw, right - ui.px(8), at.middle, ui.px(3.5), ink)
    imgui.set_cursor_screen_pos(place)
    if at.pressed:
        memory.order = orders[(orders.index(order) + 1) % len(orders)]
    return width


def _rows(colouring: Colouring, images: int, memory: CategoriesMemory) -> tuple[int, ...]:
    """Categories to list; found again only when the query, the order or the colouring changes."""
    wanted = (colouring.key, memory.query, memory.order)
    if memory.found_for != wanted:
        query = memory.query.strip().casefold()
        found = [label for label, name in enumerate(colouring.names) if query in name.casefold()]
        memory.found = tuple(_ordered(found, colouring, memory.order))
        if not query and sum(colouring.counts) < images:
            memory.found += (len(colouring.names),)  # images of which it is not known have the last colour
        memory.found_for = wanted
    return memory.found


def _ordered(labels: list[int], colouring: Colouring, order: str) -> list[int]:
    if order == _NAME:
        return sorted(labels, key=lambda label: colouring.names[label].casefold())
    if order == _SIZE:
        return sorted(labels, key=lambda label: -colouring.counts[label])
    if order == _ACCURACY and colouring.accuracy:
        shares = colouring.accuracy
        return sorted(labels, key=lambda label: 2.0 if isnan(shares[label]) else shares[label])
    return labels
