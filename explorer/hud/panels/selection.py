"""The selection: how many images and of what, ways to select, and the selections kept with the world."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme, words
from explorer.hud.fields import field as text_field
from explorer.hud.kit import Ui
from explorer.hud.panels.kept import KeptMemory, kept_selections
from explorer.hud.panels.makeup import Makeup, draw_makeup
from explorer.hud.widgets import button, row_slider, segmented
from explorer.world import intents as say
from explorer.world.intents import Intent
from explorer.world.selecting import NEIGHBOURS, TOOLS
from explorer.world.selection import HOWS
from explorer.world.state import AppState

_TOOLS = ("Pointer", "Lasso", "Box")
_HOWS = ("New", "Add", "Take away")


@dataclass
class SelectionMemory:
    """What the panel remembers; none of it is part of the session."""

    how: int = 0
    """Index among ``HOWS``: what becomes of what is found."""
    query: str = ""
    asked: bool = False
    """Whether the query was asked in the frame before."""
    makeup: Makeup = field(default_factory=Makeup)
    kept: KeptMemory = field(default_factory=KeptMemory)


def selection_panel(ui: Ui, state: AppState, memory: SelectionMemory) -> list[Intent]:
    """Everything about the selection in one place."""
    intents: list[Intent] = []
    if imgui.begin_child("##all", ImVec2(0, 0)):
        width, gap = imgui.get_content_region_avail().x, imgui.get_style().item_spacing.x
        _count(ui, state)
        draw_makeup(ui, state, memory.makeup)
        tips = (
            "Left drag turns the view; with Shift it is a lasso",
            ui.hint("Left drag draws around images", "tool: pointer, lasso, box"),
            ui.hint("Left drag draws a box around images", "tool: pointer, lasso, box"),
        )
        chosen = segmented(ui, _TOOLS, TOOLS.index(state.selecting.tool), width, tips)
        if chosen is not None:
            intents.append(say.SetTool(TOOLS[chosen]))
        _edits(ui, state, width, gap, intents)
        ui.rule()
        tips = ("What is found replaces the selection", "What is found joins it", "What is found leaves it")
        chosen = segmented(ui, _HOWS, memory.how, width, tips)
        memory.how = memory.how if chosen is None else chosen
        _query(ui, state, memory, width, intents)
        _neighbours(ui, state, memory, width, intents)
        ui.rule()
        intents += kept_selections(ui, state, memory.kept, HOWS[memory.how])
        ui.fade_ends()
    imgui.end_child()
    return intents


def _count(ui: Ui, state: AppState) -> None:
    """How many images are selected, of how many."""
    count, total = state.selection.count, state.scene.images
    place, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    if state.selecting.errands:
        text, rest = "Working …", ""
    elif count:
        text = f"{words.count(count)} image{'' if count == 1 else 's'}"
        rest = f"of {words.count(total)}  ·  {_share(count / total)}"
    else:
        text, rest = "Nothing selected", f"of {words.count(total)}"
    ui.write(draw, place.x, place.y, text, theme.TEXT, theme.TITLE, True)
    left = imgui.get_content_region_avail().x - ui.width(rest, theme.SMALL)
    if left > ui.width(text, theme.TITLE, True) + ui.px(8):
        ui.write(draw, place.x + left, place.y + ui.px(2), rest, theme.DIM, theme.SMALL)
    imgui.dummy(ImVec2(max(1.0, ui.width(text, theme.TITLE, True)), ui.px(theme.TITLE + 3)))
    ui.note("count")


def _share(share: float) -> str:
    """A share in per cent, never rounded to none or to all."""
    return "< 0.1%" if share < 0.001 else f"{100 * share:.1f}%" if share < 0.999 or share == 1.0 else "> 99.9%"


def _edits(ui: Ui, state: AppState, width: float, gap: float, intents: list[Intent]) -> None:
    """All, none, invert; grow, shrink; undo, redo."""
    rows: tuple[tuple[tuple[str, Intent, str, bool], ...], ...] = (
        (
            ("All", say.SelectAll(), ui.hint("Every image", "select all images"), True),
            ("None", say.SelectNone(), ui.hint("No image", "let go: flight, help, pin, filter"), True),
            ("Invert", say.InvertSelection(), ui.hint("What is not selected", "invert the selection"), True),
        ),
        (
            ("Grow", say.GrowSelection(), "Add the nearest of every selected image, in this layer's 15-D", True),
            ("Shrink", say.ShrinkSelection(), "Keep only images whose nearest are all selected", True),
            ("Undo", say.UndoSelection(), ui.hint("The selection before", "undo a selection"),
             bool(state.selecting.history.before)),
            ("Redo", say.RedoSelection(), ui.hint("Do it again", "redo a selection"),
             bool(state.selecting.history.after)),
        ),
    )  # fmt: skip
    for row in rows:
        part = (width - gap * (len(row) - 1)) / len(row)
        for place, (label, intent, tip, enabled) in enumerate(row):
            if place:
                imgui.same_line()
            colour = theme.TEXT if enabled else theme.faded(theme.FAINT, 0.6)
            if button(ui, label, part, tip=tip, colour=colour) and enabled:
                intents.append(intent)


def _query(ui: Ui, state: AppState, memory: SelectionMemory, width: float, intents: list[Intent]) -> None:
    """The query, and what is wrong with it or what it may ask for."""
    fault = state.selecting.fault if memory.query == state.selecting.query else ""
    hint = 'label == "cat" and wrong' if "wrong" in state.scene.survey.properties else 'label == "cat" and index < 100'
    if fault and memory.asked:  # to be put right: the keyboard stays, and what is typed says nothing else
        imgui.set_keyboard_focus_here()
    memory.query, entered = text_field(ui, "query", hint, memory.query, width, bool(fault))
    names = ", ".join((*state.scene.survey.properties, "selected", "hidden"))
    if not imgui.is_item_active():
        ui.tip(f"{names}\nand, or, not, in, ==, <, ~ with * for anything; Enter selects")
    memory.asked = entered and bool(memory.query.strip())
    if memory.asked:
        intents.append(say.SelectWhere(memory.query, HOWS[memory.how]))
    if fault:
        ui.paragraph(fault, theme.WRONG)


def _neighbours(ui: Ui, state: AppState, memory: SelectionMemory, width: float, intents: list[Intent]) -> None:
    """The nearest of the pinned image, and how many."""
    low, high = (math.log(x) for x in NEIGHBOURS)
    count = state.selecting.neighbours
    moved = row_slider(ui, "Nearest", str(count), (math.log(count) - low) / (high - low), room="1000")
    if moved is not None:
        intents.append(say.SetNeighbours(round(math.exp(low + moved * (high - low)))))
    pinned = state.pinned is not None
    tip = ui.hint("The pinned image and its nearest in this layer's 15-D", "neighbours of the pinned image")
    label = f"Select the {count} nearest of the pinned image"
    colour = theme.TEXT if pinned else theme.faded(theme.FAINT, 0.6)
    if button(ui, label, width, tip=tip if pinned else "Click an image first: that pins it", colour=colour) and pinned:
        intents.append(say.SelectNeighbours(how=HOWS[memory.how]))
