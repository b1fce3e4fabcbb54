"""15-D UMAP of one layer, started from the embedding of another.

The pieces are put together here instead of calling umap-learn: its class would scale every axis of the start to the
same range (lmcinnes/umap#606), ignore given neighbours of fewer than 4,096 points, compile for seconds in every
process, and let one layer at a time be laid out in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.builder.embedding.graph import joining_graph, layout_curve, neighbour_graph
from explorer.builder.embedding.layout import optimise
from explorer.builder.embedding.neighbours import Neighbours, Search
from explorer.builder.options import EmbedSettings
from explorer.types import DIMS, Float32

_EXTENT = 10.0
"""Widest axis of the start, in the units of UMAP's curve; umap-learn's own starts are as wide."""

_PLACED = 4096
"""Images placed among the sample at once, so that memory stays bounded."""


@dataclass(frozen=True)
class Embedded:
    """One layer's embedding, in no particular frame."""

    points: Float32
    """(N, 15) float32."""
    method: str
    """"umap"; or what was done instead and why."""


def embed_layer(
    reduced: NDArray[Any], near: Neighbours | None, start: NDArray[Any] | None, settings: EmbedSettings
) -> Embedded:
    """Embed one layer.

    Args:
        reduced: (N, K) float32, finite.
        near: the neighbours of every row; None where there are too few rows for them.
        start: (N, 15) the embedding to start from; None for the layer's own principal components.
        settings: see ``EmbedSettings``.
    """
    rng = np.random.RandomState(settings.seed)
    if not (reduced != reduced[0]).any():
        return Embedded(np.zeros((len(reduced), DIMS), np.float32), "constant: every image has the same activation")
    points = started(reduced, None if near is None else start, rng)  # (N, 15)
    if near is None:
        return Embedded(points, f"pca: {len(reduced)} images are too few for {settings.neighbours} neighbours")
    curve = layout_curve(settings.min_dist)
    return Embedded(optimise(points, points, neighbour_graph(near), settings.epochs, curve, _seed(rng)), "umap")


def place_layer(
    reduced: NDArray[Any], chosen: NDArray[np.int64], sample: Float32, settings: EmbedSettings, stored: int
) -> tuple[Float32, NDArray[np.int64]]:
    """Place all images among an embedded sample, much as umap-learn's ``transform`` does.

    Each image starts at the mean of its nearest of the sample, weighted by UMAP's graph, and is laid out for a
    third of the epochs while the sample keeps its places. As in the sample itself, and unlike in ``transform``,
    the nearest one weighs 1: on ResNet-20's CIFAR-10 layers that keeps a tenth more of the neighbours.

    Args:
        reduced: (N, K) float32 of all images; may be a memory map.
        chosen: (S,) rows of the sample, ascending.
        sample: (S, 15) their embedding.
        settings: see ``EmbedSettings``.
        stored: nearest of the sample to be returned, k; fewer where the sample is too small.

    Returns:
        (N, 15) float32 with the sample's rows as they are, and (N, k) rows of the nearest of the sample. An image's
        place does not depend on the others that are placed.
    """
    search = Search(torch.from_numpy(np.ascontiguousarray(reduced[chosen])))
    rng = np.random.RandomState(settings.seed)
    curve, seed = layout_curve(settings.min_dist), _seed(rng)
    result = np.zeros((len(reduced), DIMS), np.float32)
    result[chosen] = sample
    count = min(max(settings.neighbours, stored), len(chosen) - 1)
    nearest = np.zeros((len(reduced), min(stored, count)), np.int64)
    others = np.setdiff1d(np.arange(len(reduced)), chosen)
    for begin in range(0, len(others), _PLACED):
        rows = others[begin : begin + _PLACED]  # (B,)
        near = search.all_nearest(torch.from_numpy(np.ascontiguousarray(reduced[rows])), count)
        nearest[rows] = chosen[near.indices[:, : nearest.shape[1]]]
        few = Neighbours(near.indices[:, : settings.neighbours], near.distances[:, : settings.neighbours])
        graph = joining_graph(few, len(chosen))  # (B, S)
        points = (graph @ sample / np.asarray(graph.sum(1))).astype(np.float32)  # (B, 15)
        epochs = max(1, settings.epochs // 3)
        result[rows] = optimise(points, sample, graph.tocoo(), epochs, curve, seed, rate=0.25)
    for begin in range(0, len(chosen), _PLACED):
        own = np.arange(begin, min(begin + _PLACED, len(chosen)))  # (B,) places in the sample
        queries = torch.from_numpy(np.ascontiguousarray(reduced[chosen[own]]))
        found = search.all_nearest(queries, nearest.shape[1] + 1, torch.from_numpy(own)).indices[:, 1:]
        nearest[chosen[own]] = chosen[found]
    return result, nearest


def started(reduced: NDArray[Any], start: NDArray[Any] | None, rng: np.random.RandomState) -> Float32:
    """Where the points begin (N, 15): another embedding, or the leading components; one scale for all axes."""
    points = np.zeros((len(reduced), DIMS))
    if start is None or not np.any(start):
        rows = torch.from_numpy(np.asarray(reduced, np.float32)).double()
        rows -= rows.mean(0)
        if rows.shape[1] > DIMS:
            _, axes = torch.linalg.eigh(rows.T @ rows)  # ascending
            rows = rows @ axes.flip(1)[:, :DIMS]
        points[:, : rows.shape[1]] = rows.numpy()
    else:
        points[:] = start
    points -= points.min(axis=0)
    points *= _EXTENT / points.max()
    # Equal points would get equal forces for ever, and flat axes none at all.
    points += rng.normal(scale=1e-3 * _EXTENT, size=points.shape)
    return points.astype(np.float32)


def _seed(rng: np.random.RandomState) -> int:
    """A seed of a layout's random points."""
    return int(rng.randint(1, 2**31 - 1))
