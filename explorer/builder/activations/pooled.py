"""Makes one layer's activations small: features to embed, maps to look at."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from explorer.builder.activations.kernels import average_images

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
        (B, F) float32 with F <= bound, in memory of their own, and how they were made, see ``pooled_size``.
    """
    maps = as_maps(activation.float())  # (B, C, h, w)
    size, how = pooled_size(maps.shape[1:], activation.ndim == 3, bound)
    return (sketch(maps.flatten(1), bound) if size is None else average(maps, size).flatten(1)), how


def pooled_size(shape: Sequence[int], tokens: bool, bound: int = FEATURES) -> tuple[tuple[int, int] | None, str]:
    """How maps become features.

    Args:
        shape: (C, h, w) of the maps.
        tokens: whether they are a sequence, whose neighbours in a row are not neighbours in space.
        bound: most features.

    Returns:
        The size (h', w') the maps are pooled to, None where they are sketched; and words for it: "flat", "average
        14x14" (spatial average pooling), "sketch" (see ``sketch``).
    """
    channels, height, width = shape
    if channels * height * width <= bound:
        return (height, width), "flat"
    side = math.isqrt(bound // channels)
    if side < 1 or height * width == 1 or tokens:
        return None, "sketch"
    size = (_pooled_side(height, side), _pooled_side(width, side))
    return size, f"average {size[0]}x{size[1]}"


def shown_size(shape: Sequence[int], side: int) -> tuple[int, int]:
    """The size (h', w') that maps (C, h, w) are shown in, by average pooling: at most ``side``."""
    return min(shape[1], side), min(shape[2], side)


def average(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Average pooling of (B, C, h, w) float32 to (B, C, *size), windows as in ``adaptive_avg_pool2d``."""
    pooled = torch.empty(*maps.shape[:2], *size)
    average_images(maps.contiguous().numpy(), pooled.numpy())
    return pooled


def sketch(rows: Tensor, columns: int = FEATURES) -> Tensor:
    """Count sketch of (B, K) to (B, columns): every value is added with a fixed random sign to one of the columns,
    which keeps inner products in expectation (Weinberger et al. 2009); the same for every batch and run."""
    generator = torch.Generator().manual_seed(rows.shape[1])
    column = torch.randint(columns, (rows.shape[1],), generator=generator)  # (K,)
    sign = torch.randint(2, (rows.shape[1],), generator=generator) * 2.0 - 1.0  # (K,)
    result = torch.zeros(len(rows), columns)
    return result.index_add_(1, column, rows * sign)


def _pooled_side(length: int, bound: int) -> int:
    """The side to pool ``length`` values to: at most ``bound``, with equal windows where that costs little."""
    if length <= bound:
        return length
    divisor = max(x for x in range(1, bound + 1) if length % x == 0)
    return divisor if divisor >= _WORTH * bound else bound
