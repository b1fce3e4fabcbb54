"""How much of the neighbourhoods of the activations an embedding keeps, and how well it tells the classes apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.builder.embedding.neighbours import nearest_of

NEAREST = 15
"""Neighbours that are compared."""

QUERIES = 2000
"""Images whose neighbourhoods are looked at; all are candidates. The standard error of a share is then below .003."""

_BLOCK_VALUES = 1_000_000
"""Distances held at once: 8 MB."""

_PIECE = 1024
"""Points whose norms are computed at once."""


@dataclass(frozen=True)
class Kept:
    """What an embedding keeps of the neighbourhoods in another space; both figures are 0 to 1."""

    trustworthiness: float
    """1 when all its neighbours are neighbours there; far intruders weigh more (Venna & Kaski 2001, eq. 3)."""
    recall: float
    """Share of the nearest there that are among the nearest here."""


def queried(count: int, seed: int) -> NDArray[np.int64]:
    """At most ``QUERIES`` of ``count`` rows, drawn without repetition, ascending (Q,)."""
    return np.sort(np.random.default_rng(seed).permutation(count)[:QUERIES]).astype(np.int64)


def kept_neighbourhoods(high: Tensor, low: Tensor, rows: NDArray[np.int64], nearest: int = NEAREST) -> Kept:
    """Compare the neighbourhoods of some rows in two spaces.

    Args:
        high: (N, F) activations, or what stands for them, about their mean: farther from the origin more is
            lost to rounding.
        low: (N, 15) their embedding.
        rows: (Q,) whose neighbours are compared; all N are candidates.
        nearest: how many neighbours k; fewer where N is too small for the measure (k < N / 2).

    Returns:
        Trustworthiness and recall at k, means over the queried rows.
    """
    count = len(high)
    k = max(1, min(nearest, (count - 1) // 2))
    near_low = torch.from_numpy(nearest_of(low, rows, k))  # (Q, k)
    # Squared in float64: images that a softmax is sure of lie nearer to each other than float32 rounds squares.
    squares = torch.cat([x.double().square().sum(1) for x in torch.split(high, _PIECE)])  # (N,)
    shifted = high.double() if high.shape[1] <= 64 else high
    size = max(1, _BLOCK_VALUES // count)
    penalty, shared = 0.0, 0
    for begin in range(0, len(rows), size):
        own = torch.from_numpy(rows[begin : begin + size])  # (B,)
        table = (shifted[own] @ shifted.T).double()  # (B, N)
        table.mul_(-2).add_(squares)  # but for |x|², the same in a row
        table[torch.arange(len(own)), own] = torch.inf
        ranks = _ranks(table.numpy(), near_low[begin : begin + size].numpy())  # (B, k), 1 for the nearest
        penalty += float(np.maximum(ranks - k, 0).sum())
        shared += int((ranks <= k).sum())
    scale = 2.0 / (len(rows) * k * (2 * count - 3 * k - 1))
    return Kept(1.0 - scale * penalty, shared / (len(rows) * k))


@numba.njit(nogil=True, cache=True)
def _ranks(table, found):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Ranks (B, k) of some columns (B, k) of a table (B, N) among all values of their row, 1 for the least."""
    ranks = np.ones(found.shape, np.int64)
    for i in range(len(table)):
        for j in range(found.shape[1]):
            limit = table[i, found[i, j]]
            for value in table[i]:
                ranks[i, j] += value < limit
    return ranks


def label_accuracy(points: Tensor, labels: NDArray[Any], rows: NDArray[np.int64], nearest: int = NEAREST) -> float:
    """Share of queried rows whose label most of their ``nearest`` others have, 0 to 1.

    Args:
        points: (N, D).
        labels: (N,) integers, -1 unknown: such rows neither ask nor vote. Ties go to the smaller label.
        rows: (Q,) that are asked.
        nearest: how many vote.
    """
    known = np.flatnonzero(labels >= 0)
    place = np.full(len(labels), -1, np.int64)
    place[known] = np.arange(len(known))
    asked = place[rows[labels[rows] >= 0]]  # (Q',) among the known
    if not len(asked) or len(known) < 2:
        return float("nan")
    votes = labels[known][nearest_of(points[torch.from_numpy(known)], asked, min(nearest, len(known) - 1))]  # (Q', k)
    tally = np.zeros((len(asked), int(labels.max()) + 1), np.int32)
    for column in votes.T:
        np.add.at(tally, (np.arange(len(asked)), column), 1)
    return float(np.mean(tally.argmax(1) == labels[known][asked]))
