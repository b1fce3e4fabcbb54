"""The order of the layers: a tree as deep as the logarithm of their number."""

from __future__ import annotations

import math

import pytest

from explorer.builder.embedding.tree import starting_points


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 20, 63, 64, 300])
def test_it_is_a_tree_of_logarithmic_depth(count: int) -> None:
    starts = starting_points(count)
    assert len(starts) == count
    assert starts.count(None) == 1

    def depth(layer: int) -> int:
        parent = starts[layer]
        return 0 if parent is None else 1 + depth(parent)  # ends: no cycles

    assert max(depth(x) for x in range(count)) <= math.floor(math.log2(count))


@pytest.mark.parametrize("count", [2, 9, 50])
def test_a_layer_starts_from_the_nearest_of_those_before(count: int) -> None:
    starts = starting_points(count)
    for layer, parent in enumerate(starts):
        if parent is not None:
            between = range(min(layer, parent) + 1, max(layer, parent))
            assert all(layer in ancestors(starts, x) for x in between)


def ancestors(starts: list[int | None], layer: int) -> list[int]:
    found = []
    parent = starts[layer]
    while parent is not None:
        found.append(parent)
        parent = starts[parent]
    return found


def test_no_layers() -> None:
    assert starting_points(0) == []
