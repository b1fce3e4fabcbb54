"""How the images are dealt out: fixed shards, whoever works on them and however many work at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHARD = 256
"""Images in a shard: what is lost at most when a worker dies, and what one holds in memory."""

SAMPLE = 2048
"""Images that the principal axes of wide layers are found with; a multiple of ``SHARD``."""


@dataclass(frozen=True)
class Shards:
    """A partition of N images. The first shards are a random sample of all, the others follow in order."""

    rows: tuple[NDArray[np.int64], ...]
    """Rows of the image set in each shard, ascending within it."""
    sampled: int
    """How many shards at the beginning are the sample."""

    def __len__(self) -> int:
        return len(self.rows)


def deal(count: int, seed: int) -> Shards:
    """Deal out ``count`` images: a seeded sample first, since images often come sorted by class."""
    chosen = np.random.default_rng(seed).permutation(count)
    sample, others = np.sort(chosen[:SAMPLE]), np.sort(chosen[SAMPLE:])
    first = [sample[i : i + SHARD] for i in range(0, len(sample), SHARD)]
    rest = [others[i : i + SHARD] for i in range(0, len(others), SHARD)]
    return Shards(tuple(first + rest), len(first))
