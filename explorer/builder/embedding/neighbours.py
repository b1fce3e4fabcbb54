"""Exact nearest neighbours by blocked matrix products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.builder.crew import check_interrupted
from explorer.types import Float32

_BLOCK_VALUES = 4_000_000
"""Distances held at once: 16 MB in float32, twice that in float64."""

_LEAST = 32
"""Queries asked at once at least: narrower products wait for memory."""

_SPARE = 2
"""Candidates for each neighbour wanted."""

_PIECE = 4096
"""Points whose norms are computed at once."""

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

    Candidates come from |x|² + |y|² - 2xy, twice as many as wanted; the distances of those are computed
    again from the differences, in float64. In float32 that formula drowns what lies close together, which is
    what a good classifier's softmax is made of: queries of which the rounding might have hidden a neighbour
    are asked again in float64.
    """

    def __init__(self, points: Tensor) -> None:
        """Search among ``points`` (N, K) float32."""
        self._points = points
        self._mean = points.mean(0)
        self._centred = points - self._mean  # nearer to the origin, less is lost
        pieces = torch.split(self._centred, _PIECE)  # all at once, float64 would take three times the points
        self._squares = torch.cat([(x.double() ** 2).sum(1) for x in pieces]).float()  # (N,)
        self._fine: tuple[Tensor, Tensor] | None = None
        self.rows = max(_LEAST, _BLOCK_VALUES // max(1, len(points)))
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
        found, unsure = self._candidates(queries, wanted, count, own)
        if len(unsure):
            found[unsure] = self._fine_candidates(queries[unsure], wanted, None if own is None else own[unsure])
        rows = queries.double()
        exact = torch.stack([(self._points[found[:, j]] - rows).norm(dim=1) for j in range(wanted)], dim=1)  # (B, 4k)
        if own is not None:
            exact[found == own[:, None]] = -1.0
        order = exact.argsort(dim=1, stable=True)[:, :count]  # (B, k)
        return found.gather(1, order), exact.gather(1, order).clamp(min=0).float()

    def _candidates(self, queries: Tensor, wanted: int, count: int, own: Tensor | None) -> tuple[Tensor, Tensor]:
        """Candidates (B, C), and the queries whose nearest k are not certainly among them."""
        block = queries - self._mean
        values, found = _least(block, self._centred, self._squares, wanted, own)
        if wanted == len(self._points):
            return found, torch.empty(0, dtype=torch.int64)
        lost = _ROUNDING * (self._squares.max() + (block * block).sum(1))  # (B,)
        return found, (~(values[:, count - 1] + 2 * lost < values[:, -1])).nonzero()[:, 0]

    def _fine_candidates(self, queries: Tensor, wanted: int, own: Tensor | None) -> Tensor:
        """Candidates (B, C) by float64."""
        mean = self._mean.double()
        if self._fine is None:
            fine = self._points.double() - mean
            self._fine = fine, (fine**2).sum(1)
        return _least(queries.double() - mean, *self._fine, wanted, own)[1]


def _least(queries: Tensor, points: Tensor, squares: Tensor, wanted: int, own: Tensor | None) -> tuple[Tensor, Tensor]:
    """The least of |y|² - 2xy, the squared distance but for |x|², the same in a row: values, columns (B, C)."""
    table = torch.addmm(squares[None, :], queries, points.T, alpha=-2)  # (B, N)
    if own is not None:
        table[torch.arange(len(queries)), own] = -torch.inf
    values, found = table.topk(wanted, dim=1, largest=False)  # ascending
    return values, found
