"""Going from layer to layer, by flight or by dive, and the intents that move the camera."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from explorer.geometry import camera as cameras
from explorer.geometry import matrices
from explorer.types import SHOWN, Float64, Frame, Pose
from explorer.world import intents as say
from explorer.world.flat import NEAREST, face_on
from explorer.world.layout import AXIS, CLOUD_RADIUS, node_pose, overview_pose
from explorer.world.state import AppState, Morph

_FARTHEST = 100.0
"""Distance from the current cloud beyond which zooming out goes no further, scene units."""
_ALONE = 4.0
"""Distance from the current cloud beyond which it would be lost without the others."""
_NEAR, _FAR = 0.02, 400.0
"""Distances of the clipping planes, scene units."""


def go_to_layer(state: AppState, intent: say.GoToLayer) -> AppState:
    """To a layer: the camera flies there, or the cloud morphs into it when diving."""
    target = min(max(intent.layer, 0), len(state.scene.nodes) - 1)
    if state.dive:
        return _dive_to(state, target, state.transition if intent.duration is None else intent.duration)
    # A dive that was left goes on to its end, but no further.
    state = let_loose(state, target)
    state = state if state.morph is None else replace(state, morph=replace(state.morph, then=None))
    pose = usual_pose(state, state.scene.nodes[target].frame)
    duration = intent.duration if intent.duration is not None else _flight_seconds(state, pose.position)
    return replace(state, layer=target, camera=cameras.go(state.camera, pose, duration, AXIS))


def _flight_seconds(state: AppState, position: Float64) -> float:
    """Longer ways take longer, but far less than proportionally."""
    distance = float(np.linalg.norm(position - state.camera.pose.position))
    return state.transition * max(0.6, min(2.5, math.sqrt(distance / 3.0)))


def _dive_to(state: AppState, target: int, duration: float) -> AppState:
    if state.morph is not None and state.morph.held is not None:
        state = let_loose(state, target)
        if state.morph is None or state.layer == target:
            return state
    if state.morph is not None:
        return replace(state, morph=replace(state.morph, then=target, then_duration=duration))
    if target == state.layer:
        return state
    if duration <= 0.0:
        before = state.scene.nodes[state.layer].frame
        camera = cameras.carried(state.camera, before, state.scene.nodes[target].frame)
        return replace(state, layer=target, camera=camera)
    return replace(state, layer=target, morph=Morph(state.layer, target, 0.0, duration))


def let_loose(state: AppState, target: int) -> AppState:
    """A morph that was held goes on by itself, towards the one of its two layers that is nearer to ``target``."""
    morph = state.morph
    if morph is None or morph.held is None:
        return state
    source, end, amount = morph.source, morph.target, morph.held
    if abs(target - source) < abs(target - end):
        source, end, amount = end, source, 1.0 - amount
    elapsed = state.transition * cameras.eased_at(amount)
    return replace(state, layer=end, scrub=None, morph=Morph(source, end, elapsed, state.transition))


def step_layer(state: AppState, intent: say.StepLayer) -> AppState:
    """To the next or previous layer, counted from the one being travelled to."""
    bound_for = state.layer if state.morph is None or state.morph.then is None else state.morph.then
    target = min(max(bound_for + intent.delta, 0), len(state.scene.nodes) - 1)
    return state if target == bound_for else go_to_layer(state, say.GoToLayer(target))


def advance_dive(state: AppState, seconds: float) -> AppState:
    """The morph a while later; the camera keeps its place relative to the cloud."""
    if state.morph is None or state.morph.held is not None:
        return state
    before = node_frame(state, state.morph.target)
    # A layer asked for meanwhile makes the rest of this morph quicker.
    pace = 1.0 if state.morph.then is None else 3.0
    morph = replace(state.morph, elapsed=state.morph.elapsed + pace * seconds)
    moved = replace(state, morph=morph if morph.elapsed < morph.duration else None)
    # Sent elsewhere meanwhile, out of the dive, the camera goes its own way.
    if state.dive or (state.layer == morph.target and state.camera.path is None):
        moved = replace(moved, camera=cameras.carried(moved.camera, before, node_frame(moved, morph.target)))
    if moved.morph is None and morph.then is not None:
        return _dive_to(moved, morph.then, morph.then_duration)
    return moved


def morph_amount(state: AppState) -> float:
    """How far the morph has come, eased, 0 to 1; 0 when there is none."""
    if state.morph is None:
        return 0.0
    return cameras.ease(state.morph.elapsed / state.morph.duration) if state.morph.held is None else state.morph.held


def cloud_frame(state: AppState) -> Frame:
    """Where the current cloud stands: on its node, or between two during a dive."""
    return node_frame(state, state.layer)


def node_frame(state: AppState, index: int) -> Frame:
    """Where the cloud of a node stands; the one being morphed into is on its way from another."""
    here = state.scene.nodes[index].frame
    if state.morph is None or index != state.morph.target:
        return here
    source, amount = state.scene.nodes[state.morph.source].frame, morph_amount(state)
    position = source.position + (here.position - source.position) * amount
    return Frame(position, source.yaw + (here.yaw - source.yaw) * amount)


def usual_pose(state: AppState, frame: Frame) -> Pose:
    """The usual view of a cloud; face on in the flat mode."""
    return face_on(frame) if state.display.flat else node_pose(frame)


def frame_node(state: AppState) -> AppState:
    """Back to the usual view of the current node."""
    pose = usual_pose(state, cloud_frame(state))
    return replace(state, camera=cameras.go(state.camera, pose, _flight_seconds(state, pose.position)))


def into_dive(state: AppState) -> AppState:
    """Only the current cloud is left; from far away the camera comes to it."""
    distance = float(np.linalg.norm(cloud_frame(state).position - state.camera.pose.position))
    far = distance > _ALONE and state.camera.path is None
    return replace(frame_node(state) if far and not state.dive else state, dive=True)


def overview(state: AppState, intent: say.Overview) -> AppState:
    """Away until the whole network is in view."""
    pose = overview_pose(state.scene, state.viewport)
    duration = intent.duration if intent.duration is not None else _flight_seconds(state, pose.position)
    return replace(state, dive=False, camera=cameras.go(state.camera, pose, duration, AXIS))


def zoom(state: AppState, intent: say.Zoom) -> AppState:
    """Towards what is under the cursor, at the depth of the current cloud."""
    eye = state.camera.pose.position
    ray = pixel_ray(state, intent.x, intent.y)
    depth = float((cloud_frame(state).position - eye) @ state.camera.forward)
    distance = float(np.linalg.norm(cloud_frame(state).position - eye))
    # Through the cloud and out of it on the other side, but not away from everything.
    passed = intent.steps > 0 and depth < 0.0 and distance > 1.5 * CLOUD_RADIUS
    if passed or (intent.steps < 0 and distance > _FARTHEST):
        return state
    if state.display.flat and intent.steps > 0 and depth * math.exp(-state.camera.zoom) < NEAREST:
        return state
    if depth < (NEAREST / 10 if state.display.flat else 0.2):  # the cloud is around us: simply move along the ray
        depth = 1.0
    centre = eye + ray * (depth / max(0.2, float(ray @ state.camera.forward)))
    return replace(state, camera=cameras.zoom_towards(state.camera, intent.steps, centre))


def pixel_ray(state: AppState, x: float, y: float) -> Float64:
    """Unit vector (3,) from the eye through a pixel, world frame."""
    view, projection = camera_matrices(state)
    ndc = np.array([2 * x / state.viewport.width - 1, 1 - 2 * y / state.viewport.height, 0.5, 1.0])
    place = ndc @ np.linalg.inv(view @ projection)  # (4,)
    return matrices.unit(place[:SHOWN] / place[SHOWN] - state.camera.pose.position)


def camera_matrices(state: AppState) -> tuple[Float64, Float64]:
    """The view and projection matrices (4, 4) of this moment."""
    projection = matrices.projection_matrix(cameras.FOV, state.viewport, _NEAR, _FAR)
    return matrices.view_matrix(state.camera.pose), projection


def thrust(state: AppState, intent: say.SetThrust) -> AppState:
    """Flight keys pressed or released; a move on its way gives way to them."""
    keys = (intent.x, intent.y, intent.z)
    path = None if any(keys) else state.camera.path
    return replace(state, camera=replace(state.camera, thrust=keys, fast=intent.fast, path=path))


def nearest_layer(state: AppState) -> AppState:
    """While flying freely the layer nearest to where one looks becomes the current one."""
    on_its_way = state.morph is not None or state.camera.path is not None
    if state.dive or on_its_way or not any(state.camera.thrust):
        return state
    ahead = state.camera.pose.position + 1.5 * state.camera.forward
    distances = [float(np.linalg.norm(node.position - ahead)) for node in state.scene.nodes]
    nearest = int(np.argmin(distances))
    return replace(state, layer=nearest) if distances[nearest] < 1.5 else state
