"""Exact nearest neighbours by blocked matrix products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.types import Float32

_BLOCK_VALUES = 16_000_000
"""Distances held at once: 128 MB."""

_SPARE = 4
"""Candidates for each neighbour wanted."""


@dataclass(frozen=True)
class Neighbours:
    """The nearest neighbours of every point, the point itself first, as umap-learn wants them."""

    indices: NDArray[np.int64]
    """(N, k)."""
    distances: Float32
    """(N, k) Euclidean, ascending, the first column 0."""


def nearest_neighbours(points: Tensor, count: int) -> Neighbours:
    """The ``count`` nearest points (itself included) of every row of ``points`` (N, K) float32.

    Candidates come from |x|² + |y|² - 2xy in float64, four times as many as wanted; the distances of those
    are computed again from the differences. In float32 that formula drowns what lies close together,
    which is what a good classifier's softmax is made of: two thirds of its neighbours came out wrong.
    """
    points = points.double()
    total = len(points)
    wanted = min(total, _SPARE * count)
    squares = (points * points).sum(1)  # (N,)
    rows = max(1, _BLOCK_VALUES // total)
    indices = np.empty((total, count), np.int64)
    distances = np.empty((total, count), np.float32)
    for begin in range(0, total, rows):
        block = points[begin : begin + rows]  # (B, K)
        own = torch.arange(begin, begin + len(block))
        table = torch.addmm(squares[None, :], block, points.T, alpha=-2)  # (B, N); |x|² is the same in a row
        table[torch.arange(len(block)), own] = -torch.inf
        found = table.topk(wanted, dim=1, largest=False).indices  # (B, 4k)
        exact = torch.stack([(points[found[:, j]] - block).norm(dim=1) for j in range(wanted)], dim=1)  # (B, 4k)
        exact[found == own[:, None]] = -1.0  # itself first, also among duplicates
        order = exact.argsort(dim=1, stable=True)[:, :count]  # (B, k)
        indices[begin : begin + len(block)] = found.gather(1, order).numpy()
        distances[begin : begin + len(block)] = exact.gather(1, order).clamp(min=0).numpy()
    return Neighbours(indices, distances)
