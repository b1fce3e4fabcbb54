"""The camera: a pose with a focus, and the eased paths it takes. Pure functions over frozen data."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.types import Float64, Pose

FOV = 0.87
"""Vertical field of view, radians (about 50 degrees)."""


@dataclass(frozen=True)
class Path:
    """A camera move on its way."""

    start: Pose
    velocity: Float64
    """(3,) world units per second at the start, so that a new path takes over without a jolt."""
    end: Pose
    focus_distance: float
    """Focus distance at the end."""
    elapsed: float
    duration: float


@dataclass(frozen=True)
class Camera:
    """Where the camera is, what it turns about, and where it is going."""

    pose: Pose
    focus_distance: float
    """Distance in front of the camera of the point that orbiting turns about."""
    velocity: Float64
    """(3,) world units per second."""
    path: Path | None = None
    thrust: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Flight keys held, camera frame, each -1 to 1."""
    fast: bool = False
    flight_speed: float = 2.5
    """Scene units per second."""
