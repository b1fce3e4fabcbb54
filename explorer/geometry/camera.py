"""The camera: a pose, and the eased ways it moves. Pure functions over frozen data; no clock.

Everything here is frame-rate independent: two half steps end where one whole step ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from explorer.geometry import matrices
from explorer.geometry.turntable import Way, between
from explorer.types import Float64, Frame, Pose

FOV = 0.87
"""Vertical field of view, radians (about 50 degrees)."""

UP = np.array([0.0, 1.0, 0.0])
RIGHT = np.array([1.0, 0.0, 0.0])
FORWARD = np.array([0.0, 0.0, -1.0])

_COASTING = 0.12
"""Time constant in seconds with which thrust becomes velocity and velocity dies away."""
_ZOOMING = 0.07
"""Time constant in seconds of a wheel step."""
_STEEPEST = math.radians(88.0)
"""The camera never looks straight up or down: the horizon stays level."""


@dataclass(frozen=True)
class Path:
    """A camera move on its way."""

    start: Pose
    velocity: Float64
    """(3,) scene units per second at the start, so that a new path takes over without a jolt."""
    end: Pose
    elapsed: float
    """Seconds."""
    duration: float
    """Seconds."""
    axis: Float64 | None = None
    """(3,) a place on the vertical axis that it goes around; None goes straight."""


@dataclass(frozen=True)
class Camera:
    """Where the camera is and where it is going."""

    pose: Pose
    velocity: Float64
    """(3,) world frame, scene units per second."""
    path: Path | None = None
    thrust: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Flight keys held, camera frame, each -1 to 1."""
    fast: bool = False
    flight_speed: float = 1.2
    """Scene units per second at full thrust."""
    zoom: float = 0.0
    """Logarithm of the zoom still to be made; positive goes nearer."""
    zoom_centre: Float64 | None = None
    """(3,) the place in the world that stays put on the screen while zooming."""

    @property
    def forward(self) -> Float64:
        """(3,) unit vector, world frame."""
        return matrices.rotate(self.pose.orientation, FORWARD)


def at_rest(pose: Pose) -> Camera:
    """A camera that stands still."""
    return Camera(pose, np.zeros(3))


def go(camera: Camera, pose: Pose, duration: float, around: Float64 | None = None) -> Camera:
    """The camera on its way to a pose, taking over the velocity it has; there at once if it takes no time.

    Args:
        camera: now.
        pose: where it goes.
        duration: seconds.
        around: (3,) a place on a vertical axis; the way leads around it, see ``turntable``. None goes straight.
    """
    if duration <= 0.0:
        return replace(camera, pose=pose, velocity=np.zeros(3), path=None, zoom=0.0, zoom_centre=None)
    return replace(camera, path=Path(camera.pose, camera.velocity, pose, 0.0, duration, around), zoom=0.0)


def advance(camera: Camera, seconds: float) -> Camera:
    """The camera a while later."""
    if camera.path is not None:
        return _along(camera, camera.path, seconds)
    return _zoomed(_coasted(camera, seconds), seconds)


def orbit(camera: Camera, centre: Float64, yaw: float, pitch: float) -> Camera:
    """The camera carried around a centre, so that the scene appears to turn under the mouse.

    Args:
        camera: the camera; a path it is on ends here.
        centre: (3,) what it turns about, world frame.
        yaw: radians; positive turns what is seen to the right.
        pitch: radians; positive turns what is seen downwards.
    """
    turn = _turn(camera, -yaw, -pitch)
    position = centre + matrices.rotate(turn, camera.pose.position - centre)
    return _placed(camera, Pose(position, matrices.compose(turn, camera.pose.orientation)))


def look(camera: Camera, yaw: float, pitch: float) -> Camera:
    """The camera turned on the spot; positive yaw looks left, positive pitch looks up."""
    turn = _turn(camera, yaw, pitch)
    return _placed(camera, Pose(camera.pose.position, matrices.compose(turn, camera.pose.orientation)))


def carried(camera: Camera, before: Frame, after: Frame) -> Camera:
    """The camera and all its plans moved as if fixed to a frame that goes from ``before`` to ``after``."""
    turn = matrices.quaternion(UP, after.yaw - before.yaw)

    def place(position: Float64) -> Float64:
        return after.position + matrices.rotate(turn, position - before.position)

    def moved(pose: Pose) -> Pose:
        return Pose(place(pose.position), matrices.compose(turn, pose.orientation))

    def turned(path: Path) -> Path:
        velocity = matrices.rotate(turn, path.velocity)
        axis = None if path.axis is None else place(path.axis)
        return replace(path, start=moved(path.start), end=moved(path.end), velocity=velocity, axis=axis)

    return replace(
        camera,
        pose=moved(camera.pose),
        velocity=matrices.rotate(turn, camera.velocity),
        path=None if camera.path is None else turned(camera.path),
        zoom_centre=None if camera.zoom_centre is None else place(camera.zoom_centre),
    )


