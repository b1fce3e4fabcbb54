"""Selecting by nearness in a layer's 15 dimensions: neighbours of an image, and a selection grown or shrunk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.geometry.neighbourhood import nearest
from explorer.types import Float32, UInt8

REACH = 8
"""Neighbours of each image by which a selection grows or shrinks."""

_ROWS = 1 << 16  # distances worked out at a time


def neighbours(points: Float32, image: int, count: int) -> UInt8:
    """An image and the ``count`` others nearest to it, by Euclidean distance; of equally far ones the first.

    Args:
        points: (N, 15) of a layer.
        image: whose neighbours.
        count: how many, or all there are.

    Returns:
        (N,) uint8, 1 for each of them.
    """
    middle = np.asarray(points[image], np.float32)  # (15,)
    squared = np.empty(len(points), np.float32)  # (N,)
    for start in range(0, len(points), _ROWS):
        away = points[start : start + _ROWS] - middle  # (n, 15)
        squared[start : start + _ROWS] = np.einsum("nd,nd->n", away, away)
    squared[image] = -1.0  # itself first, also where others lie on the same spot
    found = np.zeros(len(points), np.uint8)
    wanted = min(count + 1, len(points))
    farthest = np.partition(squared, wanted - 1)[wanted - 1]
    found[squared < farthest] = 1
    ties = np.flatnonzero(squared == farthest)
    found[ties[: wanted - int(found.sum())]] = 1
    return found


def grown(points: Float32, mask: UInt8) -> UInt8:
    """The images (N,) of a selection with the ``REACH`` nearest of each: a dilation by the graph of neighbours."""
    chosen = np.flatnonzero(mask)  # (n,)
    found = mask.copy()
    if len(chosen):
        found[nearest(points, chosen, REACH).ravel()] = 1
    return found


def shrunk(points: Float32, mask: UInt8) -> UInt8:
    """The images (N,) of a selection whose ``REACH`` nearest are all selected: the erosion that goes with it."""
    chosen = np.flatnonzero(mask)  # (n,)
    found: UInt8 = np.zeros_like(mask)
    if len(chosen):
        inside = mask[nearest(points, chosen, REACH)].all(axis=1)  # (n,)
        found[chosen[inside]] = 1
    return found


def listed(images: NDArray[np.integer] | tuple[int, ...], total: int) -> UInt8:
    """(total,) uint8, 1 for every image listed; numbers of none are passed over."""
    mask = np.zeros(total, np.uint8)
    numbers = np.asarray(images, np.int64)
    mask[numbers[(numbers >= 0) & (numbers < total)]] = 1
    return mask
