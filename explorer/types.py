"""The value types every floor shares, and the one coordinate convention.

Convention, stated here and nowhere else:

* World frame: right-handed, +Y up, a camera looks along its own −Z. Lengths are scene units:
  95% of a cloud's points are seen within about 0.6 of its node (``world.layout``). Angles are radians.
* Quaternions are ``xyzw`` and rotate a column vector by the right-hand rule.
* 4×4 matrices act on row vectors, ``clip = [x, y, z, 1] @ view @ projection``, as in pyrr: their
  row-major bytes are what OpenGL expects of a ``mat4`` uniform.
* A tour basis is a column-orthonormal float64 array (15, 3); the shown place of an activation's
  embedding ``x`` (15,) is ``x @ basis`` (3,). GPU copies are float32.
* Pixels: the origin is the top left corner of the framebuffer, y grows downwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DIMS = 15
"""Dimensions of every embedding."""

SHOWN = 3
"""Dimensions of the shown space."""

Float64 = NDArray[np.float64]
Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]


@dataclass(frozen=True)
class Pose:
    """Where a camera is and where it looks."""

    position: Float64
    """(3,) float64, world frame, scene units."""
    orientation: Float64
    """(4,) float64 unit quaternion xyzw, camera frame to world frame."""


@dataclass(frozen=True)
class Frame:
    """A place that faces a horizontal direction: the local frame of a node."""

    position: Float64
    """(3,) float64, world frame, scene units."""
    yaw: float
    """Radians about +Y; at 0 the frame's axes are the world's."""


@dataclass(frozen=True)
class Viewport:
    """The framebuffer and the part of it that no panel covers, in pixels, top-left origin."""

    width: int
    height: int
    left: float = 0.0
    """Left edge of the uncovered rectangle."""
    top: float = 0.0
    right: float = 0.0
    """Right edge of the uncovered rectangle; 0 means the whole width."""
    bottom: float = 0.0

    @property
    def clear(self) -> tuple[float, float, float, float]:
        """The uncovered rectangle (left, top, right, bottom): inside the window, at least a pixel each way."""
        left, top = max(0.0, min(self.left, self.width - 1.0)), max(0.0, min(self.top, self.height - 1.0))
        right = self.right if left + 1.0 <= self.right <= self.width else float(self.width)
        bottom = self.bottom if top + 1.0 <= self.bottom <= self.height else float(self.height)
        return left, top, right, bottom
