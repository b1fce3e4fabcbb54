"""Matrix products in which a row comes out the same whatever rows come with it.

Libraries choose their way by the shape of a product, and each way rounds differently: with fewer than four rows for
a thread, with a single column, with a right side that lies in memory row by row (MKL 2024.2 on x86; differences of
5e-7 of the largest value). A world would then depend on the batch and on the number of threads.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import linear

LEAST = 16
"""Rows of a product at least."""

_STEP = 8
"""Rows are filled up to a multiple of this, up to ``_MANY``, beyond which no thread gets too few of them."""
_MANY = 1024


def filled_up(rows: Tensor) -> Tensor:
    """``rows`` (B, ...) with copies of the last one behind them, as many as a product needs."""
    count = len(rows)
    missing = max(LEAST - count, -count % _STEP if count < _MANY else 0)
    return rows if missing == 0 else torch.cat([rows, rows[-1:].expand(missing, *rows.shape[1:])])


def product(rows: Tensor, weights: Tensor) -> Tensor:
    """Rows (B, F) times the transpose of ``weights`` (K, F), contiguous: (B, K)."""
    several = weights if len(weights) > 1 else weights.expand(2, -1)
    return linear(filled_up(rows), several)[: len(rows), : len(weights)]
