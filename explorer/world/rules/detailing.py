"""The rule for the level of detail: eased towards what the budget allows, or towards everything once all is still.

Recordings always draw everything.
"""

from __future__ import annotations

import math
from dataclasses import replace

from explorer.world import intents as say
from explorer.world.detail import everything, stillness, wanted
from explorer.world.eye import eye_of
from explorer.world.state import AppState

_QUIET = 0.25
"""Seconds without any movement after which everything is drawn."""
_RISING, _FALLING = 0.3, 0.06
"""Time constants in seconds: points come gently, and go before they are missed."""


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    match intent:
        case say.SetBudget(None):
            detail = replace(state.detail, budget=None, fullness=math.inf, threads=1.0, still=False, stillness=None)
            return replace(state, detail=detail)
        case say.SetBudget(points) if points is not None:
            return replace(state, detail=replace(state.detail, budget=max(0.0, points)))
    return None


def advance(state: AppState, dt: float) -> AppState:
    """The level of detail ``dt`` seconds later, for the view as it is then."""
    now = state.detail
    if now.budget is None:
        return state
    rest = stillness(now.stillness, state, dt)
    still = rest.seconds >= _QUIET
    eye = eye_of(state)
    complete = still or state.recording
    fullness, threads = everything(state, eye) if complete else wanted(state, eye, now.budget)
    if math.isfinite(now.fullness) and not state.recording:  # whose first frame is complete, too
        fullness, threads = _eased(now.fullness, fullness, dt), _eased(now.threads, threads, dt)
    return replace(state, detail=replace(now, fullness=fullness, threads=threads, still=still, stillness=rest))


def _eased(now: float, wanted: float, dt: float) -> float:
    """Part of the way from one positive number to another, by equal factors in equal times; the rest at last."""
    if abs(math.log(wanted / now)) < 0.002:
        return wanted
    share = 1.0 - math.exp(-dt / (_RISING if wanted > now else _FALLING))
    return float(now * (wanted / now) ** share)
