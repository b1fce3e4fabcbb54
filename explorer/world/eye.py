"""What culling and the level of detail need to know of the camera."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from explorer.geometry.camera import FOV
from explorer.types import SHOWN, Float64
from explorer.world.layout import CLOUD_RADIUS
from explorer.world.state import AppState
from explorer.world.travel import camera_matrices, node_frame

_OUTLIERS = 4.0
"""In units of a cloud's radius: the farthest point of a published embedding is seen within 2.3 (googlenet15d)."""


@dataclass(frozen=True)
class Eye:
    """The camera of a state."""

    view: Float64
    """(4, 4) row-vector view matrix."""
    projection: Float64
    """(4, 4) row-vector projection matrix."""
    focal: float
    """Pixels per unit of tangent."""

    def distance(self, position: Float64) -> float:
        """Distance along the view axis; negative behind."""
        return -float(np.append(position, 1.0) @ self.view[:, 2])

    def sees(self, position: Float64, radius: float) -> bool:
        """False when a sphere is surely outside the frustum (Gribb and Hartmann 2001)."""
        distances = self.planes @ np.append(position, 1.0)  # (4,)
        return bool((distances > -radius).all())

    def share(self, position: Float64, radius: float) -> float:
        """How much of a ball lies within the side of the frustum that cuts off most of it, 0 to 1, by volume."""
        nearest = (self.planes @ np.append(position, 1.0)).min()
        return float(_smooth((nearest + radius) / (2.0 * radius)))  # the volume of a cap: t^2 (3 - 2 t)

    @cached_property
    def planes(self) -> Float64:
        """Left, right, bottom and top of the frustum (4, 4), unit normals pointing inwards."""
        columns = (self.view @ self.projection).T  # (4, 4)
        sides = np.stack(
            [columns[3] + columns[0], columns[3] - columns[0], columns[3] + columns[1], columns[3] - columns[1]]
        )
        return np.asarray(sides / np.linalg.norm(sides[:, :SHOWN], axis=1, keepdims=True))


def eye_of(state: AppState) -> Eye:
    """The camera as it is now."""
    view, projection = camera_matrices(state)
    _, top, _, bottom = state.viewport.clear
    return Eye(view, projection, (bottom - top) / 2 / float(np.tan(FOV / 2)))


def presence(state: AppState) -> Float64:
    """Opacity (L,) of each cloud, 0 to 1: in a dive the current one is alone, in the flat mode those face on are."""
    shown = np.full(len(state.scene.nodes), 1.0 - state.dive_amount)  # (L,)
    shown[state.layer] = 1.0
    flatness = state.display.flatness
    if flatness > 0.0:
        yaws = np.array([node_frame(state, index).yaw for index in range(len(shown))])
        x, _, z = state.camera.forward
        facing = -(np.sin(yaws) * x + np.cos(yaws) * z)  # (L,) cosine between the cloud's normal and the way to the eye
        shown *= 1.0 - flatness * (1.0 - np.maximum(_smooth((facing - 0.7) / 0.25), _afar(state)))
    return shown


def between(state: AppState) -> float:
    """Opacity of what joins the clouds, 0 to 1."""
    return (1.0 - state.dive_amount) * (1.0 - state.display.flatness * (1.0 - _afar(state)))


def _afar(state: AppState) -> float:
    """1 for a camera away from all clouds, 0 for one before any of them."""
    positions = np.stack([node_frame(state, index).position for index in range(len(state.scene.nodes))])  # (L, 3)
    nearest = float(np.linalg.norm(positions - state.camera.pose.position, axis=1).min())
    return float(_smooth(np.array((nearest - 3.0) / 2.0)))


def _smooth(t: Float64 | float) -> Float64:
    """From 0 at 0 to 1 at 1, smoothly; constant outside."""
    t = np.clip(t, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def visible(state: AppState, eye: Eye) -> list[int]:
    """The nodes of which the clouds may be in the picture."""
    shown = np.flatnonzero(presence(state) > 0.0).tolist()
    return [index for index in shown if eye.sees(node_frame(state, index).position, _OUTLIERS * CLOUD_RADIUS)]
