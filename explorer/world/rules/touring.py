"""Rules for the intents about the tour."""

from __future__ import annotations

from dataclasses import replace

from explorer.geometry import tour as tours
from explorer.world import intents as say
from explorer.world.rules.common import toggled, within
from explorer.world.state import AppState

_SPEEDS = (0.0, 6.3)


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    match intent:
        case say.SetTourSpeed(speed):
            return replace(state, tour=tours.with_speed(state.tour, within(speed, _SPEEDS)))
        case say.PauseTour(paused):
            return replace(state, paused=toggled(state.paused, paused))
    return None


def advance(state: AppState, dt: float) -> AppState:
    """The tour ``dt`` seconds later."""
    return state if state.paused else replace(state, tour=tours.advance(state.tour, dt))
