"""What is known of a world's embeddings beyond the points themselves: worked out when first asked for, then kept."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from explorer.store.read import World
from explorer.types import DIMS, Float32, Float64, Int32
from explorer.world.colouring import indices
from explorer.world.properties import Properties, properties

_ROWS = 1 << 16  # images summed up at a time


class Survey:
    """Figures of the layers of one world. The same question always has the same answer."""

    def __init__(self, world: World) -> None:
        """Nothing is worked out yet."""
        self._world = world
        self._categories: dict[str, Int32] = {}
        self._centroids: dict[tuple[int, str], Float64] = {}

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
