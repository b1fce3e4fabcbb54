"""Neighbours against a brute-force oracle, and the laws of the share that is kept."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.geometry.neighbourhood import kept, nearest, sample


@pytest.mark.parametrize("dims", [3, 15])
def test_nearest_are_those_of_all_distances(dims: int) -> None:
    points = np.random.default_rng(0).normal(size=(700, dims)).astype(np.float32)
    distances = np.linalg.norm(points[:, None].astype(np.float64) - points[None], axis=2)  # (N, N)
    np.fill_diagonal(distances, np.inf)
    rows = np.arange(3, 700, 7)
    assert np.array_equal(nearest(points, rows, 15), np.argsort(distances, axis=1)[rows, :15])


def test_no_point_is_its_own_neighbour_even_among_duplicates() -> None:
    points = np.zeros((400, 3), np.float32)
    points[200:] = np.arange(200)[:, None] + 1.0
    rows = np.arange(400)
    found = nearest(points, rows, 5)
    assert not (found == rows[:, None]).any()
    assert (found[:200] < 200).all()
    assert all(len(set(row)) == 5 for row in found.tolist())


def test_few_points_have_few_neighbours() -> None:
    points = np.random.default_rng(0).normal(size=(4, 15))
    assert nearest(points, np.arange(4), 15).shape == (4, 3)
    assert nearest(points[:1], np.arange(1), 15).shape == (1, 0)
    assert np.isnan(kept(nearest(points[:1], np.arange(1)), np.empty((1, 0), int))).all()


def test_progress_is_told_to_the_end() -> None:
    told: list[float] = []
    nearest(np.random.default_rng(0).normal(size=(5000, 3)), np.arange(5000), 4, told.append)
    assert told == sorted(told)
    assert len(told) > 1
    assert told[-1] == 1.0


def test_kept_counts_what_both_have() -> None:
    rng = np.random.default_rng(1)
    true = np.stack([rng.permutation(60)[:12] for _ in range(50)])
    found = np.stack([rng.permutation(60)[:9] for _ in range(50)])
    expected = [len(set(a) & set(b)) / 12 for a, b in zip(found.tolist(), true.tolist(), strict=True)]
    assert np.allclose(kept(found, true), expected)
    assert np.allclose(kept(true[:, ::-1], true), 1.0)
    assert np.allclose(kept(true + 100, true), 0.0)


def test_a_sample_is_fair_steady_and_in_order() -> None:
    assert sample(10, 20).tolist() == list(range(10))
    rows = sample(100_000, 2_000)
    assert len(set(rows.tolist())) == 2_000
    assert (np.diff(rows) > 0).all()
    assert abs(rows.mean() / 50_000 - 1) < 0.05
    assert np.array_equal(rows, sample(100_000, 2_000))
