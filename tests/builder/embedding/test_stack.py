"""What an embedding's key hangs on: everything it is computed from, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.builder.embedding.stack import layer_keys
from explorer.builder.embedding.tree import starting_points
from explorer.builder.options import EmbedSettings

SETTINGS = EmbedSettings()
NAMES = ["a", "b", "c", "d", "e"]


def keys(activations: list[str], settings: EmbedSettings = SETTINGS, first: list[str] | None = None) -> list[str]:
    return layer_keys(activations, settings, starting_points(len(activations)), first or [""] * len(activations))


def test_keys_are_one_for_each_layer_and_the_same_every_time() -> None:
    assert len(set(keys(NAMES))) == 5
    assert keys(NAMES) == keys(NAMES)


@pytest.mark.parametrize("changed", range(5))
def test_a_layer_changes_those_that_start_from_it(changed: int) -> None:
    other = [*NAMES[:changed], "other", *NAMES[changed + 1 :]]
    starts = starting_points(5)
    differ = [a != b for a, b in zip(keys(NAMES), keys(other), strict=True)]
    for layer in range(5):
        chain = [layer]
        while (parent := starts[chain[-1]]) is not None:
            chain.append(parent)
        assert differ[layer] == (changed in chain)


@pytest.mark.parametrize(
    "change", [{"neighbours": 7}, {"min_dist": 0.1}, {"epochs": 9}, {"components": 9}, {"seed": 1}, {"sample": 900}]
)
def test_every_setting_counts(change: dict[str, int]) -> None:
    other = keys(NAMES, replace(SETTINGS, **change))  # type: ignore[arg-type]
    assert not set(other) & set(keys(NAMES))


def test_a_start_in_another_network_counts_instead() -> None:
    one, two = keys(NAMES, first=["x"] * 5), keys(NAMES, first=["x", "x", "y", "x", "x"])
    assert [a != b for a, b in zip(one, two, strict=True)] == [False, False, True, False, False]
