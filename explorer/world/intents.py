"""Everything that can change the state. Keys, mouse, HUD, scene scripts and tests all speak these."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.types import Pose, Viewport


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


@dataclass(frozen=True)
class PauseTour:
    """Pause or resume the Grand Tour; None toggles."""

    paused: bool | None = None


@dataclass(frozen=True)
class SetTourSpeed:
    """Geodesic speed of the tour."""

    speed: float
    """Radians per second."""


@dataclass(frozen=True)
class SetImages:
    """Thumbnails instead of dots; None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class SetPointSize:
    """Factor on the usual size of points and thumbnails."""

    factor: float


@dataclass(frozen=True)
class SetDetail:
    """Share of their points that clouds away from the camera show; what a slow machine gives up first."""

    share: float


@dataclass(frozen=True)
class Hover:
    """The image under the cursor, or None; ``node`` is the cloud it was seen in."""

    image: int | None
    node: int | None = None


@dataclass(frozen=True)
class Pin:
    """Keep an image in the inspector, or None to let go."""

    image: int | None


@dataclass(frozen=True)
class LetGo:
    """Esc: leave flight mode, else unpin, else end a filter."""


@dataclass(frozen=True)
class ColourBy:
    """Colour the points by another property; every category of it is shown."""

    colouring: int
    """Index among the scene's colourings."""


@dataclass(frozen=True)
class ToggleClass:
    """Show or hide one class, or whatever the points are coloured by."""

    label: int


@dataclass(frozen=True)
class IsolateClass:
    """Show one class alone; the same again shows all."""

    label: int


@dataclass(frozen=True)
class ShowAllClasses:
    """Show every class."""


@dataclass(frozen=True)
class SetPanel:
    """Show or hide a panel; None toggles."""

    name: str
    visible: bool | None = None


@dataclass(frozen=True)
class SetLabels:
    """Show or hide the names of the layers; None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class SetHud:
    """Show or hide every panel at once (the layers keep their names); None toggles."""

    visible: bool | None = None


@dataclass(frozen=True)
class Resize:
    """The framebuffer, or its uncovered part, changed."""

    viewport: Viewport


@dataclass(frozen=True)
class SetFullscreen:
    """None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class SetRecording:
    """Record what is seen; None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class TakeScreenshot:
    """Write what is seen to a PNG file."""


@dataclass(frozen=True)
class Notify:
    """Tell the person something in one line for a few seconds."""

    text: str


@dataclass(frozen=True)
class Quit:
    """Close the window."""


Intent = (
    GoToLayer
    | StepLayer
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
    | PauseTour
    | SetTourSpeed
    | SetImages
    | SetPointSize
    | SetDetail
    | Hover
    | Pin
    | LetGo
    | ColourBy
    | ToggleClass
    | IsolateClass
    | ShowAllClasses
    | SetPanel
    | SetLabels
    | SetHud
    | Resize
    | SetFullscreen
    | SetRecording
    | TakeScreenshot
    | Notify
    | Quit
)
