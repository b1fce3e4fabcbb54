"""The one way the state changes: ``update(state, intents, dt)``. Pure; the same input, the same state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from explorer.geometry import camera as cameras
from explorer.geometry import tour as tours
from explorer.types import Viewport
from explorer.world import intents as say
from explorer.world import travel
from explorer.world.layout import node_pose
from explorer.world.scene import Scene
from explorer.world.state import FLOATING, PANELS, AppState, Picked

TOUR_SPEED = 0.35
"""Radians of geodesic length per second (20 degrees): slow enough to follow a cluster by eye."""

NO_PICTURES = "This world holds no pictures of its images"
NOTICE_SECONDS = 4.0
_FADE_SECONDS = 0.45
_FLIGHT_SPEEDS = (0.2, 60.0)
_SIZES = (0.25, 4.0)
_DETAILS = (0.1, 1.0)
_TOUR_SPEEDS = (0.0, 6.3)


def initial_state(scene: Scene, viewport: Viewport, seed: int = 0) -> AppState:
    """The state a session begins with: in front of the first layer, the tour running."""
    camera = cameras.at_rest(node_pose(scene.nodes[0].frame))
    return AppState(scene, camera, tours.start_tour(seed, TOUR_SPEED), viewport)


def update(state: AppState, intents: Iterable[say.Intent], dt: float) -> AppState:
    """The next state.

    Args:
        state: the state now; not changed.
        intents: what was asked for since, in order.
        dt: seconds since the last update, from whichever clock drives the session.
    """
    for intent in intents:
        state = _apply(state, intent)
    return _advance(state, dt)


def _advance(state: AppState, dt: float) -> AppState:
    """Everything that goes on by itself."""
    if not state.paused:
        state = replace(state, tour=tours.advance(state.tour, dt))
    state = replace(state, camera=cameras.advance(state.camera, dt))
    state = travel.nearest_layer(travel.advance_dive(state, dt))
    age = state.notice_age + dt
    return replace(
        state,
        dive_amount=_towards(state.dive_amount, state.dive, dt),
        images_amount=_towards(state.images_amount, state.images, dt),
        notice="" if age > NOTICE_SECONDS else state.notice,
        notice_age=age,
    )


def _towards(amount: float, on: bool, dt: float) -> float:
    """A fade a moment later: from 0 to 1 or back at constant rate."""
    return min(1.0, amount + dt / _FADE_SECONDS) if on else max(0.0, amount - dt / _FADE_SECONDS)


def _apply(state: AppState, intent: say.Intent) -> AppState:
    """One intent: the camera's first, then what is shown, then what the window does."""
    for part in (_moved, _shown, _hosted):
        changed = part(state, intent)
        if changed is not None:
            return changed
    raise TypeError(f"no rule for the intent {intent!r}")


def _moved(state: AppState, intent: say.Intent) -> AppState | None:
    """Intents that move the camera or the tour."""
    camera = state.camera
    match intent:
        case say.GoToLayer():
            return travel.go_to_layer(state, intent)
        case say.StepLayer():
            return travel.step_layer(state, intent)
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
            speed = _within(camera.flight_speed * factor, _FLIGHT_SPEEDS)
            return replace(state, camera=replace(camera, flight_speed=speed))
        case say.SetTourSpeed(speed):
            return replace(state, tour=tours.with_speed(state.tour, _within(speed, _TOUR_SPEEDS)))
        case say.PauseTour(paused):
            return replace(state, paused=_toggled(state.paused, paused))
        case say.SetDive(on):
            return replace(state, dive=_toggled(state.dive, on))
    return None


def _shown(state: AppState, intent: say.Intent) -> AppState | None:
    """Intents that change what is shown of the images."""
    match intent:
        case say.SetImages(on):
            return _with_images(state, on)
        case say.SetPointSize(factor):
            return replace(state, size_factor=_within(factor, _SIZES))
        case say.SetDetail(share):
            return replace(state, detail=_within(share, _DETAILS))
        case say.Hover(image, node):
            return replace(state, hover=None if image is None or node is None else Picked(image, node))
        case say.Pin(image):
            return replace(state, pinned=image)
        case say.ColourBy(colouring):
            known = 0 <= colouring < len(state.scene.colourings) and colouring != state.colour_by
            return replace(state, colour_by=colouring, hidden_classes=frozenset()) if known else state
        case say.ToggleClass(label):
            return replace(state, hidden_classes=state.hidden_classes ^ {label})
        case say.IsolateClass(label):
            others = frozenset(range(len(state.colouring.colours))) - {label}  # the unlabelled ones too
            return replace(state, hidden_classes=frozenset() if state.hidden_classes == others else others)
        case say.ShowAllClasses():
            return replace(state, hidden_classes=frozenset())
        case say.LetGo():
            return _let_go(state)
    return None


def _hosted(state: AppState, intent: say.Intent) -> AppState | None:
    """Intents about the panels, the window and its files."""
    match intent:
        case say.SetFlightMode(on):
            return replace(state, flight_mode=_toggled(state.flight_mode, on))
        case say.SetPanel(name, visible):
            if name not in PANELS:
                raise ValueError(f"no panel {name!r}; there are {', '.join(PANELS)}")
            shown = _toggled(name in state.panels, visible)
            return replace(state, panels=state.panels | {name} if shown else state.panels - {name})
        case say.SetLabels(on):
            return replace(state, labels=_toggled(state.labels, on))
        case say.SetHud(visible):
            return replace(state, hud=_toggled(state.hud, visible))
        case say.Resize(viewport):
            return replace(state, viewport=viewport)
        case say.SetFullscreen(on):
            return replace(state, fullscreen=_toggled(state.fullscreen, on))
        case say.SetRecording(on):
            return replace(state, recording=_toggled(state.recording, on))
        case say.TakeScreenshot():
            return replace(state, screenshots=state.screenshots + 1)
        case say.Notify(text):
            return replace(state, notice=text, notice_age=0.0)
        case say.Quit():
            return replace(state, quitting=True)
    return None


def _with_images(state: AppState, on: bool | None) -> AppState:
    """Thumbnails or dots; a world without pictures keeps its dots, and says so to whoever pressed the key."""
    if state.scene.pictures:
        return replace(state, images=_toggled(state.images, on))
    return replace(state, notice=NO_PICTURES, notice_age=0.0) if on is None else state


def _let_go(state: AppState) -> AppState:
    """Esc lets go of one thing at a time, the most pressing first."""
    if state.flight_mode:
        return replace(state, flight_mode=False)
    if state.panels & FLOATING:
        return replace(state, panels=state.panels - FLOATING)
    if state.pinned is not None:
        return replace(state, pinned=None)
    return replace(state, hidden_classes=frozenset())


def _toggled(now: bool, wanted: bool | None) -> bool:
    return not now if wanted is None else wanted


def _within(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])
