"""15-D UMAP of one layer, started from the embedding of the layer before.

The pieces of umap-learn are called one by one instead of its UMAP class: the class would scale every
axis of the start to the same range (lmcinnes/umap#606), ignore given neighbours of fewer than 4,096
points, and compile an index that is not needed.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from explorer.builder.activations.reduce import principal_components
from explorer.builder.embedding.neighbours import Neighbours, nearest_neighbours
from explorer.builder.options import EmbedSettings
from explorer.types import DIMS, Float32

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ImportWarning)  # umap misses TensorFlow for a part that is not used here
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set, make_epochs_per_sample


@dataclass(frozen=True)
class Embedded:
    """One layer's embedding, in no particular frame."""

    points: Float32
    """(N, 15) float32."""
    method: str
    """"umap"; or what was done instead and why."""


_EXTENT = 10.0
"""Widest axis of the start, in the units of UMAP's curve; umap-learn's own starts are as wide."""


def embed_layer(features: Tensor, previous: NDArray[Any] | None, settings: EmbedSettings) -> Embedded:
    """Embed one layer.

    Args:
        features: (N, F) float32, finite; changed.
        previous: (N, 15) the embedding of the layer before, None for the first layer.
        settings: see ``EmbedSettings``.
    """
    rng = np.random.RandomState(settings.seed)
    if not bool((features != features[0]).any()):
        return Embedded(np.zeros((len(features), DIMS), np.float32), "constant: every image has the same activation")
    reduced = principal_components(features, settings.components, settings.seed)  # (N, K)
    start = _start(reduced, previous, rng)  # (N, 15)
    if len(reduced) < settings.neighbours + 2:
        points = _start(reduced, None, rng)
        return Embedded(points, f"pca: {len(reduced)} images are too few for {settings.neighbours} neighbours")
    near = nearest_neighbours(reduced, settings.neighbours)
    return Embedded(_optimise(near, start, settings, rng), "umap")


def _start(reduced: Tensor, previous: NDArray[Any] | None, rng: np.random.RandomState) -> Float32:
    """Where the points begin (N, 15): the layer before, or the leading components; one scale for all axes."""
    start = np.zeros((len(reduced), DIMS))
    source = reduced[:, :DIMS].double().numpy() if previous is None or not np.any(previous) else previous
    start[:, : source.shape[1]] = source
    start -= start.min(axis=0)
    start *= _EXTENT / start.max()
    # Equal points would get equal forces for ever, and flat axes none at all.
    start += rng.normal(scale=1e-3 * _EXTENT, size=start.shape)
    return start.astype(np.float32)


def _optimise(near: Neighbours, start: Float32, settings: EmbedSettings, rng: np.random.RandomState) -> Float32:
    """UMAP's graph and its layout (N, 15), as in umap-learn's simplicial_set_embedding."""
    graph, _, _ = fuzzy_simplicial_set(
        start, settings.neighbours, rng, "euclidean", knn_indices=near.indices, knn_dists=near.distances
    )
    graph = graph.tocoo()
    graph.sum_duplicates()
    graph.data[graph.data < graph.data.max() / settings.epochs] = 0.0  # edges that would never be drawn
    graph.eliminate_zeros()
    a, b = find_ab_params(1.0, settings.min_dist)
    state = rng.randint(np.iinfo(np.int32).min + 1, np.iinfo(np.int32).max - 1, 3).astype(np.int64)  # (3,)
    epochs_per_sample = make_epochs_per_sample(graph.data, settings.epochs)
    points = optimize_layout_euclidean(
        start, start, graph.row, graph.col, settings.epochs, len(start), epochs_per_sample, a, b, state,
        parallel=False, move_other=True,
    )  # fmt: skip
    return np.asarray(points, np.float32)
