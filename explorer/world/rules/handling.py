"""Rules for the intents about handles, and how a held one turns the tour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.geometry import camera as cameras
from explorer.geometry import drag
from explorer.geometry import tour as tours
from explorer.types import SHOWN, Float64, Pose
from explorer.world import grips
from explorer.world import intents as say
from explorer.world.handles import CUSTOM, Custom, Grab, Key
from explorer.world.rules.common import toggled
from explorer.world.state import AppState
from explorer.world.travel import camera_matrices, node_frame
from explorer.world.viewing import led

NOTHING_SELECTED = "Select images first: a handle is made of the selection"
NOTHING_TO_REMOVE = "There is no handle of a selection to remove"
_LONGEST = 60
"""Characters of a name."""
_CENTRE_SECONDS = 0.9
_NEAREST = 0.35
"""Scene units that the camera keeps from a handle it is centred on."""


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    handles = state.handles
    match intent:
        case say.HoverHandle(key, named):
            return replace(state, handles=replace(handles, hovered=key, named=named))
        case say.GrabHandle():
            return _grab(state, intent)
        case say.PullHandle():
            return state if handles.grab is None else _pull(state, handles.grab, intent)
        case say.DropHandle():
            return _drop(state)
        case say.PinHandle(key):
            return replace(state, handles=replace(handles, pinned=handles.pinned ^ {key}))
        case say.ToggleHandle(label):
            return _choose(state, grips.shown_groups(state) ^ {label})
        case say.ShowHandles(which):
            return _show(state, which)
        case say.SetHandles(on):
            return replace(state, handles=replace(handles, on=toggled(handles.on, on)))
        case say.AddHandle():
            return _add(state)
        case say.RemoveHandle():
            return _remove(state)
        case say.RenameHandle(key, name):
            return _rename(state, key, name)
        case say.CentreHandle(number):
            return _centre(state, number)
    return None


def advance(state: AppState, dt: float) -> AppState:
    """The tour turned so that a held handle is under the cursor, wherever camera and layers are by now."""
    grab = state.handles.grab
    if grab is None:
        return state
    if grab.node != state.layer:
        if not state.dive and state.morph is None:  # flown off to another cloud
            return _drop(state)
        grab = replace(grab, node=state.layer)
        state = replace(state, handles=replace(state.handles, grab=grab))
    return replace(state, tour=tours.resume_from(state.tour, _rotation(state, grab)))


def _rotation(state: AppState, grab: Grab) -> Float64:
    """The rotation (15, 15) that shows the held handle where the cursor is and the pinned ones where they were."""
    keys = [grab.key, *(key for key, _ in grab.pins)]
    middles = grips.centroids(state, grab.node, keys)  # (h, 15)
    place = grips.wanted(state, grab, grips.reach(state, middles[0]))
    if place is None or not np.isfinite(middles).all():
        return state.tour.rotation
    shown = SHOWN - 1 if state.display.flat else SHOWN
    places = np.stack([grips.undisplayed(state, place), *(place for _, place in grab.pins)])  # (h, 3)
    return drag.dragged(grab.rotation, middles, places[:, :shown], shown)


def _grab(state: AppState, intent: say.GrabHandle) -> AppState:
    """Takes hold: everything that the drag starts from is kept."""
    if intent.key not in {handle.key for handle in grips.shown(state)}:
        return state
    node = state.layer
    pinned = [handle.key for handle in grips.shown(state) if handle.key in state.handles.pinned - {intent.key}]
    keys = [intent.key, *pinned]
    local = grips.centroids(state, node, keys) @ state.tour.basis  # (h, 3)
    anchor = grips.offsets(state, node, keys[:1])[0]  # (3,)
    if not np.isfinite(anchor).all():
        return state
    x, y = grips.pixel(state, grips.places(state, node, keys[:1])[0])
    pins = tuple((key, place) for key, place in zip(pinned, local[1:], strict=True) if np.isfinite(place).all())
    offset = (x - intent.x, y - intent.y)
    grab = Grab(intent.key, node, state.tour.rotation, pins, anchor, intent.x, intent.y, offset)
    state = led(state, state.tour)
    return replace(state, handles=replace(state.handles, grab=grab, hovered=intent.key))


def _pull(state: AppState, grab: Grab, intent: say.PullHandle) -> AppState:
    """The cursor elsewhere: the handle follows in its plane, or the plane comes nearer or goes away."""
    if intent.deep:
        anchor = _pushed(state, grab, grab.y - intent.y)
        offset = (grab.x + grab.offset[0] - intent.x, grab.y + grab.offset[1] - intent.y)
        grab = replace(grab, anchor=anchor, x=intent.x, y=intent.y, offset=offset)
    else:
        grab = replace(grab, x=intent.x, y=intent.y)
    return replace(state, handles=replace(state.handles, grab=grab))


def _pushed(state: AppState, grab: Grab, pixels: float) -> Float64:
    """The place (3,) of a held handle, own frame, moved along its line of sight as far as pixels across would be."""
    turned, middle = grips.axes(state, grab.node), node_frame(state, grab.node).position
    eye, forward = (state.camera.pose.position - middle) @ turned.T, state.camera.forward @ turned.T  # (3,) each
    middle_of = grips.centroids(state, grab.node, [grab.key])[0]  # (15,)
    place = grips.wanted(state, grab, grips.reach(state, middle_of))
    if place is None:
        return grab.anchor
    away = max(_NEAREST / 2, float((place - eye) @ forward))
    step = pixels * 2.0 * away / (camera_matrices(state)[1][1, 1] * state.viewport.height)
    return np.asarray(eye + (place - eye) * max(0.5, 1.0 + step / away))


def _drop(state: AppState) -> AppState:
    """Lets go; the tour goes on from the view that the hand has made."""
    return replace(state, handles=replace(state.handles, grab=None))


def _choose(state: AppState, groups: frozenset[int]) -> AppState:
    """Other groups with a handle, for what the points are coloured by."""
    chosen = {**state.handles.chosen, state.colouring.key: groups}
    return replace(state, handles=replace(state.handles, chosen=chosen, on=True))


def _show(state: AppState, which: str) -> AppState:
    colouring = state.colouring
    groups = {
        "all": frozenset(range(len(colouring.names))),
        "none": frozenset[int](),
        "largest": grips.default_groups(colouring),
    }
    if which not in groups:
        raise ValueError(f"handles are shown of {', '.join(groups)}, not of {which!r}")
    return _choose(state, groups[which])


def _add(state: AppState) -> AppState:
    """A handle of what is selected, in every layer."""
    handles, selection = state.handles, state.selection
    if selection.count == 0:
        return replace(state, notice=NOTHING_SELECTED, notice_age=0.0)
    number = handles.made + 1
    new = Custom(number, f"selection {number}", selection.mask)
    return replace(state, handles=replace(handles, custom=(*handles.custom, new), made=number, on=True))


def _remove(state: AppState) -> AppState:
    """Without the handle that was made last, whoever holds it."""
    if not state.handles.custom:
        return replace(state, notice=NOTHING_TO_REMOVE, notice_age=0.0)
    key = state.handles.custom[-1].key
    if state.handles.grab is not None and state.handles.grab.key == key:
        state = _drop(state)
    handles = state.handles
    grab = handles.grab
    if grab is not None:
        grab = replace(grab, pins=tuple(pin for pin in grab.pins if pin[0] != key))
    hovered = None if handles.hovered == key else handles.hovered
    left = replace(handles, custom=handles.custom[:-1], pinned=handles.pinned - {key}, hovered=hovered, grab=grab)
    return replace(state, handles=left)


def _rename(state: AppState, key: Key, name: str) -> AppState:
    """Another name; one of nothing but spaces changes nothing."""
    name = " ".join(name.split())[:_LONGEST]
    if not name or key[0] != CUSTOM:
        return state
    custom = tuple(replace(x, name=name) if x.key == key else x for x in state.handles.custom)
    return replace(state, handles=replace(state.handles, custom=custom))


def _centre(state: AppState, number: int) -> AppState:
    """The camera on its way to where it sees a handle in the middle, from the same side and as far away."""
    handles = grips.shown(state)
    if not 0 <= number < len(handles):
        return state
    place = grips.places(state, state.layer, [handles[number].key])[0]  # (3,)
    if not np.isfinite(place).all():
        return state
    camera = state.camera
    ahead = float((place - camera.pose.position) @ camera.forward)
    distance = max(_NEAREST, ahead if ahead > 0.0 else float(np.linalg.norm(place - camera.pose.position)))
    pose = Pose(place - camera.forward * distance, camera.pose.orientation)
    return replace(state, camera=cameras.go(camera, pose, _CENTRE_SECONDS))
