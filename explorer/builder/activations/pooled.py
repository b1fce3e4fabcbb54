"""Makes one layer's activations small: features to embed, maps to look at."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

FEATURES = 4096
"""Upper bound of the features of a layer that are embedded."""


def as_maps(activation: Tensor) -> Tensor:
    """Any activation (B, ...) as (B, C, h, w): vectors become 1x1 maps, token sequences one map."""
    if activation.ndim == 2:
        return activation[:, :, None, None]  # (B, K) -> (B, K, 1, 1)
    if activation.ndim == 3:
        return activation[:, None]  # (B, T, D) -> (B, 1, T, D)
    return activation.flatten(1, -3)  # (B, C, h, w), or (B, C*d, h, w) of a volume


def features(activation: Tensor, bound: int = FEATURES) -> tuple[Tensor, str]:
    """Activations of a batch as rows to embed.

    Args:
        activation: (B, C, h, w), (B, K) or (B, T, D) float.
        bound: most columns.

    Returns:
        (B, F) float32 with F <= bound, and how it was made: "flat", "average 14x14" (spatial average
        pooling), "sketch" (a count sketch: every value added with a fixed random sign to one of ``bound``
        columns, which keeps inner products in expectation; Weinberger et al. 2009).
    """
    maps = as_maps(activation.float())  # (B, C, h, w)
    count, channels, height, width = maps.shape
    if channels * height * width <= bound:
        return maps.reshape(count, -1), "flat"
    side = math.isqrt(bound // channels)
    if side >= 1 and height * width > 1 and activation.ndim != 3:
        size = (min(height, side), min(width, side))
        return F.adaptive_avg_pool2d(maps, size).reshape(count, -1), f"average {size[0]}x{size[1]}"
    return _sketch(maps.reshape(count, -1), bound), "sketch"


def shown_maps(activation: Tensor, side: int) -> Tensor:
    """(B, C, h, w) float32 with h and w at most ``side``, by average pooling: zero stays zero."""
    maps = as_maps(activation.float())
    size = (min(maps.shape[2], side), min(maps.shape[3], side))
    return maps if size == tuple(maps.shape[2:]) else F.adaptive_avg_pool2d(maps, size)


def zero_fraction(activation: Tensor) -> Tensor:
    """(B,) exact share of zeros in every image's activation."""
    return (activation == 0).flatten(1).float().mean(1)


def _sketch(rows: Tensor, columns: int) -> Tensor:
    """Count sketch of (B, K) to (B, columns); the same for every batch and run."""
    generator = torch.Generator().manual_seed(rows.shape[1])
    column = torch.randint(columns, (rows.shape[1],), generator=generator)  # (K,)
    sign = torch.randint(2, (rows.shape[1],), generator=generator) * 2.0 - 1.0  # (K,)
    result = torch.zeros(len(rows), columns)
    return result.index_add_(1, column, rows * sign)
