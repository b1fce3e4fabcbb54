"""Keys and mouse of the selection: rows of the one table of keys, and what the keys held down make of a drag."""

from __future__ import annotations

from collections.abc import Collection

from explorer.app.bindings import Action
from explorer.world import intents as say
from explorer.world.selecting import POINTER
from explorer.world.selection import ADD, REPLACE, SUBTRACT
from explorer.world.state import AppState

ACTIONS: tuple[Action, ...] = (
    Action("tool", "Select", ("s",), "tool: pointer, lasso, box", lambda s: say.SetTool()),
    Action("neighbours", "Select", ("n",), "neighbours of the pinned image", lambda s: say.SelectNeighbours()),
    Action("grow", "Select", ("period",), "grow by the nearest images", lambda s: say.GrowSelection()),
    Action("shrink", "Select", ("comma",), "shrink from its border", lambda s: say.ShrinkSelection()),
    Action("select_all", "Select", ("ctrl+a",), "select all images", lambda s: say.SelectAll()),
    Action("select_none", "Select", ("ctrl+shift+a",), "select none", lambda s: say.SelectNone()),
    Action("invert", "Select", ("ctrl+i",), "invert the selection", lambda s: say.InvertSelection()),
    Action("undo", "Select", ("ctrl+z",), "undo a selection", lambda s: say.UndoSelection()),
    Action("redo", "Select", ("ctrl+y", "ctrl+shift+z"), "redo a selection", lambda s: say.RedoSelection()),
)

MOUSE_HELP: tuple[tuple[str, str, str], ...] = (
    ("Select", "Shift+left drag", "lasso; with the tool a box, or without Shift"),
    ("Select", "Ctrl  Alt", "meanwhile, or with a click: add, take away"),
)


def caught_how(held: Collection[str]) -> str:
    """What becomes of images caught while these keys are held."""
    return SUBTRACT if "alt" in held else ADD if "ctrl" in held else REPLACE


def draws(held: Collection[str], state: AppState) -> bool:
    """Whether a drag of the left mouse button draws around images instead of turning the view."""
    return "shift" in held or state.selecting.tool != POINTER
