"""A view as it is saved, and the way back to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.geometry import camera as cameras
from explorer.geometry import matrices
from explorer.geometry import tour as tours
from explorer.geometry.tour import Tour
from explorer.store.views import LONGEST, View
from explorer.types import Frame, Pose
from explorer.world import intents as say
from explorer.world import travel
from explorer.world.looks import SPACES
from explorer.world.state import AppState

_SECONDS = 1.4
"""Of the camera's way to a view of the layer it is at."""


def captured(state: AppState, name: str) -> View:
    """The present view; numbered where it has no name."""
    frame, pose = travel.cloud_frame(state), state.camera.pose
    back = matrices.quaternion(cameras.UP, -frame.yaw)
    return View(
        name.strip()[:LONGEST] or _numbered(state),
        np.array(state.tour.basis),
        state.scene.nodes[state.layer].name,
        matrices.rotate(back, pose.position - frame.position),
        matrices.compose(back, pose.orientation),
        state.lens.space,
    )


def gone_to(state: AppState, view: View) -> AppState:
    """On the way to a view: the tour along the geodesic, the camera to its place by the view's layer, its space."""
    names = [node.name for node in state.scene.nodes]
    state = led(state, tours.visit(state.tour, view.basis))
    if view.space in SPACES:
        state = replace(state, lens=replace(state.lens, space=view.space))
    seconds, around = _SECONDS, None
    if view.layer in names and names.index(view.layer) != state.layer:
        state = travel.go_to_layer(state, say.GoToLayer(names.index(view.layer)))
        if state.camera.path is not None:
            seconds, around = max(seconds, state.camera.path.duration), state.camera.path.axis
    pose = _pose(view, travel.cloud_frame(state))
    return replace(state, camera=cameras.go(state.camera, pose, seconds, around))


def led(state: AppState, tour: Tour) -> AppState:
    """The state with its tour led elsewhere: no longer along the saved views."""
    return replace(state, tour=tour, touring=replace(state.touring, sought=None))


def _pose(view: View, frame: Frame) -> Pose:
    """Where the camera of a view is, with its layer at a frame."""
    turn = matrices.quaternion(cameras.UP, frame.yaw)
    return Pose(frame.position + matrices.rotate(turn, view.position), matrices.compose(turn, view.orientation))


def _numbered(state: AppState) -> str:
    """The next number after all that there are, also where views were renamed."""
    taken = {view.name for view in state.touring.views}
    first = len(state.touring.views) + 1
    return next(name for n in range(first, first + len(taken) + 1) if (name := f"View {n}") not in taken)
