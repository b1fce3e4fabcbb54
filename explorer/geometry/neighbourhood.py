"""Who is near whom: nearest neighbours of points, and how many of them two spaces have in common."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.types import Float32, Int32

NEAR = 15
"""Neighbours that are asked for: as many as a build stores of every activation."""

_ROWS = 1024  # points searched for at a time
_FLAT = 3


def nearest(
    points: NDArray[np.floating], rows: NDArray[np.integer], count: int = NEAR,
    beat: Callable[[float], None] = lambda share: None,
) -> Int32:  # fmt: skip
    """The nearest other points of some points, by Euclidean distance.

    Args:
        points: (N, D) finite.
        rows: (R,) which of them are asked about.
        count: neighbours wanted of each; N - 1 at most are found.
        beat: called now and then with the share that is done.

    Returns:
        (R, k) int32 rows of ``points``, nearest first; a point is not its own neighbour.
    """
    from scipy.spatial import cKDTree  # noqa: PLC0415 - not loaded before it is needed, off the frame

    count = max(0, min(count, len(points) - 1))
    # Measured on 50,000 images of googlenet15d: in 15-D compact nodes of 32 points halve the time of a search; in
    # 3-D an unbalanced tree is built three times faster and searched as fast.
    flat = points.shape[1] <= _FLAT
    tree = cKDTree(points, leafsize=16 if flat else 32, balanced_tree=False, compact_nodes=not flat)
    found = np.empty((len(rows), count), np.int32)  # (R, k)
    for start in range(0, len(rows), _ROWS):
        part = slice(start, start + _ROWS)
        _, near = tree.query(points[rows[part]], np.arange(1, count + 2))  # (r, k + 1)
        # Itself is among the first, or, where many points are the same, perhaps not found: it goes last and out.
        order = np.argsort(near == rows[part, None], axis=1, kind="stable")  # (r, k + 1)
        found[part] = np.take_along_axis(near, order, axis=1)[:, :count]
        beat(min(1.0, (start + _ROWS) / len(rows)))
    return found


def kept(found: NDArray[np.integer], true: NDArray[np.integer]) -> Float32:
    """The share of each point's true neighbours that were found again.

    This is the recall of Venna, Peltonen, Nybo, Aidos and Kaski 2010 ("Information retrieval perspective to
    nonlinear dimensionality reduction for data visualization"), one figure for each point.

    Args:
        found: (R, k) neighbours in a picture.
        true: (R, m) neighbours in what it is a picture of.

    Returns:
        (R,) float32, 0 to 1; NaN where there are no neighbours to keep.
    """
    hits = np.zeros(len(true), np.float32)  # (R,)
    for column in range(true.shape[1]):
        hits += (found == true[:, column, None]).any(axis=1)
    with np.errstate(invalid="ignore"):
        return hits / np.float32(true.shape[1])


def sample(count: int, most: int) -> NDArray[np.int64]:
    """Rows (n,) of a fair sample of ``count`` things, all of them up to ``most``; the same each time, in order."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False, shuffle=False))
