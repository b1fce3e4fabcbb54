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


def visible(state: AppState, eye: Eye) -> list[int]:
    """The nodes of which the clouds may be in the picture."""
    shown = [index for index in range(len(state.scene.nodes)) if index == state.layer or state.dive_amount < 1.0]
    return [index for index in shown if eye.sees(node_frame(state, index).position, _OUTLIERS * CLOUD_RADIUS)]
