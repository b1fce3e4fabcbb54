"""Which points lie inside a polygon: exactly, and at millions of points within a frame.

The polygon is laid over a grid of cells once. A cell that no edge touches lies inside or outside as a whole, so
nearly every point is answered by a look at its cell; the few in cells on the outline are tested against the edges
of their row of cells by the crossing rule (even-odd; Shimrat 1962, Algorithm 112; Hormann & Agathos 2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.types import Float64, UInt8

CELLS = 512
"""Cells along each side of the polygon's bounding box."""

_OUTSIDE, _INSIDE, _OUTLINE = 0, 1, 2
_MARGIN = 0.01
"""Cells by which the outline is thickened: points are looked up in single precision."""

Bool = NDArray[np.bool_]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Polygon:
    """A closed polygon, prepared for many points. It may cross itself: even-odd decides."""

    corners: Float64
    """(M, 2) in order; the last is joined to the first."""

    @cached_property
    def low(self) -> Float64:
        """(2,) corner of the bounding box."""
        return np.asarray(self.corners.min(axis=0))

    @cached_property
    def high(self) -> Float64:
        """(2,) opposite corner of the bounding box."""
        return np.asarray(self.corners.max(axis=0))

    @property
    def empty(self) -> bool:
        """Whether it has no inside at all."""
        return len(self.corners) < 3 or bool((self.high <= self.low).any())

    def contains(self, x: NDArray[Any], y: NDArray[Any]) -> Bool:
        """Which of the points (n,), (n,) lie inside: (n,) bool."""
        found = np.zeros(len(x), bool)
        if self.empty:
            return found
        low, high = self.low, self.high
        boxed = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))  # (m,)
        px, py = x[boxed], y[boxed]  # (m,)
        column, row = self._cell(px, 0), self._cell(py, 1)  # (m,)
        kinds = self._kinds[row, column]  # (m,)
        found[boxed[kinds == _INSIDE]] = True
        close = np.flatnonzero(kinds == _OUTLINE)
        if len(close):
            found[boxed[close]] = self._crossed(px[close], py[close], row[close])
        return found

    @cached_property
    def _scale(self) -> Float64:
        """(2,) cells per unit."""
        return np.asarray(CELLS / (self.high - self.low))

    def _cell(self, values: NDArray[Any], axis: int) -> NDArray[np.int32]:
        """The cell of each coordinate (n,) along an axis, 0 to CELLS - 1."""
        low, scale = values.dtype.type(self.low[axis]), values.dtype.type(self._scale[axis])
        return np.asarray(np.minimum(((values - low) * scale).astype(np.int32), CELLS - 1))

    @cached_property
    def _edges(self) -> Float64:
        """(M, 4) x and y of the start and of the end of each edge, in cells."""
        scaled = (self.corners - self.low) * self._scale  # (M, 2)
        return np.hstack([scaled, np.roll(scaled, -1, axis=0)])

    @cached_property
    def _kinds(self) -> UInt8:
        """(CELLS, CELLS) by row and column: outside, inside, or on the outline."""
        kinds = np.where(self._parity, _INSIDE, _OUTSIDE).astype(np.uint8)
        kinds[self._touched] = _OUTLINE
        return kinds

    @cached_property
    def _parity(self) -> Bool:
        """(CELLS, CELLS) whether the middle of each cell lies inside."""
        x0, y0, x1, y1 = self._edges.T  # (M,)
        low, high = np.minimum(y0, y1), np.maximum(y0, y1)
        # Rows whose middle the edge passes: low <= row + 0.5 < high.
        edge, row = _spans(np.ceil(low - 0.5), np.ceil(high - 0.5) - 1)
        x = x0[edge] + (row + 0.5 - y0[edge]) / (y1 - y0)[edge] * (x1 - x0)[edge]  # (k,)
        first = np.clip(np.ceil(x - 0.5), 0, CELLS).astype(np.int64)  # first column whose middle is beyond
        toggles = np.bincount(row * (CELLS + 1) + first, minlength=CELLS * (CELLS + 1))
        return np.asarray(np.cumsum(toggles.reshape(CELLS, CELLS + 1)[:, :CELLS], axis=1) % 2 == 1)

    @cached_property
    def _touched(self) -> Bool:
        """(CELLS, CELLS) cells that an edge passes through, or nearly."""
        x0, y0, x1, y1 = self._edges.T  # (M,)
        edge, row = self._rows
        # The stretch of the edge within the row, thickened on all sides.
        bottom, top = row - _MARGIN, row + 1.0 + _MARGIN
        rise = np.where(y1 == y0, 1.0, y1 - y0)[edge]
        with np.errstate(over="ignore"):  # an edge that is all but flat passes its row from end to end
            start, end = (bottom - y0[edge]) / rise, (top - y0[edge]) / rise  # (k,) along the edge
        flat = (y1 == y0)[edge]
        start, end = np.where(flat, 0.0, np.minimum(start, end)), np.where(flat, 1.0, np.maximum(start, end))
        start, end = np.clip(start, 0.0, 1.0), np.clip(end, 0.0, 1.0)
        xs, xe = x0[edge] + start * (x1 - x0)[edge], x0[edge] + end * (x1 - x0)[edge]
        first = np.clip(np.floor(np.minimum(xs, xe) - _MARGIN), 0, CELLS - 1).astype(np.int64)
        last = np.clip(np.floor(np.maximum(xs, xe) + _MARGIN), 0, CELLS - 1).astype(np.int64)
        size, wide = CELLS * (CELLS + 1), CELLS + 1
        change = np.bincount(row * wide + first, minlength=size) - np.bincount(row * wide + last + 1, minlength=size)
        return np.asarray(np.cumsum(change.reshape(CELLS, wide)[:, :CELLS], axis=1) > 0)

    @cached_property
    def _rows(self) -> tuple[Index, Index]:
        """Pairs (k,) of an edge and a row of cells it passes through, or nearly."""
        _, y0, _, y1 = self._edges.T  # (M,)
        low = np.floor(np.minimum(y0, y1) - _MARGIN)
        high = np.floor(np.maximum(y0, y1) + _MARGIN)
        return _spans(np.clip(low, 0, CELLS - 1), np.clip(high, 0, CELLS - 1))

    @cached_property
    def _by_row(self) -> tuple[Index, Index]:
        """Edges (k,) sorted by row, and where each row begins among them (CELLS + 1,)."""
        edge, row = self._rows
        order = np.argsort(row, kind="stable")
        starts = np.searchsorted(row[order], np.arange(CELLS + 1))
        return edge[order], np.asarray(starts, np.int64)

    def _crossed(self, x: NDArray[Any], y: NDArray[Any], row: NDArray[np.int32]) -> Bool:
        """Whether a ray to the right of each point (n,) crosses the outline an odd number of times.

        The ray stays in the point's row, so only the edges of that row are asked; in the polygon's own units and
        in double precision, as an oracle would.
        """
        edges, starts = self._by_row
        first, last = starts[row], starts[row + 1]  # (n,)
        point, place = _spans(first, last - 1)
        edge = edges[place]  # (k,)
        start, end = self.corners[edge], np.roll(self.corners, -1, axis=0)[edge]  # (k, 2)
        px, py = x[point].astype(np.float64), y[point].astype(np.float64)  # (k,)
        return np.asarray(np.bincount(point, _crossings(px, py, start, end), minlength=len(x)) % 2 == 1)


def _crossings(x: Float64, y: Float64, start: Float64, end: Float64) -> Bool:
    """Whether the ray to the right of each point (k,) crosses its edge, from (k, 2) to (k, 2)."""
    passes = (start[:, 1] <= y) != (end[:, 1] <= y)  # (k,) half open: a corner counts once
    rise = np.where(passes, end[:, 1] - start[:, 1], 1.0)
    # The division last: where the edge is exact, so is the answer.
    reach = start[:, 0] + (y - start[:, 1]) * (end[:, 0] - start[:, 0]) / rise  # (k,)
    return np.asarray(passes & (x < reach))


def _spans(first: NDArray[Any], last: NDArray[Any]) -> tuple[Index, Index]:
    """Every (i, n) with first[i] <= n <= last[i], as two arrays."""
    sizes = np.maximum(np.asarray(last - first, np.int64) + 1, 0)  # (m,)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    begins = np.cumsum(sizes) - sizes
    number = np.arange(len(owner)) - begins[owner] + np.asarray(first, np.int64)[owner]
    return owner, number


def box(x0: float, y0: float, x1: float, y1: float) -> Float64:
    """The corners (4, 2) of an upright rectangle between two opposite ones."""
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)
