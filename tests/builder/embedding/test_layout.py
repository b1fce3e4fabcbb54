"""The layout against its definition, and against what umap-learn makes of the same graph."""

from __future__ import annotations

import threading
import warnings

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix

from explorer.builder import crew
from explorer.builder.crew import Interrupted
from explorer.builder.embedding import layout
from explorer.builder.embedding.layout import forces, optimise
from explorer.builder.embedding.neighbours import nearest_neighbours
from explorer.builder.embedding.quality import kept_neighbourhoods
from explorer.types import Float32

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ImportWarning)
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set, make_epochs_per_sample

CURVE = find_ab_params(1.0, 0.8)


def graph_and_start(count: int = 150) -> tuple[coo_matrix, Float32, Float32]:
    """A graph, a random start, and the points the graph is of."""
    rng = np.random.RandomState(0)
    points = rng.normal(size=(count, 8)).astype(np.float32)
    points[:, 0] += 6 * rng.randint(0, 3, count)
    near = nearest_neighbours(torch.from_numpy(points), 10)
    graph, _, _ = fuzzy_simplicial_set(points, 10, rng, "euclidean", knn_indices=near.indices, knn_dists=near.distances)
    return graph.tocoo(), (10 * rng.rand(count, 15)).astype(np.float32), points


def pulled(difference: NDArray[np.float64]) -> NDArray[np.float64]:
    """The gradient of the logarithm of UMAP's curve, (D,)."""
    a, b = CURVE
    square = float(difference @ difference)
    return np.clip(-2 * a * b * square ** (b - 1) / (a * square**b + 1) * difference, -4, 4)


def pushed(difference: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same of its complement."""
    a, b = CURVE
    square = float(difference @ difference)
    return np.clip(2 * b / ((0.001 + square) * (a * square**b + 1)) * difference, -4, 4)


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.8])
def test_forces_are_those_of_the_curve(min_dist: float) -> None:
    a, b = find_ab_params(1.0, min_dist)
    table = forces((a, b))
    for square in np.geomspace(1e-9, 1e9, 5000, dtype=np.float32):
        bend = a * float(square) ** b + 1
        wanted = (-2 * a * b * float(square) ** (b - 1) / bend, 2 * b / ((0.001 + float(square)) * bend))
        found = [float(layout._force(table, square, kind)) for kind in (0, 1)]
        assert np.allclose(found, wanted, rtol=4e-4)


@pytest.mark.parametrize("square", [0.0, 1e-45, 1e-20, 1e20, 3e38, np.inf])
def test_no_distance_is_beyond_the_table(square: float) -> None:
    for kind in (0, 1):
        assert np.isfinite(layout._force(forces(CURVE), np.float32(square), kind))


def test_neighbours_are_pulled_one_after_another() -> None:
    graph, start, _ = graph_and_start()
    epochs, count = 8, graph.copy()
    count.sum_duplicates()
    places, edges = start.astype(np.float64), list(zip(count.row, count.col, count.data, strict=True))
    due = {(i, j): graph.data.max() / weight for i, j, weight in edges if weight >= graph.data.max() / epochs}
    every = dict(due)
    for epoch in range(epochs):
        for i, j, _ in edges:
            if due.get((i, j), np.inf) <= epoch:
                due[i, j] += every[i, j]
                step = (1 - max(0, epoch - 1) / epochs) * pulled(places[i] - places[j])
                places[i] += step
                places[j] -= step
    found = optimise(start, start, graph, epochs, CURVE, 3, negative=0)
    assert len(due) > 500
    assert np.abs(places - start).max() > 1
    assert np.allclose(found, places, atol=0.02)


def test_random_points_push_off() -> None:
    """Among anchors that all lie in one place, any random one is the same."""
    anchors = np.tile(np.linspace(0, 1, 15, dtype=np.float32), (4, 1))
    start = anchors[:3] + np.random.RandomState(1).normal(size=(3, 15)).astype(np.float32)
    graph = coo_matrix((np.ones(3, np.float32), ([0, 1, 2], [1, 3, 0])), shape=(3, 4))
    places = start.astype(np.float64)
    for epoch in range(6):
        for place in places if epoch >= 1 else ():
            rate = 0.25 * (1 - max(0, epoch - 1) / 6)
            place += rate * pulled(place - anchors[0])
            for _ in range(5):
                place += rate * pushed(place - anchors[0])
    found = optimise(start, anchors, graph, 6, CURVE, 3, rate=0.25)
    assert np.abs(places - start).max() > 0.1
    assert np.allclose(found, places, atol=2e-3)
    assert np.array_equal(anchors, np.tile(np.linspace(0, 1, 15, dtype=np.float32), (4, 1)))


def test_as_much_is_kept_as_by_umap_learn() -> None:
    graph, start, points = graph_and_start(1200)
    per_sample = make_epochs_per_sample(graph.data, 200)
    states = np.array([3, 5, 7], np.int64)
    moved = start.copy()
    wanted = optimize_layout_euclidean(
        moved, moved, graph.row, graph.col, 200, len(start), per_sample, *CURVE, states, parallel=False
    )
    found = optimise(start, start, graph, 200, CURVE, 3)
    rows, high = np.arange(1200), torch.from_numpy(points)
    mine, umaps, at_first = (kept_neighbourhoods(high, torch.from_numpy(x), rows) for x in (found, wanted, start))
    assert mine.recall > umaps.recall - 0.02
    assert mine.trustworthiness > umaps.trustworthiness - 0.005
    assert mine.recall > at_first.recall + 0.3
    assert found.std() == pytest.approx(wanted.std(), rel=0.1)


def test_a_point_is_placed_by_its_own_edges_alone() -> None:
    graph, start, _ = graph_and_start()
    dense = graph.toarray()[:50, 50:]  # (50, 100)
    dense[:, 0] = 1.0  # the largest weight decides how often the others are drawn
    anchors, part = start[50:], csr_matrix(dense)
    together = optimise(start[:50], anchors, part.tocoo(), 20, CURVE, 3)
    some = optimise(start[20:30], anchors, part[20:30].tocoo(), 20, CURVE, 3)
    assert np.array_equal(some, together[20:30])
    assert not np.array_equal(together, start[:50])
    assert not np.array_equal(together, optimise(start[:50], anchors, part.tocoo(), 20, CURVE, 4))


def test_layouts_side_by_side_are_those_one_after_another() -> None:
    graph, start, _ = graph_and_start()
    results: dict[int, Float32] = {}

    def lay_out(i: int) -> None:
        results[i] = optimise(start, start, graph, 40, CURVE, 1000 * i)

    lay_out(0)
    alone = results[0]
    threads = [threading.Thread(target=lay_out, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results[0].tobytes() == alone.tobytes()
    assert results[1].tobytes() != alone.tobytes()


def test_an_interrupted_layout_stops() -> None:
    graph, start, _ = graph_and_start()
    crew._stop.set()
    try:
        with pytest.raises(Interrupted):
            optimise(start, start, graph, 10, CURVE, 3)
    finally:
        crew._stop.clear()
