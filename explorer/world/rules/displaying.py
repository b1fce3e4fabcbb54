"""Rules for how the points are shown."""

from __future__ import annotations

from dataclasses import replace

from explorer.world import intents as say
from explorer.world.rules.common import towards
from explorer.world.state import AppState

_SHIFT_SECONDS = 0.25
"""That images take to stand out or to stand back when the selection changes."""


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    return None


def advance(state: AppState, dt: float) -> AppState:
    """What is shown ``dt`` seconds later."""
    return _shifted(state, dt)


def _shifted(state: AppState, dt: float) -> AppState:
    """From the selection shown before to the one shown now."""
    now, shown = state.display, state.selecting.shown
    if shown is None or (shown.version == now.version and now.shift >= 1.0):
        return state
    begun = now.shift if shown.version == now.version else 0.0
    return replace(state, display=replace(now, version=shown.version, shift=towards(begun, True, dt, _SHIFT_SECONDS)))
