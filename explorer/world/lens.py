"""How the 15 dimensions of a layer are looked at before the tour turns them: one linear map for each layer."""

from __future__ import annotations

import numpy as np

from explorer.types import DIMS, Float64
from explorer.world.layout import CLOUD_RADIUS
from explorer.world.state import AppState
from explorer.world.travel import morph_amount


def transform(state: AppState, layer: int) -> Float64:
    """The map (15, 15) of a layer: ``x @ transform @ basis`` is the place of a point in its cloud's own frame.

    ``x`` (15,) is in the embedding's units, the place in scene units from the node's middle. A layer that maps
    every image to one place has no extent: it is shown as that place.
    """
    radius = state.scene.nodes[layer].radius
    return np.eye(DIMS) * (CLOUD_RADIUS / radius if radius > 0 else 0.0)


def mixture(state: AppState, node: int) -> tuple[tuple[int, float], ...]:
    """The layers that a node's cloud shows now, with their shares: one, or two during a morph."""
    if state.morph is None or state.morph.target != node:
        return ((node, 1.0),)
    amount = morph_amount(state)
    return ((state.morph.source, 1.0 - amount), (node, amount))
