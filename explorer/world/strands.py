"""The images that threads follow, and how far each of them moves against its neighbours from layer to layer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.types import DIMS, Float32, Float64
from explorer.world.scene import Scene
from explorer.world.selection import Selection

MOST = 2000
"""Threads at once; of a larger selection a fair sample is drawn."""

UNASKED = 300
"""Threads while nothing is selected: a fair sample of all images."""

NEIGHBOURS = 15
"""An image's neighbours, among ``REFERENCES`` images drawn from all, are what its movement is measured against."""

REFERENCES = 1000

NONE = -1
"""Version of the threads while nothing is selected."""

_SEED = 21


@dataclass(frozen=True, eq=False)
class Strands:
    """Some images in every layer. Immutable: ``with_movement`` returns the next."""

    version: int
    """Of the selection that they were drawn from; ``NONE`` while nothing was selected."""
    images: NDArray[np.int64]
    """(M,) in random order: the first ones are a fair sample."""
    of: int
    """How many images they were drawn from."""
    rows: Float32
    """(L, M, 16) float32 ``[x(15), 1]`` in each layer's own units."""
    movement: tuple[Float32, ...] = ()
    """For the layers 1, 2, ... known so far: (M,) float32, see ``moved_against_neighbours``."""


def version_of(selection: Selection) -> int:
    """What ``Strands.version`` is for a selection: threads with another one are out of date."""
    return selection.version if selection.count else NONE


def strands(scene: Scene, selection: Selection) -> Strands:
    """The images to follow: those selected, or some of all; a seeded sample of them where there are too many.

    The same selection always gives the same threads.
    """
    candidates = selection.images if selection.count else np.arange(scene.images)
    most = MOST if selection.count else UNASKED
    images = _sample(candidates, most)
    rows = np.ones((len(scene.nodes), len(images), DIMS + 1), np.float32)  # (L, M, 16)
    for layer in range(len(scene.nodes)):
        rows[layer, :, :DIMS] = scene.survey.embedding(layer)[images]
    return Strands(version_of(selection), images, len(candidates), rows)


def with_movement(now: Strands, scene: Scene) -> Strands:
    """The same with the movement into one more layer known: some 25 ms of work for 2,000 threads."""
    layer = len(now.movement) + 1
    if layer >= len(scene.nodes):
        return now
    references = _sample(np.arange(scene.images), REFERENCES)
    before, after = max(scene.nodes[layer].inputs, default=layer - 1), layer
    moved = moved_against_neighbours(
        _in_radii(scene, before, now.images),
        _in_radii(scene, after, now.images),
        _in_radii(scene, before, references),
        _in_radii(scene, after, references),
    )
    return replace(now, movement=(*now.movement, moved))


def moved_against_neighbours(
    before: Float32, after: Float32, others_before: Float32, others_after: Float32, neighbours: int = NEIGHBOURS
) -> Float32:
    """How far points move that their neighbours do not: their step less the mean step of the nearest others.

    Args:
        before: (M, 15) the points in a layer.
        after: (M, 15) the same points in the next one, aligned with it.
        others_before: (R, 15) points that may be neighbours, in the first layer.
        others_after: (R, 15) the same in the next one.
        neighbours: how many, nearest in the first layer.

    Returns:
        (M,) float32 lengths in the units of the arrays.
    """
    squares = (others_before**2).sum(axis=1) - 2.0 * before @ others_before.T  # (M, R) but for |x|^2 of the point
    count = min(neighbours, squares.shape[1])
    nearest = np.argpartition(squares, count - 1, axis=1)[:, :count]  # (M, k)
    flow = (others_after - others_before)[nearest].mean(axis=1)  # (M, 15)
    return np.asarray(np.linalg.norm(after - before - flow, axis=1), np.float32)


def _in_radii(scene: Scene, layer: int, images: NDArray[np.int64]) -> Float32:
    """(n, 15) places of images in a layer, in robust radii of it."""
    points: Float64 | Float32 = scene.survey.embedding(layer)[images]
    return np.asarray(points / (scene.nodes[layer].radius or 1.0), np.float32)


def _sample(images: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many of them, in random order; seeded."""
    return np.random.default_rng(_SEED).permutation(images)[:most]
