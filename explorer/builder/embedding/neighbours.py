"""Exact nearest neighbours by blocked matrix products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.builder.crew import check_interrupted
from explorer.types import Float32

_BLOCK_VALUES = 8_000_000
"""Distances held at once: 64 MB in float64, half of it in float32."""

_SPARE = 4
"""Candidates for each neighbour wanted."""

_ROUNDING = 4e-6
"""Bound of the relative error of a float32 product of a few hundred terms, about 32 units in the last place."""


@dataclass(frozen=True)
class Neighbours:
    """The nearest neighbours of every point, the point itself first, as umap-learn wants them."""

    indices: NDArray[np.int64]
    """(N, k)."""
    distances: Float32
    """(N, k) Euclidean, ascending, the first column 0."""


def nearest_neighbours(points: Tensor, count: int) -> Neighbours:
    """The ``count`` nearest points (itself included) of every row of ``points`` (N, K) float32."""
    return Search(points).all_nearest(points, count, torch.arange(len(points)))


def nearest_of(points: Tensor, rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The ``count`` nearest other points of some ``rows`` (Q,) of ``points`` (N, K): (Q, count), nearest first."""
    own = torch.from_numpy(rows)
    return Search(points).all_nearest(points[own], count + 1, own).indices[:, 1:]  # without itself


class Search:
    """Exact search among a set of points.

    Candidates come from |x|² + |y|² - 2xy, four times as many as wanted; the distances of those are computed
    again from the differences, in float64. In float32 that formula drowns what lies close together, which is
    what a good classifier's softmax is made of: a block where the rounding might have hidden a neighbour is
    searched again in float64.
    """

    def __init__(self, points: Tensor) -> None:
        """Search among ``points`` (N, K) float32."""
        self._points = points
        self._mean = points.mean(0)
        self._centred = points - self._mean  # nearer to the origin, less is lost
        self._squares = (self._centred.double() ** 2).sum(1)  # (N,)
        self._fine: Tensor | None = None
        self.rows = max(1, _BLOCK_VALUES // max(1, len(points)))
        """Queries to ask at once, so that memory stays bounded."""

    def all_nearest(self, queries: Tensor, count: int, own: Tensor | None = None) -> Neighbours:
        """``nearest`` for any number of queries (Q, K), block by block."""
        indices = np.empty((len(queries), count), np.int64)
        distances = np.empty((len(queries), count), np.float32)
        for begin in range(0, len(queries), self.rows):
            check_interrupted()
            part = slice(begin, begin + self.rows)
            near, far = self.nearest(queries[part], count, None if own is None else own[part])
            indices[part], distances[part] = near.numpy(), far.numpy()
        return Neighbours(indices, distances)

    def nearest(self, queries: Tensor, count: int, own: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The nearest of some queries.

        Args:
            queries: (B, K) float32.
            count: how many k, at most N.
            own: (B,) rows of the queries among the points; each comes first in its own result, also among
                duplicates. None for queries that are not among the points.

        Returns:
            Indices (B, k) int64 and Euclidean distances (B, k) float32, ascending.
        """
        wanted = min(len(self._points), _SPARE * count)
        found, certain = self._candidates(queries, wanted, count, own, exact=False)
        if not certain:
            found, _ = self._candidates(queries, wanted, count, own, exact=True)
        rows = queries.double()
        exact = torch.stack([(self._points[found[:, j]] - rows).norm(dim=1) for j in range(wanted)], dim=1)  # (B, 4k)
        if own is not None:
            exact[found == own[:, None]] = -1.0
        order = exact.argsort(dim=1, stable=True)[:, :count]  # (B, k)
        return found.gather(1, order), exact.gather(1, order).clamp(min=0).float()

    def _candidates(
        self, queries: Tensor, wanted: int, count: int, own: Tensor | None, exact: bool
    ) -> tuple[Tensor, bool]:
        """Candidates (B, 4k), and whether the nearest k are certainly among them."""
        if exact:
            mean = self._mean.double()
            self._fine = self._points.double() - mean if self._fine is None else self._fine
            points, block, squares = self._fine, queries.double() - mean, (self._fine**2).sum(1)
        else:
            points, block, squares = self._centred, queries - self._mean, self._squares.float()
        table = torch.addmm(squares[None, :], block, points.T, alpha=-2)  # (B, N); |x|² is the same in a row
        if own is not None:
            table[torch.arange(len(block)), own] = -torch.inf
        values, found = table.topk(wanted, dim=1, largest=False)  # (B, 4k), ascending
        if wanted == len(self._points):
            return found, True
        lost = _ROUNDING * (squares.max() + (block * block).sum(1))  # (B,)
        return found, bool((values[:, count - 1] + 2 * lost < values[:, -1]).all())
