"""Exact neighbours against a table of all distances in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from explorer.builder.embedding import neighbours
from explorer.builder.embedding.neighbours import Search, nearest_neighbours, nearest_of


def all_distances(points: NDArray[np.float32], queries: NDArray[np.float32]) -> NDArray[np.float64]:
    """(Q, N) in float64."""
    return np.linalg.norm(queries[:, None].astype(np.float64) - points[None], axis=2)


def cloud(kind: str, count: int = 300) -> NDArray[np.float32]:
    rng = np.random.default_rng(5)
    if kind == "spread":
        return rng.normal(size=(count, 6)).astype(np.float32)
    if kind == "wide":
        return rng.normal(size=(count, 300)).astype(np.float32)
    if kind == "far":
        return (rng.normal(size=(count, 20)) + 1000).astype(np.float32)
    if kind == "tight":  # what a good classifier's softmax looks like
        return (np.eye(10)[rng.integers(0, 10, count)] + 1e-5 * rng.normal(size=(count, 10))).astype(np.float32)
    if kind == "tight and far":
        return (np.eye(10)[rng.integers(0, 10, count)] * 1e3 + 7e3 + rng.normal(size=(count, 10))).astype(np.float32)
    if kind == "line":
        return np.linspace(0, 1, count, dtype=np.float32)[:, None]
    assert kind == "doubled"
    return np.repeat(rng.normal(size=(count // 3, 4)), 3, axis=0).astype(np.float32)


KINDS = ("spread", "wide", "far", "tight", "tight and far", "line", "doubled")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [2, 7, 16])
def test_the_nearest_are_those_of_a_table_of_all_distances(kind: str, count: int) -> None:
    points = cloud(kind)
    found = nearest_neighbours(torch.from_numpy(points), count)
    table = all_distances(points, points)
    np.fill_diagonal(table, -1.0)
    wanted = np.sort(table, axis=1)[:, :count].clip(min=0)
    assert np.array_equal(found.indices[:, 0], np.arange(len(points)))
    assert np.allclose(found.distances, wanted, rtol=1e-6, atol=1e-30)
    assert np.allclose(np.take_along_axis(table, found.indices, 1).clip(min=0), wanted, rtol=1e-6, atol=1e-30)
    assert all(len(set(row)) == count for row in found.indices.tolist())


@pytest.mark.parametrize("kind", KINDS)
def test_queries_that_are_not_among_the_points(kind: str) -> None:
    points = cloud(kind)
    asked, among = points[::7], np.delete(points, np.s_[::7], axis=0)
    found = Search(torch.from_numpy(among)).all_nearest(torch.from_numpy(asked), 5)
    assert np.allclose(found.distances, np.sort(all_distances(among, asked), axis=1)[:, :5], rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize("kind", KINDS)
def test_the_nearest_others_of_some_rows(kind: str) -> None:
    points = cloud(kind)
    rows = np.array([3, 50, 299])
    found = nearest_of(torch.from_numpy(points), rows, 6)
    table = all_distances(points, points)
    np.fill_diagonal(table, np.inf)
    assert not (found == rows[:, None]).any()
    wanted = np.sort(table[rows], axis=1)[:, :6]
    assert np.allclose(np.take_along_axis(table[rows], found, 1), wanted, rtol=1e-6, atol=1e-30)


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    points = torch.from_numpy(cloud("spread"))
    whole = nearest_neighbours(points, 9)
    monkeypatch.setattr(neighbours, "_BLOCK_VALUES", 37 * len(points))
    assert Search(points).rows == 37
    found = nearest_neighbours(points, 9)
    assert np.array_equal(found.indices, whole.indices)
    assert np.array_equal(found.distances, whole.distances)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_as_many_as_there_are(count: int) -> None:
    points = cloud("spread")[:count]
    found = nearest_neighbours(torch.from_numpy(points), count)
    assert np.array_equal(np.sort(found.indices, axis=1), np.tile(np.arange(count), (count, 1)))


def test_each_point_is_its_own_first_neighbour_among_duplicates() -> None:
    points = torch.ones(40, 3)
    points[20:] = 1000
    got = nearest_neighbours(points, 6)
    assert np.array_equal(got.indices[:, 0], np.arange(40))
    assert got.distances.max() == 0
