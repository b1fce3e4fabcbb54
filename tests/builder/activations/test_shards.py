"""Images dealt out: each once, the sample first, whoever works."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from explorer.builder.activations.shards import SAMPLE, SHARD, deal


@pytest.mark.parametrize(
    "count", [1, 2, SHARD - 1, SHARD, SHARD + 1, SAMPLE, SAMPLE + 1, SAMPLE + 3 * SHARD + 7, 30_000]
)
def test_it_is_a_partition(count: int) -> None:
    shards = deal(count, seed=0)
    assert np.array_equal(np.sort(np.concatenate(shards.rows)), np.arange(count))
    assert all(len(x) <= SHARD and (np.diff(x) > 0).all() for x in shards.rows)
    assert sum(len(x) for x in shards.rows[: shards.sampled]) == min(SAMPLE, count)
    rest = shards.rows[shards.sampled :]
    assert all(a[-1] < b[0] for a, b in pairwise(rest))


def test_the_sample_is_drawn_from_everywhere_by_the_seed() -> None:
    first = np.concatenate(deal(30_000, seed=0).rows[: SAMPLE // SHARD])
    assert np.histogram(first, 10, (0, 30_000))[0].min() > 0.7 * SAMPLE / 10
    again, other = (deal(30_000, seed=x).rows for x in (0, 1))
    assert np.array_equal(first, np.concatenate(again[: SAMPLE // SHARD]))
    assert not np.array_equal(first, np.concatenate(other[: SAMPLE // SHARD]))


def test_shards_of_the_sample_are_whole() -> None:
    """Otherwise a shard would hold both kinds of images."""
    assert SAMPLE % SHARD == 0
