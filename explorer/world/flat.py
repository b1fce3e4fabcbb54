"""The flat mode: two dimensions, seen face on; the camera slides in front of them and never turns."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from explorer.geometry import matrices
from explorer.geometry.camera import FOV, RIGHT, UP, Camera
from explorer.types import Float64, Frame, Pose, Viewport
from explorer.world.layout import VIEW_DISTANCE

NEAREST = 0.06
"""Distance from the plane at which zooming in ends, scene units."""


def face_on(frame: Frame) -> Pose:
    """The view of a node's plane without any perspective in it."""
    turn = matrices.quaternion(UP, frame.yaw)
    ahead = matrices.rotate(turn, np.array([0.0, 0.0, VIEW_DISTANCE]))
    return Pose(frame.position + ahead, turn)


def panned(camera: Camera, plane: Float64, viewport: Viewport, right: float, down: float) -> Camera:
    """The camera moved sideways so that a plane follows the mouse.

    Args:
        camera: a way it is on ends here.
        plane: (3,) a place in it, world frame; it faces the camera.
        viewport: in pixels.
        right: pixels that the plane moves on the screen.
        down: likewise.
    """
    _, top, _, bottom = viewport.clear
    depth = max(NEAREST, float((plane - camera.pose.position) @ camera.forward))
    unit = depth * 2.0 * math.tan(FOV / 2) / (bottom - top)  # scene units of a pixel
    orientation = camera.pose.orientation
    moved = matrices.rotate(orientation, UP) * down * unit - matrices.rotate(orientation, RIGHT) * right * unit
    pose = Pose(camera.pose.position + moved, orientation)
    return replace(camera, pose=pose, velocity=np.zeros(3), path=None, zoom=0.0, zoom_centre=None)
