"""The rows that handles have in the table of keys and in the help."""

from __future__ import annotations

from collections.abc import Callable

from explorer.app.bindings import Action
from explorer.world import intents as say
from explorer.world.state import AppState


def _centre(handle: int) -> Callable[[AppState], say.Intent]:
    return lambda state: say.CentreHandle(handle - 1)


ACTIONS: tuple[Action, ...] = (
    Action("handles", "Handles", ("g",), "handles in the picture", lambda s: say.SetHandles()),
    Action("add_handle", "Handles", ("d",), "handle of the selected images", lambda s: say.AddHandle()),
    Action("remove_handle", "Handles", ("x",), "remove the latest of these", lambda s: say.RemoveHandle()),
    *(Action(f"handle_{n}", "Handles", (f"shift+{n}",), f"handle {n} to the middle", _centre(n)) for n in range(1, 10)),
)

NUMBERED = ("Handles", "Shift+1 … 9", "handle to the middle")
"""One row of the help for all the numbers."""

MOUSE_HELP: tuple[tuple[str, str, str], ...] = (
    ("Mouse", "drag a handle", "turn the tour; with Alt in depth"),
    ("Mouse", "right click a handle", "pin it in place, or unpin it"),
)
