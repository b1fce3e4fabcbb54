"""Makes one layer's activations small: features to embed, maps to look at."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from explorer.builder.activations.steady import product

FEATURES = 8192
"""Upper bound of the features of a layer that are embedded."""

_WORTH = 0.6
"""A divisor of the side is taken for the pooled side if it is at least this share of what the bound allows:
equal windows weigh all values alike."""


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
        (B, F) float32 with F <= bound, in memory of their own, and how they were made: "flat", "average
        14x14" (spatial average pooling), "sketch" (a count sketch: every value added with a fixed random
        sign to one of ``bound`` columns, which keeps inner products in expectation; Weinberger et al. 2009).
    """
    maps = as_maps(activation.float())  # (B, C, h, w)
    count, channels, height, width = maps.shape
    if channels * height * width <= bound:
        rows = maps.reshape(count, -1)
        return (rows.clone() if rows.data_ptr() == activation.data_ptr() else rows), "flat"
    side = math.isqrt(bound // channels)
    if side >= 1 and height * width > 1 and activation.ndim != 3:
        size = (_pooled_side(height, side), _pooled_side(width, side))
        return average(maps, size).reshape(count, -1), f"average {size[0]}x{size[1]}"
    return _sketch(maps.reshape(count, -1), bound), "sketch"


def shown_maps(activation: Tensor, side: int) -> Tensor:
    """(B, C, h, w) float32 with h and w at most ``side``, by average pooling: zero stays zero."""
    maps = as_maps(activation.float())
    size = (min(maps.shape[2], side), min(maps.shape[3], side))
    return maps if size == tuple(maps.shape[2:]) else average(maps, size)


def zero_fraction(activation: Tensor) -> Tensor:
    """(B,) exact share of zeros in every image's activation."""
    rows = activation.float().flatten(1)  # (B, K)
    # A sum of signs is eight times as fast as counting, and exact in float64 or below 2**24 values.
    counted = rows.sign().abs_().sum(1, dtype=torch.float64 if rows.shape[1] >= 2**24 else torch.float32)
    return (1.0 - counted.double() / max(1, rows.shape[1])).float()


def average(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Average pooling of (B, C, h, w) to (B, C, *size), windows as in ``adaptive_avg_pool2d``.

    Where all windows are equal, rows are added and columns are joined by a matrix product: four times as fast as
    torch's own pooling for small windows, and as fast for large ones.
    """
    count, channels, height, width = maps.shape
    if height % size[0] or width % size[1] or size[1] == 1:
        return adaptive_avg_pool2d(maps, size)
    tall, wide = height // size[0], width // size[1]
    rows = maps.reshape(count * channels * size[0], tall, width)  # (B*C*h', r, w)
    summed = rows[:, 0].clone()
    for i in range(1, tall):
        summed += rows[:, i]
    columns = torch.eye(size[1]).repeat_interleave(wide, 1) / (tall * wide)  # (w', w)
    return product(summed, columns).reshape(count, channels, *size)


def _pooled_side(length: int, bound: int) -> int:
    """The side to pool ``length`` values to: at most ``bound``, with equal windows where that costs little."""
    if length <= bound:
        return length
    divisor = max(x for x in range(1, bound + 1) if length % x == 0)
    return divisor if divisor >= _WORTH * bound else bound


def _sketch(rows: Tensor, columns: int) -> Tensor:
    """Count sketch of (B, K) to (B, columns); the same for every batch and run."""
    generator = torch.Generator().manual_seed(rows.shape[1])
    column = torch.randint(columns, (rows.shape[1],), generator=generator)  # (K,)
    sign = torch.randint(2, (rows.shape[1],), generator=generator) * 2.0 - 1.0  # (K,)
    result = torch.zeros(len(rows), columns)
    return result.index_add_(1, column, rows * sign)
