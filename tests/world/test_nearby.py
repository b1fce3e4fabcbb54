"""Selecting by nearness, against brute force and by the laws of morphology."""

from __future__ import annotations

import numpy as np

from explorer.types import UInt8
from explorer.world.nearby import REACH, grown, listed, neighbours, shrunk


def brute_neighbours(points: np.ndarray, image: int, count: int) -> set[int]:
    distances = np.linalg.norm(points.astype(float) - points[image].astype(float), axis=1)
    distances[image] = -1.0
    return set(np.argsort(distances, kind="stable")[: count + 1].tolist())


def test_neighbours_are_the_nearest_in_all_fifteen_dimensions() -> None:
    points = np.random.default_rng(3).normal(size=(500, 15)).astype(np.float32)
    for image, count in ((0, 1), (17, 30), (499, 499), (3, 5000)):
        assert set(np.flatnonzero(neighbours(points, image, count)).tolist()) == brute_neighbours(points, image, count)
    same = np.zeros((6, 15), np.float32)
    assert neighbours(same, 4, 2).tolist() == [1, 1, 0, 0, 1, 0]  # of equally near ones the first


def test_growing_and_shrinking_are_adjoint() -> None:
    """Dilation and erosion by the graph of neighbours: the laws of morphology, and a brute-force oracle."""
    rng = np.random.default_rng(4)
    points = rng.normal(size=(200, 15)).astype(np.float32)
    graph = [brute_neighbours(points, image, REACH) for image in range(200)]
    for share in (0.0, 0.05, 0.4, 0.9, 1.0):
        mask: UInt8 = (rng.random(200) < share).astype(np.uint8)
        inside = set(np.flatnonzero(mask).tolist())
        larger, smaller = grown(points, mask), shrunk(points, mask)
        assert set(np.flatnonzero(larger).tolist()) == inside.union(*(graph[i] for i in inside))
        assert set(np.flatnonzero(smaller).tolist()) == {i for i in inside if graph[i] <= inside}
        assert (grown(points, smaller) <= mask).all()
        assert (mask <= shrunk(points, larger)).all()


def test_lists_become_masks() -> None:
    assert listed(np.array([0, 2, 9, -1]), 3).tolist() == [1, 0, 1]
    assert listed((), 2).tolist() == [0, 0]
