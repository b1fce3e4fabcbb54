"""Rules for the intents that move the camera, or go from layer to layer."""

from __future__ import annotations

from dataclasses import replace

from explorer.geometry import camera as cameras
from explorer.world import intents as say
from explorer.world import travel
from explorer.world.rules.common import toggled, towards, within
from explorer.world.scrub import follow_scrubber, scrub_to
from explorer.world.state import AppState

_FLIGHT_SPEEDS = (0.2, 60.0)
_TRANSITIONS = (0.2, 10.0)


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    camera = state.camera
    match intent:
        case say.GoToLayer():
            return travel.go_to_layer(state, intent)
        case say.StepLayer():
            return travel.step_layer(state, intent)
        case say.ScrubDepth(depth):
            return scrub_to(state, depth)
        case say.SetTransition(seconds):
            return replace(state, transition=within(seconds, _TRANSITIONS))
        case say.HoverName(node):
            return replace(state, hover_name=node)
        case say.FrameNode():
            return travel.frame_node(state)
        case say.Overview():
            return travel.overview(state, intent)
        case say.Zoom():
            return travel.zoom(state, intent)
        case say.SetThrust():
            return travel.thrust(state, intent)
        case say.MoveCamera(pose, duration):
            return replace(state, camera=cameras.go(camera, pose, duration))
        case say.Orbit(yaw, pitch):
            return replace(state, camera=cameras.orbit(camera, travel.cloud_frame(state).position, yaw, pitch))
        case say.Look(yaw, pitch):
            return replace(state, camera=cameras.look(camera, yaw, pitch))
        case say.ScaleFlightSpeed(factor):
            speed = within(camera.flight_speed * factor, _FLIGHT_SPEEDS)
            return replace(state, camera=replace(camera, flight_speed=speed))
        case say.SetFlightMode(on):
            return replace(state, flight_mode=toggled(state.flight_mode, on))
        case say.SetDive(on):
            return travel.into_dive(state) if toggled(state.dive, on) else replace(state, dive=False)
    return None


def advance(state: AppState, dt: float) -> AppState:
    """The camera and a dive ``dt`` seconds later."""
    state = replace(state, camera=cameras.advance(state.camera, dt))
    state = travel.nearest_layer(follow_scrubber(travel.advance_dive(state, dt), dt))
    return replace(state, dive_amount=towards(state.dive_amount, state.dive, dt))
