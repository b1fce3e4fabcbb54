"""Rules for the intents about the tour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.geometry import tour as tours
from explorer.geometry.drag import dragged
from explorer.types import DIMS
from explorer.world import intents as say
from explorer.world.aiming import aimed
from explorer.world.layout import VIEW_DISTANCE
from explorer.world.rules.common import toggled, within
from explorer.world.state import AppState
from explorer.world.tours import (
    GUIDED,
    INDICES,
    LOCAL,
    MANUAL,
    MODES,
    RADII,
    TRACE_LENGTH,
    TRACE_SECONDS,
    HeldAxis,
    Touring,
)
from explorer.world.travel import cloud_frame
from explorer.world.viewing import led

_SPEEDS = (0.0, 6.3)
_SLOWEST = 0.1
"""Share of the speed that is kept however near the eye is."""
_LAPSE = 0.25
"""Seconds after which an axis that is moved no more counts as let go."""


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    touring = state.touring
    match intent:
        case say.SetTourSpeed(speed):
            return replace(state, tour=tours.with_speed(state.tour, within(speed, _SPEEDS)))
        case say.PauseTour(paused):
            return replace(state, paused=toggled(state.paused, paused))
        case say.SetTourMode(mode):
            return _with_mode(state, mode)
        case say.StepTourMode():
            return _with_mode(state, MODES[(MODES.index(touring.mode) + 1) % len(MODES)])
        case say.SetLocalRadius(radius):
            return _chosen(state, replace(touring, radius=within(radius, RADII)))
        case say.SetGuide(index, group):
            return _guided_by(state, index, group)
        case say.RestartTour():
            return led(state, tours.wander(state.tour))
        case say.ScrubTour(radians):
            return led(state, tours.scrub(state.tour, radians))
        case say.MoveAxis():
            return _move_axis(state, intent)
        case say.ReleaseAxis():
            return _chosen(state, replace(touring, axis=None))
    return None


def advance(state: AppState, dt: float) -> AppState:
    """The tour ``dt`` seconds later."""
    state = _lapsed(aimed(state), dt)
    # While something is drawn around images they stand still.
    running = not state.paused and state.touring.axis is None and state.selecting.outline is None
    running = running and not (state.touring.mode == MANUAL and state.tour.position < state.tour.track.length)
    tour = tours.advance(state.tour, dt, running, _nearness(state))
    return _traced(replace(state, tour=tour), dt)


def _chosen(state: AppState, touring: Touring) -> AppState:
    return replace(state, touring=touring)


def _with_mode(state: AppState, mode: str) -> AppState:
    """Another kind of tour; a local one is begun around what is seen now."""
    if mode not in MODES:
        raise ValueError(f"no tour {mode!r}; there are {', '.join(MODES)}")
    centre = state.tour.rotation if mode == LOCAL else None
    return _chosen(state, replace(state.touring, mode=mode, centre=centre, trace=(), trace_due=0.0))


def _guided_by(state: AppState, index: str, group: int | None) -> AppState:
    if index not in INDICES:
        raise ValueError(f"no index {index!r}; there are {', '.join(INDICES)}")
    group = state.touring.group if group is None else group
    return _chosen(state, replace(state.touring, index=index, group=group, trace=(), trace_due=0.0))


def _move_axis(state: AppState, intent: say.MoveAxis) -> AppState:
    """The rotation nearest to the one the drag began with that shows the axis where it is wanted."""
    if not 0 <= intent.axis < DIMS or not np.isfinite(intent.place).all():
        return state
    held, shown = state.touring.axis, state.tour.shown
    if held is None or held.axis != intent.axis:
        held = HeldAxis(intent.axis, state.tour.rotation)
    place = np.zeros((1, shown))
    place[0, : len(intent.place)] = intent.place[:shown]
    rotation = dragged(held.start, np.eye(DIMS)[[intent.axis]], place, shown)
    state = led(state, tours.resume_from(state.tour, rotation))
    return _chosen(state, replace(state.touring, axis=replace(held, age=0.0)))


def _lapsed(state: AppState, dt: float) -> AppState:
    """An axis that was moved no more for a moment is let go."""
    held = state.touring.axis
    if held is None:
        return state
    held = replace(held, age=held.age + dt)
    return _chosen(state, replace(state.touring, axis=held if held.age < _LAPSE else None))


def _nearness(state: AppState) -> float:
    """The share of the speed at which things cross the screen no faster than from the usual distance."""
    distance = float(np.linalg.norm(cloud_frame(state).position - state.camera.pose.position))
    return within(distance / VIEW_DISTANCE, (_SLOWEST, 1.0))


def _traced(state: AppState, dt: float) -> AppState:
    """The index of a guided tour over time, for a plot."""
    touring = state.touring
    if touring.mode != GUIDED or touring.guide is None or touring.guide.index is None or state.paused:
        return state
    due, trace = touring.trace_due - dt, touring.trace
    if due <= 0.0:
        value = touring.guide.index.value(state.tour.basis[:, : state.tour.shown])
        count = 1 + int(-due / TRACE_SECONDS)
        due, trace = due + count * TRACE_SECONDS, (*trace, *[value] * count)[-TRACE_LENGTH:]
    return _chosen(state, replace(touring, trace=trace, trace_due=due))
