"""The figures of an embedding against scikit-learn and against all distances."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.manifold import trustworthiness
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from explorer.builder.embedding import quality
from explorer.builder.embedding.quality import QUERIES, kept_neighbourhoods, label_accuracy, queried


def spaces(count: int, noise: float = 1.0, far: float = 0.0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(N, 40) points and a distorted image of them (N, 15)."""
    rng = np.random.default_rng(3)
    high = rng.normal(size=(count, 40)) @ np.diag(0.9 ** np.arange(40)) + far
    low = high[:, :15] + noise * rng.normal(size=(count, 15))
    return high.astype(np.float32), low.astype(np.float32)


def neighbours_of(points: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    table = np.linalg.norm(points[:, None].astype(np.float64) - points[None], axis=2)
    np.fill_diagonal(table, np.inf)
    return np.argsort(table, axis=1)[:, :k]


@pytest.mark.parametrize(("count", "far"), [(5, 0.0), (32, 0.0), (33, 0.0), (200, 0.0), (200, 100.0)])
@pytest.mark.parametrize("noise", [0.0, 0.5, 100.0])
def test_trustworthiness_is_scikit_learns_and_recall_is_counted(count: int, noise: float, far: float) -> None:
    high, low = spaces(count, noise, far)
    k = min(15, (count - 1) // 2)
    about_mean = torch.from_numpy(high - high.mean(axis=0))
    found = kept_neighbourhoods(about_mean, torch.from_numpy(low), np.arange(count))
    assert found.trustworthiness == pytest.approx(trustworthiness(high, low, n_neighbors=k), abs=1e-6)
    near, kept = neighbours_of(high, k), neighbours_of(low, k)
    shared = [len(set(a) & set(b)) for a, b in zip(near.tolist(), kept.tolist(), strict=True)]
    assert found.recall == pytest.approx(np.mean(shared) / k, abs=1e-9)


def test_a_space_keeps_all_its_own_neighbours() -> None:
    high, _ = spaces(300)
    found = kept_neighbourhoods(torch.from_numpy(high), torch.from_numpy(high), np.arange(300))
    assert (found.trustworthiness, found.recall) == (1.0, 1.0)


def test_some_rows_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    high, low = (torch.from_numpy(x) for x in spaces(900, 0.5))
    everything = kept_neighbourhoods(high, low, np.arange(900))
    monkeypatch.setattr(quality, "QUERIES", 300)
    rows = queried(900, seed=1)
    assert len(rows) == len(np.unique(rows)) == 300
    some = kept_neighbourhoods(high, low, rows)
    assert some.trustworthiness == pytest.approx(everything.trustworthiness, abs=0.01)
    assert some.recall == pytest.approx(everything.recall, abs=0.02)
    monkeypatch.setattr(quality, "_BLOCK_VALUES", 7 * 900)
    blocked = kept_neighbourhoods(high, low, rows)
    assert blocked.recall == some.recall
    assert blocked.trustworthiness == pytest.approx(some.trustworthiness, abs=1e-12)


def test_as_many_rows_are_asked_as_there_are() -> None:
    assert np.array_equal(queried(7, seed=0), np.arange(7))
    assert len(queried(QUERIES + 1, seed=0)) == QUERIES


@pytest.mark.parametrize("classes", [2, 10])
def test_label_accuracy_is_a_leave_one_out_vote(classes: int) -> None:
    _, low = spaces(160)
    labels = (np.abs(low[:, 0] * 3).astype(np.int32)) % classes
    model = KNeighborsClassifier(n_neighbors=15, algorithm="brute")
    said = cross_val_predict(model, low.astype(np.float64), labels, cv=LeaveOneOut())
    found = label_accuracy(torch.from_numpy(low), labels, np.arange(160))
    assert found == pytest.approx(np.mean(said == labels), abs=1e-9)


def test_unlabelled_images_neither_ask_nor_vote() -> None:
    _, low = spaces(120)
    labels = (low[:, 0] > 0).astype(np.int32)
    known = np.arange(120) % 3 > 0
    some = np.where(known, labels, -1)
    wanted = label_accuracy(torch.from_numpy(low[known]), labels[known], np.arange(int(known.sum())))
    assert label_accuracy(torch.from_numpy(low), some, np.arange(120)) == wanted
    assert np.isnan(label_accuracy(torch.from_numpy(low), np.full(120, -1), np.arange(120)))
    alone = np.full(120, -1)
    alone[5] = 2
    assert np.isnan(label_accuracy(torch.from_numpy(low), alone, np.arange(120)))


def test_neighbours_closer_than_float32_rounds_squares_are_told_apart() -> None:
    """As images are of which a softmax is sure: all near one corner, about 1 from the mean and 1e-5 from each other."""
    rng = np.random.default_rng(5)
    near = np.eye(10)[rng.integers(0, 10, 400)] + 1e-5 * rng.normal(size=(400, 10))
    high = (near - near.mean(axis=0)).astype(np.float32)
    low = (high + 2e-6 * rng.normal(size=high.shape)).astype(np.float32)
    found = kept_neighbourhoods(torch.from_numpy(high), torch.from_numpy(low), np.arange(400))
    here, there = neighbours_of(high, 15), neighbours_of(low, 15)
    shared = [len(set(a) & set(b)) for a, b in zip(here.tolist(), there.tolist(), strict=True)]
    assert found.recall == pytest.approx(np.mean(shared) / 15, abs=0.01)
