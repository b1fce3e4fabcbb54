"""What is known of a world's embeddings beyond the points themselves: worked out when first asked for, then kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from explorer.geometry import spaces
from explorer.geometry.spaces import Scatter
from explorer.store.read import World
from explorer.types import DIMS, Float32, Float64, Int32
from explorer.world.colouring import indices
from explorer.world.properties import Properties, properties

_ROWS = 1 << 16  # images summed up at a time

_SAMPLE = 12_000
"""Images from which spreads are estimated: the standard error of a variance is then 1.3%."""

_FEW = 1000
"""Images from which radii are estimated."""

_KEPT = 20_000
"""Answers of ``kept`` that are remembered, most of them of 2 kB."""

_T = TypeVar("_T")


class Survey:
    """Figures of the layers of one world. The same question always has the same answer."""

    def __init__(self, world: World) -> None:
        """Nothing is worked out yet."""
        self._world = world
        self._categories: dict[str, Int32] = {}
        self._centroids: dict[tuple[int, str], Float64] = {}
        self._kept: dict[Hashable, Any] = {}

    @property
    def world(self) -> World:
        """The world that is surveyed."""
        return self._world

    @cached_property
    def properties(self) -> Properties:
        """What can be asked of the images by name."""
        return properties(self._world)

    def embedding(self, layer: int) -> Float32:
        """(N, 15) float32, memory-mapped, in the layer's own units."""
        return self._world.embedding(layer)

    def categories(self, key: str) -> Int32:
        """(N,) int32 category of every image in a colouring, -1 where it is not known."""
        if key not in self._categories:
            self._categories[key] = indices(self._world, key)
        return self._categories[key]

    def centroids(self, layer: int, key: str, count: int) -> Float64:
        """(count, 15) float64 means of the images of each category in a layer; NaN for empty ones."""
        if (layer, key) not in self._centroids:
            self._centroids[layer, key] = _means(self.embedding(layer), self.categories(key), count)
        return self._centroids[layer, key]

    def covariance(self, layer: int) -> Float64:
        """(15, 15) of a layer's points, in its units squared; from a sample where there are many images."""
        return self.kept(("covariance", layer), lambda: spaces.covariance(self._sampled(layer, _SAMPLE)))

    def scatter(self, layer: int, key: str, merged: int = 1) -> Scatter:
        """How a layer's points spread within the categories of a colouring and between them; from the same sample.

        Args:
            layer: which.
            key: of the colouring.
            merged: neighbouring categories that count as one, for the fine steps of a ramp.
        """

        def scatter() -> Scatter:
            category = self.categories(key)[self._rows(_SAMPLE)] // merged  # (n,)
            return spaces.scatter(self._sampled(layer, _SAMPLE), category)

        return self.kept(("scatter", layer, key, merged), scatter)

    def turned_back(self, layer: int) -> Float64:
        """(15, 15) orthogonal: takes a layer's points back to how they were embedded, before their alignment.

        Raises:
            ValueError: it is not known in this world.
        """
        if self._world.alignments is None:
            raise ValueError("this world does not hold its alignments")
        return np.ascontiguousarray(self._world.alignments[layer].T)

    def few(self, layer: int) -> Float64:
        """(m, 15) float64 a small sample of a layer's points, in its units, read-only."""
        return self.kept(("few", layer), lambda: np.asarray(self._sampled(layer, _FEW), np.float64))

    def kept(self, question: Hashable, answer: Callable[[], _T]) -> _T:
        """What ``answer`` gives, worked out once for each question; arrays are made read-only."""
        if question not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)))
            found = answer()
            if isinstance(found, np.ndarray):
                found.setflags(write=False)
            self._kept[question] = found
        return cast(_T, self._kept[question])

    def _sampled(self, layer: int, count: int) -> Float32:
        """(n, 15) the points of the sample's images in a layer."""
        return np.asarray(self.embedding(layer)[self._rows(count)])

    def _rows(self, count: int) -> NDArray[np.int64]:
        """At most ``count`` images, ascending: one from each of as many equal stretches, at a seeded place in it.

        Not every so-manieth, as images often come in an order that repeats itself.
        """
        images = len(self.embedding(0))
        if images <= count:
            return np.arange(images)
        places = (np.arange(count) + np.random.default_rng(0).random(count)) * (images / count)  # (count,)
        return np.minimum(places.astype(np.int64), images - 1)


def _means(points: Float32, category: Int32, count: int) -> Float64:
    sums, sizes = np.zeros((count, DIMS)), np.zeros(count)
    for start in range(0, len(points), _ROWS):
        part = slice(start, start + _ROWS)
        known = (category[part] >= 0) & (category[part] < count)  # (n,)
        chosen, rows = category[part][known], np.asarray(points[part], np.float64)[known]  # (m,), (m, 15)
        sizes += np.bincount(chosen, minlength=count)
        for axis in range(DIMS):
            sums[:, axis] += np.bincount(chosen, rows[:, axis], minlength=count)
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / sizes[:, None])
