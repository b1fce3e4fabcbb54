"""UMAP's graph of weighted neighbours (McInnes, Healy & Melville 2018, section 3.1), and the curve it is laid out by.

The same as umap-learn's ``fuzzy_simplicial_set`` and ``find_ab_params`` with default parameters, in whole arrays:
nothing is compiled in every process that embeds, which takes umap-learn five seconds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import curve_fit
from scipy.sparse import coo_matrix, csr_matrix

from explorer.builder.embedding.neighbours import Neighbours
from explorer.types import Float32

_STEPS = 64
"""Bisections at most."""

_TOLERANCE = 1e-5
"""Of the sum that the widths are chosen for."""

_NARROWEST = 1e-3
"""Least width, in mean distances of the neighbours."""


def neighbour_graph(near: Neighbours) -> coo_matrix:
    """The graph of a set of points (N, N): an edge is there if either end says so, a + b - ab.

    Args:
        near: of every point, itself first.
    """
    weights = edge_weights(near.distances)
    weights[near.indices == np.arange(len(weights))[:, None]] = 0.0
    own = _sparse(near.indices, weights, len(weights))  # (N, N)
    other = own.T.tocsr()
    union = own + other - own.multiply(other)
    union.eliminate_zeros()
    return union.tocoo()


def joining_graph(near: Neighbours, sample: int) -> csr_matrix:
    """Weights (B, S) between points and their nearest of a sample that they are not part of."""
    return _sparse(near.indices, edge_weights(near.distances), sample)


def edge_weights(distances: Float32) -> Float32:
    """How much each neighbour counts: 1 for the nearest, and all together log2 of their number.

    Args:
        distances: (N, k) to the neighbours, the first one the point itself or the nearest.

    Returns:
        (N, k) exp(-(d - rho) / sigma), rho the least distance above 0.
    """
    far = distances.astype(np.float64)
    nearest = np.where(far > 0, far, np.inf).min(axis=1)  # (N,)
    beyond = np.maximum(far - np.where(np.isfinite(nearest), nearest, 0.0)[:, None], 0.0)  # (N, k)
    widths = np.maximum(_widths(beyond[:, 1:], np.log2(distances.shape[1])), _NARROWEST * far.mean(axis=1))
    scaled = np.divide(beyond, widths[:, None], out=np.zeros_like(beyond), where=beyond > 0)
    weights: Float32 = np.exp(-scaled).astype(np.float32)
    return weights


def _widths(beyond: NDArray[np.float64], target: float) -> NDArray[np.float64]:
    """Widths (N,) for which the weights of each row of ``beyond`` (N, k) come to ``target``."""
    low, high, widths = np.zeros(len(beyond)), np.full(len(beyond), np.inf), np.ones(len(beyond))
    active = np.arange(len(beyond))
    for _ in range(_STEPS):
        total = np.exp(-beyond[active] / widths[active, None]).sum(axis=1)
        off = np.abs(total - target) >= _TOLERANCE
        active, wide = active[off], total[off] > target
        if not len(active):
            break
        high[active[wide]] = widths[active[wide]]
        low[active[~wide]] = widths[active[~wide]]
        bounded = np.isfinite(high[active])
        widths[active] = np.where(bounded, (low[active] + np.where(bounded, high[active], 0.0)) / 2, 2 * widths[active])
    return widths


def layout_curve(min_dist: float) -> tuple[float, float]:
    """a and b for which 1 / (1 + a d^2b) is nearest to 1 up to ``min_dist`` and exp(min_dist - d) beyond."""
    distances = np.linspace(0, 3, 300)
    wanted = np.exp(-np.maximum(distances - min_dist, 0.0))
    (a, b), _ = curve_fit(lambda d, a, b: 1 / (1 + a * d ** (2 * b)), distances, wanted)
    return float(a), float(b)


def _sparse(columns: NDArray[np.int64], weights: Float32, width: int) -> csr_matrix:
    count, k = columns.shape
    return csr_matrix((weights.reshape(-1), (np.repeat(np.arange(count), k), columns.reshape(-1))), (count, width))
