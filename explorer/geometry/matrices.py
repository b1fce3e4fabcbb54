"""View and projection matrices and rotations, over pyrr, in the convention of ``explorer.types``.

pyrr's pitfalls stay in this file: it computes in the input's type (integers give zeros), and its
``Matrix44.from_quaternion`` turns the other way from ``Quaternion * vector``.
"""

from __future__ import annotations

import math

import numpy as np
import pyrr

from explorer.types import Float64, Pose, Viewport

IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])
"""The quaternion that does not turn."""


def unit(vector: Float64) -> Float64:
    """The vector scaled to length 1."""
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float64)


def quaternion(axis: Float64, angle: float) -> Float64:
    """The rotation (4,) xyzw by ``angle`` radians about ``axis`` (3,), right-hand rule."""
    return np.asarray(pyrr.quaternion.create_from_axis_rotation(unit(axis), float(angle), dtype=float))


def compose(outer: Float64, inner: Float64) -> Float64:
    """The rotation that does ``inner`` first and ``outer`` after, unit length."""
    return unit(np.asarray(pyrr.quaternion.cross(outer, inner), dtype=np.float64))


def rotate(orientation: Float64, vector: Float64) -> Float64:
    """A vector (3,) turned by a quaternion."""
    return np.asarray(pyrr.quaternion.apply_to_vector(orientation, np.asarray(vector, dtype=np.float64)))


def slerp(start: Float64, end: Float64, t: float) -> Float64:
    """The rotation a fraction ``t`` of the shorter way from ``start`` to ``end``."""
    if float(start @ end) < 0.0:
        end = -end
    cosine = min(1.0, float(start @ end))
    angle = math.acos(cosine)
    if angle < 1e-6:
        return unit(start + t * (end - start))
    return unit((math.sin((1.0 - t) * angle) * start + math.sin(t * angle) * end) / math.sin(angle))


def looking(position: Float64, target: Float64) -> Float64:
    """The orientation (4,) of a camera at ``position`` that sees ``target`` in its centre, +Y up."""
    forward = unit(np.asarray(target, dtype=np.float64) - position)
    pitch = math.asin(float(np.clip(forward[1], -1.0, 1.0)))
    yaw = math.atan2(-float(forward[0]), -float(forward[2]))
    return compose(quaternion(np.array([0.0, 1.0, 0.0]), yaw), quaternion(np.array([1.0, 0.0, 0.0]), pitch))


def view_matrix(pose: Pose) -> Float64:
    """(4, 4) row-vector matrix from the world frame to the camera frame."""
    axes = np.stack([rotate(pose.orientation, axis) for axis in np.eye(3)])  # (3, 3) rows: camera axes
    view = np.eye(4)
    view[:3, :3] = axes.T
    view[3, :3] = -axes @ pose.position
    return view


def projection_matrix(fov: float, viewport: Viewport, near: float, far: float) -> Float64:
    """(4, 4) perspective whose axis pierces the centre of the viewport's uncovered rectangle.

    Args:
        fov: vertical field of view of the uncovered rectangle, radians.
        viewport: in pixels.
        near: distance of the near plane, scene units.
        far: distance of the far plane, scene units.
    """
    left, top, right, bottom = viewport.clear
    per_pixel = near * math.tan(fov / 2) * 2 / (bottom - top)  # scene units on the near plane
    centre_x, centre_y = (left + right) / 2, (top + bottom) / 2
    matrix = pyrr.matrix44.create_perspective_projection_from_bounds(
        -centre_x * per_pixel,
        (viewport.width - centre_x) * per_pixel,
        -(viewport.height - centre_y) * per_pixel,
        centre_y * per_pixel,
        near,
        far,
        dtype=float,
    )
    return np.asarray(matrix, dtype=np.float64)


def to_pixels(points: Float64, view: Float64, projection: Float64, viewport: Viewport) -> Float64:
    """Places (n, 3) as (n, 3): pixel x, pixel y, distance along the view axis (negative: behind)."""
    clip = np.c_[points, np.ones(len(points))] @ view @ projection  # (n, 4)
    depth = clip[:, 3]
    ndc = clip[:, :2] / np.where(np.abs(depth) < 1e-9, 1e-9, depth)[:, None]  # (n, 2)
    x = (ndc[:, 0] + 1) / 2 * viewport.width
    y = (1 - ndc[:, 1]) / 2 * viewport.height
    return np.stack([x, y, depth], axis=1)
