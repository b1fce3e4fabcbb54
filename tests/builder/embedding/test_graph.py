"""UMAP's graph and curve are those of umap-learn."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from explorer.builder.embedding.graph import edge_weights, joining_graph, layout_curve, neighbour_graph
from explorer.builder.embedding.neighbours import Neighbours, Search, nearest_neighbours
from explorer.types import Float32

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ImportWarning)
    from umap.umap_ import compute_membership_strengths, find_ab_params, fuzzy_simplicial_set, smooth_knn_dist


def cloud(kind: str) -> Float32:
    rng = np.random.default_rng(2)
    if kind == "tight":  # what a good classifier's softmax looks like
        return (np.eye(10)[rng.integers(0, 10, 300)] + 1e-5 * rng.normal(size=(300, 10))).astype(np.float32)
    if kind == "doubled":
        return np.repeat(rng.normal(size=(100, 4)), 3, axis=0).astype(np.float32)
    if kind == "all but one in a place":
        return np.concatenate([np.zeros((60, 3)), np.ones((1, 3))]).astype(np.float32)
    scale = {"spread": 1.0, "huge": 1e12, "tiny": 1e-12}[kind]
    return (scale * rng.normal(size=(300, 6))).astype(np.float32)


KINDS = ("spread", "huge", "tiny", "tight", "doubled", "all but one in a place")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [2, 5, 15])
def test_the_graph_of_a_set_of_points(kind: str, count: int) -> None:
    points = cloud(kind)
    near = nearest_neighbours(torch.from_numpy(points), count)
    wanted, _, _ = fuzzy_simplicial_set(
        points, count, np.random.RandomState(0), "euclidean", knn_indices=near.indices, knn_dists=near.distances
    )
    assert np.allclose(neighbour_graph(near).toarray(), wanted.toarray(), atol=2e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_graph_that_joins_points_to_a_sample(kind: str) -> None:
    points = cloud(kind)
    near = Search(torch.from_numpy(points[::3].copy())).all_nearest(torch.from_numpy(points[1::3].copy()), 8)
    sigmas, rhos = smooth_knn_dist(near.distances, 8.0, local_connectivity=1.0)
    indices = near.indices.astype(np.int32)
    _, _, wanted, _ = compute_membership_strengths(indices, near.distances, sigmas, rhos, bipartite=True)
    found = joining_graph(near, len(points[::3])).toarray()
    assert np.allclose(np.take_along_axis(found, near.indices, 1).reshape(-1), wanted, atol=2e-4)
    assert np.count_nonzero(found) <= near.indices.size


@pytest.mark.parametrize("count", [2, 8, 15, 50])
def test_the_nearest_counts_1_and_all_come_to_the_logarithm_of_their_number(count: int) -> None:
    near = nearest_neighbours(torch.from_numpy(cloud("spread")), count)
    weights = edge_weights(near.distances)
    assert (weights[:, 1] == 1).all()
    assert (np.diff(weights[:, 1:], axis=1) <= 0).all()
    assert np.allclose(weights[:, 1:].sum(1), max(1.0, np.log2(count)), atol=1e-4)


def test_a_row_does_not_depend_on_the_others() -> None:
    near = nearest_neighbours(torch.from_numpy(cloud("spread")), 9)
    whole = edge_weights(near.distances)
    for part in (slice(0, 1), slice(7, 20), slice(100, 300)):
        assert np.array_equal(edge_weights(near.distances[part]), whole[part])


def test_points_without_neighbours_apart_are_joined_fully() -> None:
    same = Neighbours(np.tile(np.arange(4), (4, 1)), np.zeros((4, 4), np.float32))
    assert np.array_equal(neighbour_graph(same).toarray(), 1 - np.eye(4))


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.5, 0.8, 1.0])
def test_the_curve(min_dist: float) -> None:
    assert np.allclose(layout_curve(min_dist), find_ab_params(1.0, min_dist), rtol=1e-6)
