"""Embeddings: seeded, meaningful, and sound where there is little to embed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from explorer.builder.embedding.align import aligned
from explorer.builder.embedding.embed import Embedded, embed_layer, started
from explorer.builder.embedding.neighbours import nearest_neighbours
from explorer.builder.options import EmbedSettings
from explorer.types import Float32

SETTINGS = EmbedSettings(neighbours=10, epochs=60, components=20)


def clusters(count: int = 240) -> tuple[Float32, NDArray[np.int64]]:
    rng = np.random.default_rng(0)
    labels = np.arange(count) % 6
    points = rng.normal(size=(6, 40))[labels] * 2 + rng.normal(size=(count, 40))
    return points.astype(np.float32), labels


def embedded(points: Float32, start: Float32 | None = None, settings: EmbedSettings = SETTINGS) -> Embedded:
    enough = len(points) >= settings.neighbours + 2
    near = nearest_neighbours(torch.from_numpy(points), settings.neighbours) if enough else None
    return embed_layer(points, near, start, settings)


def test_the_same_seed_gives_the_same_bytes() -> None:
    points, _ = clusters()
    first, second = (embedded(points).points for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert embedded(points, settings=replace(SETTINGS, seed=1)).points.tobytes() != first.tobytes()


def test_neighbours_in_the_embedding_share_their_class() -> None:
    points, labels = clusters()
    found = embedded(points)
    assert found.method == "umap"
    assert found.points.shape == (240, 15)
    near = nearest_neighbours(torch.from_numpy(found.points), 6).indices[:, 1:]
    assert np.mean(labels[near] == labels[:, None]) > 0.9


def test_the_layer_before_gives_the_orientation() -> None:
    points, _ = clusters()
    first = aligned(embedded(points).points, None)
    second = aligned(embedded(points + np.float32(0.1), first.points).points, first.points)
    cosines = np.sum(first.points * second.points, 1) / (
        np.linalg.norm(first.points, axis=1) * np.linalg.norm(second.points, axis=1)
    )
    assert np.median(cosines) > 0.9
    assert second.residual < 0.2


def test_the_start_keeps_the_ratios_of_its_axes() -> None:
    """umap-learn's own class would scale every axis to the same range."""
    points, _ = clusters()
    begin = started(points, None, np.random.RandomState(0))
    _, values, _ = np.linalg.svd(points - points.mean(0), full_matrices=False)
    deviations = begin.std(axis=0)
    assert np.allclose(deviations / deviations[0], values[:15] / values[0], rtol=0.02)
    assert begin.min() > -0.1
    assert begin.max() == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize("count", [2, 3, 9, 11, 12, 16])
def test_few_images(count: int) -> None:
    found = embedded(clusters(count)[0])
    assert found.points.shape == (count, 15)
    assert np.isfinite(found.points).all()
    assert found.method.startswith("pca: " if count < 12 else "umap")


def test_a_constant_layer_is_a_point_and_says_so() -> None:
    found = embedded(np.full((50, 7), 3.0, np.float32))
    assert found.method.startswith("constant")
    layer = aligned(found.points, None)
    assert not layer.points.any()
    assert layer.radius == 1.0
    after = embedded(clusters(50)[0], layer.points)
    assert np.isfinite(aligned(after.points, layer.points).points).all()


def test_duplicates_and_narrow_layers() -> None:
    rng = np.random.default_rng(0)
    doubled = np.repeat(rng.normal(size=(5, 3)), 30, axis=0).astype(np.float32)
    found = embedded(doubled)
    assert found.method == "umap"
    assert np.isfinite(found.points).all()
    one_column = np.linspace(0, 1, 100, dtype=np.float32)[:, None]
    assert np.isfinite(embedded(one_column).points).all()
