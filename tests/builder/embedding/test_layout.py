"""The layout is umap-learn's, bit for bit."""

from __future__ import annotations

import threading
import warnings

import numpy as np
import pytest
import torch
from scipy.sparse import coo_matrix

from explorer.builder import crew
from explorer.builder.crew import Interrupted
from explorer.builder.embedding.layout import optimise
from explorer.builder.embedding.neighbours import nearest_neighbours
from explorer.types import Float32

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ImportWarning)
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set, make_epochs_per_sample

CURVE = find_ab_params(1.0, 0.8)


def graph_and_start(count: int = 150) -> tuple[coo_matrix, Float32]:
    rng = np.random.RandomState(0)
    points = rng.normal(size=(count, 8)).astype(np.float32)
    near = nearest_neighbours(torch.from_numpy(points), 10)
    graph, _, _ = fuzzy_simplicial_set(points, 10, rng, "euclidean", knn_indices=near.indices, knn_dists=near.distances)
    return graph.tocoo(), (10 * rng.rand(count, 15)).astype(np.float32)


def umaps(points: Float32, anchors: Float32, graph: coo_matrix, epochs: int, rate: float, move_other: bool) -> Float32:
    graph = graph.copy()
    graph.data[graph.data < graph.data.max() / epochs] = 0.0
    graph.eliminate_zeros()
    return optimize_layout_euclidean(
        points, anchors, graph.row, graph.col, epochs, anchors.shape[0], make_epochs_per_sample(graph.data, epochs),
        *CURVE, np.array([3, 5, 7], np.int64), initial_alpha=rate, move_other=move_other, parallel=False,
    )  # fmt: skip


@pytest.mark.parametrize("epochs", [1, 30, 200])
def test_the_points_are_umaps(epochs: int) -> None:
    graph, start = graph_and_start()
    wanted_points = start.copy()
    wanted = umaps(wanted_points, wanted_points, graph, epochs, 1.0, True)
    points = start.copy()
    found = optimise(points, points, graph, epochs, CURVE, np.array([3, 5, 7], np.int64))
    assert found.tobytes() == wanted.tobytes()
    assert found is points


def test_points_are_placed_among_others_as_umap_transforms_them() -> None:
    graph, start = graph_and_start()
    anchors = start[50:].copy()
    part = graph.tocsr()[:50, 50:].tocoo()  # (50, 100)
    wanted = umaps(start[:50].copy(), anchors.copy(), part, 20, 0.25, False)
    found = optimise(start[:50].copy(), anchors, part, 20, CURVE, np.array([3, 5, 7], np.int64), rate=0.25)
    assert found.tobytes() == wanted.tobytes()
    assert anchors.tobytes() == start[50:].tobytes()


def test_layouts_side_by_side_are_those_one_after_another() -> None:
    graph, start = graph_and_start()
    results: dict[int, Float32] = {}

    def lay_out(i: int) -> None:
        points = start.copy()
        results[i] = optimise(points, points, graph, 40, CURVE, np.array([1000 * i, 5, 7], np.int64))

    lay_out(0)
    alone = results[0].copy()
    threads = [threading.Thread(target=lay_out, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results[0].tobytes() == alone.tobytes()
    assert results[1].tobytes() != alone.tobytes()


def test_an_interrupted_layout_stops() -> None:
    graph, start = graph_and_start()
    crew._stop.set()
    try:
        with pytest.raises(Interrupted):
            optimise(start, start, graph, 10, CURVE, np.array([3, 5, 7], np.int64))
    finally:
        crew._stop.clear()
