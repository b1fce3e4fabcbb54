"""UMAP's layout by stochastic gradient descent, with umap-learn's own compiled epoch.

umap-learn's loop over the epochs holds the interpreter lock and compiles its epoch in every process. Here the
same function is compiled so that it lets go of the lock, and kept on disk: layers are then laid out side by side
in threads. The points are those of ``umap.layouts.optimize_layout_euclidean``, bit for bit.
"""

from __future__ import annotations

import warnings
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix

from explorer.builder.crew import check_interrupted
from explorer.types import Float32

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ImportWarning)  # umap misses TensorFlow for a part that is not used here
    from umap.layouts import _optimize_layout_euclidean_single_epoch
    from umap.umap_ import make_epochs_per_sample

_EPOCH = numba.njit(_optimize_layout_euclidean_single_epoch, fastmath=True, nogil=True, cache=True)

_NEGATIVE = 5.0
"""Random points pushed off for each neighbour pulled."""


def optimise(
    points: Float32,
    anchors: Float32,
    graph: coo_matrix,
    epochs: int,
    curve: tuple[float, float],
    state: NDArray[np.int64],
    rate: float = 1.0,
) -> Float32:
    """Pull neighbours together and push others apart.

    Args:
        points: (N, D) float32 start; changed in place.
        anchors: (M, D) float32 that ``points`` are laid out among: the same array to move all, another one,
            whose points keep their places.
        graph: (N, M) weights of UMAP's graph.
        epochs: passes over the edges.
        curve: a and b of UMAP's curve, see ``umap.umap_.find_ab_params``.
        state: (3,) of umap's random generator.
        rate: step of the first epoch; falls to 0.

    Returns:
        ``points``.
    """
    graph = graph.tocoo(copy=True)
    graph.sum_duplicates()
    graph.data[graph.data < graph.data.max(initial=0.0) / epochs] = 0.0  # edges that would never be drawn
    graph.eliminate_zeros()
    per_sample = make_epochs_per_sample(graph.data, epochs)  # (E,)
    per_negative = per_sample / _NEGATIVE
    due, due_negative = per_sample.copy(), per_negative.copy()
    seeds = points[:, 0].astype(np.float64).view(np.int64).reshape(-1, 1)  # (N, 1)
    states = np.full((len(points), 3), state, np.int64) + seeds  # (N, 3)
    nothing = np.zeros(1, np.float32)
    dense: tuple[Any, ...] = (False, nothing, nothing, 0, 0, 0, 0, nothing, nothing, 0)  # densMAP's, not used
    moving = points is anchors
    for epoch in range(epochs):
        check_interrupted()
        _EPOCH(
            points, anchors, graph.row, graph.col, len(anchors), per_sample, *curve, states, 1.0, points.shape[1],
            moving, rate * (1.0 - max(0, epoch - 1) / epochs),
            per_negative, due_negative, due, epoch, *dense,
        )  # fmt: skip
    return points
