"""Threads: the way of each image through the clouds of all layers, as one smooth curve.

A curve passes exactly through the image's place in every cloud. Between two clouds it is a cubic Hermite curve
whose tangents at the clouds are those of the staircase, the same for all threads: bundles leave and enter a cloud
side by side, and what merges or splits on the way is the data's doing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from explorer.geometry.camera import ease
from explorer.types import DIMS, SHOWN, Float32, Float64, UInt8
from explorer.world import live
from explorer.world.display import displayed
from explorer.world.lens import mixture
from explorer.world.ramps import ramp
from explorer.world.scene import Scene
from explorer.world.state import AppState
from explorer.world.strands import Strands

_FARTHEST_MOVE = 0.5
"""Movement against the neighbours at the bright end of the ramp, robust radii: 95% move less (googlenet15d)."""
_UNKNOWN = (110, 118, 135, 255)
_FRONT = 1.0
"""Layers over which the growing end of a thread fades."""


@dataclass(frozen=True, eq=False)
class Way:
    """An edge of the network as all threads go along it."""

    start: int
    """Index of the node it leaves."""
    end: int
    middles: Float64
    """(2, 3) the nodes' middles, world frame."""
    tangents: Float64
    """(2, 3) derivatives of the curve by its parameter, 0 to 1, at both ends."""
    depths: tuple[float, float]
    """Layers from the input to both ends."""


@dataclass(frozen=True, eq=False)
class Threads:
    """All threads of a frame."""

    places: Float32
    """(L, M, 3) of each image in each cloud, from the node's middle in the world frame."""
    colours: UInt8
    """(1 or L, M, 4) RGBA at each node, or the same at all."""
    ways: tuple[Way, ...]
    reveal: float
    """Layers from the input up to which threads have grown."""
    opacity: float
    """0 to 1, of all."""
    count: float
    """How many are drawn: the first ones, a fair sample."""


def threads(state: AppState, placed: Callable[[int, int], Float64], palette: Float32, opacity: float) -> Threads | None:
    """The threads of this moment, or None.

    Args:
        state: now.
        placed: (layer, node) to the placement (16, 4) of a layer in the cloud of a node.
        palette: (K, 4) RGBA of the categories.
        opacity: 0 to 1, of the clouds away from the current one.
    """
    now, strands = state.display, state.display.strands
    if strands is None or now.threads_amount <= 0.0 or opacity <= 0.0:
        return None
    ways, reach = _ways(state.scene)
    return Threads(
        places=_places(state, strands, placed),
        colours=_colours(state, strands, palette),
        ways=ways,
        reveal=ease(now.threads_amount) * (reach + _FRONT),
        opacity=opacity,
        count=max(1.0, state.detail.threads * len(strands.images)),
    )


def _places(state: AppState, strands: Strands, placed: Callable[[int, int], Float64]) -> Float32:
    """(L, M, 3) from each node's middle."""
    matrices = np.stack([placed(layer, layer) for layer in range(len(strands.rows))])  # (L, 16, 4)
    matrices[:, DIMS] = 0.0
    places = strands.rows @ matrices[:, :, :SHOWN].astype(np.float32)  # (L, M, 3)
    for node in range(len(places)):
        shares = mixture(state, node)
        if len(shares) > 1:
            parts = [share * (strands.rows[s, :, :DIMS] @ placed(s, node)[:DIMS, :SHOWN]) for s, share in shares]
            places[node] = np.sum(parts, axis=0)
    if state.display.radial is None:
        return np.asarray(places, np.float32)
    return displayed(state, places.astype(np.float64)).astype(np.float32)


def _colours(state: AppState, strands: Strands, palette: Float32) -> UInt8:
    category = live.rows(state)[strands.images]  # (M,)
    rows = np.where(category < 0, len(palette) - 1, np.minimum(category, len(palette) - 1))  # (M,)
    like_points = np.rint(255 * palette[rows]).astype(np.uint8)  # (M, 4)
    if not state.display.by_movement:
        return like_points[None]
    colours = np.empty((len(strands.rows), len(strands.images), 4), np.uint8)  # (L, M, 4)
    colours[:] = _UNKNOWN
    steps = np.rint(255 * ramp()).astype(np.uint8)  # (S, 3)
    for layer, moved in enumerate(strands.movement, start=1):
        colours[layer, :, :3] = steps[np.minimum(moved / _FARTHEST_MOVE * len(steps), len(steps) - 1).astype(int)]
    if len(colours) > 1:
        colours[0] = colours[1]  # nothing leads into the first layer
    colours[..., 3] = like_points[:, 3]  # what is hidden stays hidden
    return colours


def _ways(scene: Scene) -> tuple[tuple[Way, ...], float]:
    """Every edge with the staircase's tangents, and the depth of the deepest layer."""
    nodes = scene.nodes
    depths: list[int] = []
    for node in nodes:
        depths.append(1 + max((depths[i] for i in node.inputs), default=-1))
    directions = _directions(scene)  # (L, 3)
    ways = []
    for end, node in enumerate(nodes):
        for start in node.inputs:
            middles = np.stack([nodes[start].position, node.position])  # (2, 3)
            length = float(np.linalg.norm(middles[1] - middles[0]))
            tangents = length * directions[[start, end]]  # (2, 3)
            ways.append(Way(start, end, middles, tangents, (float(depths[start]), float(depths[end]))))
    return tuple(ways), float(max(depths, default=0))


def _directions(scene: Scene) -> Float64:
    """(L, 3) unit vectors: where the staircase leads at each node, from those before it to those after it."""
    positions = np.stack([node.position for node in scene.nodes])  # (L, 3)
    after: list[list[int]] = [[] for _ in scene.nodes]
    for index, node in enumerate(scene.nodes):
        for start in node.inputs:
            after[start].append(index)
    directions = np.zeros_like(positions)
    for index, node in enumerate(scene.nodes):
        before = positions[list(node.inputs) or [index]].mean(axis=0)
        beyond = positions[after[index] or [index]].mean(axis=0)
        length = float(np.linalg.norm(beyond - before))
        if length > 0.0:
            directions[index] = (beyond - before) / length
    return directions
