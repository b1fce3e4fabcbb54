"""Rules for how the points are shown."""

from __future__ import annotations

from dataclasses import replace

from explorer.geometry import camera as cameras
from explorer.geometry import tour as tours
from explorer.world import intents as say
from explorer.world import travel
from explorer.world.display import GAMMAS, THICKNESSES, Display
from explorer.world.flat import panned
from explorer.world.rules.common import toggled, towards, within
from explorer.world.state import AppState
from explorer.world.strands import UNASKED, strands, version_of, with_movement

_SHIFT_SECONDS = 0.25
"""That images take to stand out or to stand back when the selection changes."""
_GROWING, _SHRINKING = 1.4, 0.5
"""Seconds that threads take from the first layer to the last, and back."""
_SECONDS = 0.6
"""That the radial correction and the slice take."""
FLAT_SECONDS = 1.2
"""That the third dimension takes to go, and the camera to turn face on."""


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    now = state.display
    match intent:
        case say.SetThreads(on):
            return _with_threads(state, toggled(now.threads, on))
        case say.ColourThreads(by_movement):
            return replace(state, display=replace(now, by_movement=toggled(now.by_movement, by_movement)))
        case say.SetSage(on, gamma):
            gamma = now.gamma if gamma is None else within(gamma, GAMMAS)
            return replace(state, display=replace(now, sage=toggled(now.sage, on), gamma=gamma))
        case say.SetSlice(on, thickness):
            thickness = now.thickness if thickness is None else within(thickness, THICKNESSES)
            return replace(state, display=replace(now, slicing=toggled(now.slicing, on), thickness=thickness))
        case say.SetFlat(on):
            return _with_flat(state, toggled(now.flat, on))
        case say.Pan(right, down):
            plane = travel.cloud_frame(state).position
            return replace(state, camera=panned(state.camera, plane, state.viewport, right, down))
    return None


def advance(state: AppState, dt: float) -> AppState:
    """What is shown ``dt`` seconds later."""
    now = _shifted(state, state.display, dt)
    now = _threaded(state, now, dt)
    sage = towards(now.sage_amount, now.sage, dt, _SECONDS)
    cut = towards(now.slice_amount, now.slicing, dt, _SECONDS)
    flat = towards(now.flat_amount, now.flat, dt, FLAT_SECONDS)
    if (sage, cut, flat) != (now.sage_amount, now.slice_amount, now.flat_amount):
        now = replace(now, sage_amount=sage, slice_amount=cut, flat_amount=flat)
    return state if now is state.display else replace(state, display=now)


def _with_threads(state: AppState, on: bool) -> AppState:
    """Threads on or off; who asks for them with nothing selected is told what is shown."""
    state = replace(state, display=replace(state.display, threads=on))
    if on and state.selection.count == 0 and state.scene.images > UNASKED:
        text = f"Threads of {UNASKED} of {state.scene.images:,} images; select some to follow those"
        state = replace(state, notice=text, notice_age=0.0)
    return state


def _with_flat(state: AppState, on: bool) -> AppState:
    """Two dimensions face on, or three seen as usual."""
    if on == state.display.flat:
        return state
    tour = tours.with_shown(state.tour, 2 if on else 3)
    state = replace(state, tour=tour, display=replace(state.display, flat=on), flight_mode=False)
    pose = travel.usual_pose(state, travel.cloud_frame(state))
    return replace(state, camera=cameras.go(state.camera, pose, FLAT_SECONDS))


def _shifted(state: AppState, now: Display, dt: float) -> Display:
    """From the selection shown before to the one shown now."""
    shown = state.selecting.shown
    if shown is None or (shown.version == now.version and now.shift >= 1.0):
        return now
    begun = now.shift if shown.version == now.version else 0.0
    return replace(now, version=shown.version, shift=towards(begun, True, dt, _SHIFT_SECONDS))


def _threaded(state: AppState, now: Display, dt: float) -> Display:
    """Threads grow from the first layer; those of another selection draw back first."""
    if not now.threads and now.threads_amount <= 0.0:
        return now if now.strands is None else replace(now, strands=None)
    followed = now.strands
    current = followed is not None and followed.version == version_of(state.selection)
    if now.threads and not current and now.threads_amount <= 0.0:
        followed, current = strands(state.scene, state.selection), True
    growing = now.threads and current
    amount = towards(now.threads_amount, growing, dt, _GROWING if growing else _SHRINKING)
    if growing and now.by_movement and followed is not None:
        followed = with_movement(followed, state.scene)
    return replace(now, threads_amount=amount, strands=followed)
