"""Intents that move the camera, or go from layer to layer."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.types import Pose


@dataclass(frozen=True)
class GoToLayer:
    """Travel to a layer: fly there, or morph into it when diving."""

    layer: int
    duration: float | None = None
    """Seconds; None takes the default."""


@dataclass(frozen=True)
class StepLayer:
    """Next (+1) or previous (-1) layer; stops at the ends."""

    delta: int


@dataclass(frozen=True)
class ScrubDepth:
    """Go to a place on the way through the layers and stay there, also between two of them; begins a dive."""

    depth: float
    """0 is the first layer, 2.5 half way between the third and the fourth."""


@dataclass(frozen=True)
class SetTransition:
    """How long it takes from one layer to the next."""

    seconds: float


@dataclass(frozen=True)
class HoverName:
    """The node whose name is under the cursor, or None."""

    node: int | None


@dataclass(frozen=True)
class SetDive:
    """Dive mode on or off; None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class FrameNode:
    """Bring the camera back to the usual view of the current node."""


@dataclass(frozen=True)
class Overview:
    """Ease the camera back until the whole network is in view."""

    duration: float | None = None
    """Seconds; None takes the default."""


@dataclass(frozen=True)
class MoveCamera:
    """Ease the camera to a pose."""

    pose: Pose
    duration: float


@dataclass(frozen=True)
class Orbit:
    """Turn the camera about its focus (left drag on empty space)."""

    yaw: float
    """Radians; positive turns the cloud to the right."""
    pitch: float
    """Radians; positive turns the cloud downwards."""


@dataclass(frozen=True)
class Zoom:
    """Move towards (positive) or away from what is under the cursor (wheel)."""

    steps: float
    x: float
    """Cursor, pixels."""
    y: float


@dataclass(frozen=True)
class Look:
    """Turn the camera on the spot (mouse look)."""

    yaw: float
    pitch: float


@dataclass(frozen=True)
class SetThrust:
    """The flight keys held now, in the camera frame; stays until the next one."""

    x: float
    y: float
    z: float
    fast: bool = False


@dataclass(frozen=True)
class SetFlightMode:
    """Mouse look and WASD without holding a button (Tab); None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class ScaleFlightSpeed:
    """Multiply the flight speed (wheel while flying)."""

    factor: float


CameraIntent = (
    GoToLayer
    | StepLayer
    | ScrubDepth
    | SetTransition
    | HoverName
    | SetDive
    | FrameNode
    | Overview
    | MoveCamera
    | Orbit
    | Zoom
    | Look
    | SetThrust
    | SetFlightMode
    | ScaleFlightSpeed
)
