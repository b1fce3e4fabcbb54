"""Accuracies too low to be true, and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.builder.doubts import doubt
from explorer.builder.model.source import AS_MADE

NAMES = tuple("abcdefghij")
COUNT = 600


def answers(accuracy: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Answers (N,) of a network that is right so often, and the classes (N,)."""
    rng = np.random.default_rng(seed)
    targets = np.arange(COUNT) % 10
    said = np.where(rng.random(COUNT) < accuracy, targets, rng.integers(0, 10, COUNT))
    return said, targets


@pytest.mark.parametrize("accuracy", [0.3, 0.6, 0.95, 1.0])
def test_a_network_that_does_well_or_badly_is_not_doubted(accuracy: float) -> None:
    assert doubt(*answers(accuracy), NAMES) == ""


def test_chance_points_at_the_preprocessing_and_the_weights() -> None:
    said = answers(0.0)
    assert "about chance (10.0%): check the preprocessing" in doubt(*said, NAMES, "w.pt")
    assert "weights are trained" not in doubt(*said, NAMES, "w.pt")
    assert "that the weights are trained (--weights)" in doubt(*said, NAMES, AS_MADE)
    assert doubt(*said, NAMES, "random").endswith("chance (10.0%), as that of an untrained network is")


def test_less_than_chance() -> None:
    said, targets = answers(0.0)
    assert "0.0% is below chance" in doubt(np.where(said == targets, (said + 1) % 10, said), targets, NAMES)


def test_a_network_that_always_says_the_same() -> None:
    assert "about chance" in doubt(np.full(COUNT, 3), answers(1.0)[1], NAMES)


def test_another_order_of_the_classes_is_found() -> None:
    order = np.array([3, 7, 0, 9, 1, 2, 8, 4, 5, 6])  # output i stands for class order[i]
    said, targets = answers(0.9)
    told = doubt(np.argsort(order)[said], targets, NAMES, named=True)
    right = np.mean(said == targets)
    assert f"{right:.0%} of its answers would be right if its class 0 were 'd', and so on; give --class-names" in told
    assert "bring the labels" in doubt(np.argsort(order)[said], targets, NAMES)


def test_an_offset_is_found() -> None:
    said, targets = answers(0.9)
    assert "would be right with a --label-offset greater by 1" in doubt(said + 1, targets, NAMES)


def test_few_images_prove_no_order() -> None:
    """One image of each class: any answers fit in some order."""
    rng = np.random.default_rng(0)
    targets = np.arange(10)
    assert "order than" not in doubt(rng.permutation(targets), targets, NAMES)


def test_images_without_a_class_or_of_one_alone_say_nothing() -> None:
    assert doubt(np.array([1, 2, 1]), np.array([-1, -1, -1]), NAMES) == ""
    assert doubt(np.full(50, 1), np.full(50, 2), NAMES) == ""


def test_some_order_always_fits_few_classes() -> None:
    """So a network that answers badly among three is not said to answer in another order; nor an untrained one."""
    targets = np.arange(300) % 3
    said = np.where(np.arange(300) % 10 < 6, (targets + 1) % 3, targets)  # 60% fit where everything is one off
    assert "order than" not in doubt(said, targets, NAMES[:3])
    assert "order than" in doubt(np.array([1, 0, 2])[targets], targets, NAMES[:3])
    assert "order than" not in doubt(np.array([1, 0, 2])[targets], targets, NAMES[:3], "random")