def zoom_towards(camera: Camera, steps: float, centre: Float64) -> Camera:
    """The camera asked to come nearer to a place by a factor of 1.15 per step, eased."""
    return replace(camera, path=None, zoom=camera.zoom + steps * math.log(1.15), zoom_centre=centre)


def _placed(camera: Camera, pose: Pose) -> Camera:
    velocity = np.zeros(3) if camera.path is not None else camera.velocity
    return replace(camera, pose=pose, path=None, velocity=velocity)


def _turn(camera: Camera, yaw: float, pitch: float) -> Float64:
    """The rotation by yaw about the world's vertical and pitch about the camera's right, held level."""
    elevation = math.asin(float(np.clip(camera.forward[1], -1.0, 1.0)))
    pitch = float(np.clip(elevation + pitch, -_STEEPEST, _STEEPEST)) - elevation
    right = matrices.rotate(camera.pose.orientation, RIGHT)
    return matrices.compose(matrices.quaternion(UP, yaw), matrices.quaternion(right, pitch))


def ease(t: float) -> float:
    """Smooth start and stop: 0 at 0, 1 at 1, no velocity and no acceleration at either end."""
    t = min(1.0, max(0.0, t))
    return t * t * t * (10.0 + t * (-15.0 + 6.0 * t))


def eased_at(amount: float) -> float:
    """The time, 0 to 1, at which ``ease`` has come to an amount, 0 to 1."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if ease(middle) < amount else (low, middle)
    return (low + high) / 2


def _along(camera: Camera, path: Path, seconds: float) -> Camera:
    """The camera further along its path: quintic Hermite in time, so that it arrives at rest."""
    elapsed = path.elapsed + seconds
    s = min(1.0, elapsed / path.duration)
    if s >= 1.0:
        return replace(camera, pose=path.end, velocity=np.zeros(3), path=None)
    way, lead = _way(path, ease(s)), path.velocity * path.duration
    carry = s * (1.0 + s * s * (-6.0 + s * (8.0 - 3.0 * s)))
    position = way.pose.position + lead * carry
    rate = 30.0 * s * s * (1.0 - s) ** 2
    carry_rate = 1.0 + s * s * (-18.0 + s * (32.0 - 15.0 * s))
    velocity = (way.rate * rate + lead * carry_rate) / path.duration
    pose = Pose(position, way.pose.orientation)
    return replace(camera, pose=pose, velocity=velocity, path=replace(path, elapsed=elapsed))


def _way(path: Path, t: float) -> Way:
    """The fraction ``t`` of a path, around its axis or straight on."""
    if path.axis is not None:
        return between(path.start, path.end, path.axis, t)
    rate = path.end.position - path.start.position
    orientation = matrices.slerp(path.start.orientation, path.end.orientation, t)
    return Way(Pose(path.start.position + rate * t, orientation), rate)


def _coasted(camera: Camera, seconds: float) -> Camera:
    """The camera after flying freely: velocity follows the thrust with a short delay, solved exactly."""
    speed = camera.flight_speed * (4.0 if camera.fast else 1.0)
    wanted = matrices.rotate(camera.pose.orientation, np.array(camera.thrust)) * speed  # (3,)
    decay = math.exp(-seconds / _COASTING)
    velocity = wanted + (camera.velocity - wanted) * decay
    moved = wanted * seconds + (camera.velocity - wanted) * _COASTING * (1.0 - decay)
    if float(np.abs(velocity).max()) < 1e-6:
        velocity = np.zeros(3)
    return replace(camera, pose=Pose(camera.pose.position + moved, camera.pose.orientation), velocity=velocity)


def _zoomed(camera: Camera, seconds: float) -> Camera:
    """The camera after the part of its pending zoom that fits into this time."""
    if camera.zoom_centre is None or abs(camera.zoom) < 1e-5:
        return replace(camera, zoom=0.0, zoom_centre=None) if camera.zoom_centre is not None else camera
    rest = camera.zoom * math.exp(-seconds / _ZOOMING)
    shrink = math.exp(rest - camera.zoom)
    position = camera.zoom_centre + (camera.pose.position - camera.zoom_centre) * shrink
    return replace(camera, pose=Pose(position, camera.pose.orientation), zoom=rest)
