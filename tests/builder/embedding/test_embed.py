"""Embeddings: seeded, meaningful, and sound where there is little to embed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.builder.embedding.align import aligned
from explorer.builder.embedding.embed import embed_layer
from explorer.builder.embedding.neighbours import nearest_neighbours
from explorer.builder.options import EmbedSettings

SETTINGS = EmbedSettings(neighbours=10, epochs=60, components=20)


def clusters(seed: int = 0, count: int = 240) -> tuple[torch.Tensor, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 6
    points = rng.normal(size=(6, 40))[labels] * 2 + rng.normal(size=(count, 40))
    return torch.from_numpy(points.astype(np.float32)), labels


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = (embed_layer(clusters()[0], None, SETTINGS).points for _ in range(2))
    assert first.tobytes() == second.tobytes()
    other = embed_layer(clusters()[0], None, EmbedSettings(neighbours=10, epochs=60, components=20, seed=1))
    assert other.points.tobytes() != first.tobytes()


def test_neighbours_in_the_embedding_share_their_class() -> None:
    points, labels = clusters()
    found = embed_layer(points, None, SETTINGS)
    assert found.method == "umap"
    assert found.points.shape == (240, 15)
    near = nearest_neighbours(torch.from_numpy(found.points), 6).indices[:, 1:]
    assert np.mean(labels[near] == labels[:, None]) > 0.9


def test_the_layer_before_gives_the_orientation() -> None:
    points, _ = clusters()
    first = aligned(embed_layer(points.clone(), None, SETTINGS).points, None)
    second = aligned(embed_layer(points + 0.1, first.points, SETTINGS).points, first.points)
    cosines = np.sum(first.points * second.points, 1) / (
        np.linalg.norm(first.points, axis=1) * np.linalg.norm(second.points, axis=1)
    )
    assert np.median(cosines) > 0.9
    assert second.residual < 0.2


@pytest.mark.parametrize("count", [2, 3, 9, 11, 12, 16])
def test_few_images(count: int) -> None:
    found = embed_layer(clusters(count=count)[0], None, SETTINGS)
    assert found.points.shape == (count, 15)
    assert np.isfinite(found.points).all()
    assert found.method.startswith("pca: " if count < 12 else "umap")


def test_a_constant_layer_is_a_point_and_says_so() -> None:
    found = embed_layer(torch.full((50, 7), 3.0), None, SETTINGS)
    assert found.method.startswith("constant")
    layer = aligned(found.points, None)
    assert not layer.points.any()
    assert layer.radius == 1.0
    after = embed_layer(clusters(count=50)[0], layer.points, SETTINGS)
    assert np.isfinite(aligned(after.points, layer.points).points).all()


def test_duplicates_and_narrow_layers() -> None:
    rng = np.random.default_rng(0)
    doubled = torch.from_numpy(np.repeat(rng.normal(size=(5, 3)), 30, axis=0).astype(np.float32))
    found = embed_layer(doubled, None, SETTINGS)
    assert found.method == "umap"
    assert np.isfinite(found.points).all()
    one_column = torch.linspace(0, 1, 100)[:, None]
    assert np.isfinite(embed_layer(one_column, None, SETTINGS).points).all()
