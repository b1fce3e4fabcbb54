"""From pose to pose around a vertical axis, as on a turntable: what stands about the axis stays in view on the way.

A straight line between two poses that look at something from opposite sides leads through it, and half way the camera,
turning round, sees nothing of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.geometry import matrices
from explorer.types import Float64, Pose

_UP = np.array([0.0, 1.0, 0.0])
_CLOSE = 1e-6
"""Scene units from the axis within which a pose has no direction from it."""


@dataclass(frozen=True)
class Way:
    """A place between two poses."""

    pose: Pose
    rate: Float64
    """(3,) how the position changes with the fraction of the way, scene units."""


def between(start: Pose, end: Pose, axis: Float64, t: float) -> Way:
    """The pose a fraction ``t`` of the way from ``start`` to ``end``, the shorter way around.

    Distance from the axis, angle about it and height change in proportion to ``t``; seen from the turning table the
    orientation takes the shorter way.

    Args:
        start: at 0.
        end: at 1.
        axis: (3,) any place on the vertical axis, world frame.
        t: 0 to 1.
    """
    (near, first, low), (far, last, high) = (_cylindrical(pose.position - axis) for pose in (start, end))
    first, last = (last if near < _CLOSE else first), (first if far < _CLOSE else last)
    turn = math.remainder(last - first, math.tau)
    radius, angle = near + (far - near) * t, first + turn * t
    out, along = np.array([math.sin(angle), 0.0, math.cos(angle)]), np.array([math.cos(angle), 0.0, -math.sin(angle)])
    position = axis + radius * out + (low + (high - low) * t) * _UP  # (3,)
    rate = (far - near) * out + radius * turn * along + (high - low) * _UP  # (3,)
    seen = matrices.slerp(_turned(start.orientation, -first), _turned(end.orientation, -first - turn), t)  # (4,)
    return Way(Pose(position, _turned(seen, angle)), rate)


def _cylindrical(offset: Float64) -> tuple[float, float, float]:
    """Distance from the axis, angle about +Y from +Z in radians, height."""
    x, y, z = (float(part) for part in offset)
    return math.hypot(x, z), math.atan2(x, z), y


def _turned(orientation: Float64, angle: float) -> Float64:
    return matrices.compose(matrices.quaternion(_UP, angle), orientation)
