"""Pooling, reduction and neighbours against straightforward references."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.builder.activations.pooled import as_maps, features, shown_maps, zero_fraction
from explorer.builder.activations.reduce import principal_components
from explorer.builder.embedding.neighbours import nearest_neighbours


def test_small_activations_are_kept_whole() -> None:
    x = torch.rand(3, 4, 5, 6)
    rows, how = features(x)
    assert how == "flat"
    assert torch.equal(rows, x.reshape(3, -1))


@pytest.mark.parametrize("shape", [(64, 56, 56), (5000, 3, 3), (9000,), (197, 768), (2, 3, 40, 40)])
def test_wide_activations_are_bounded(shape: tuple[int, ...]) -> None:
    rows, how = features(torch.rand(2, *shape))
    assert rows.shape[1] <= 4096
    assert how != "flat"
    again, _ = features(torch.rand(2, *shape))
    assert again.shape == rows.shape


def test_a_sketch_keeps_distances_nearly() -> None:
    x = torch.randn(30, 30_000, generator=torch.Generator().manual_seed(0))
    rows, how = features(x)
    assert how == "sketch"
    assert torch.allclose(torch.cdist(rows, rows)[0, 1:], torch.cdist(x, x)[0, 1:], rtol=0.1)


def test_maps_and_zeros() -> None:
    x = torch.relu(torch.randn(4, 3, 70, 50))
    assert shown_maps(x, 32).shape == (4, 3, 32, 32)
    assert shown_maps(torch.zeros(4, 3, 70, 50), 32).abs().max() == 0
    assert torch.allclose(zero_fraction(x), (x == 0).float().mean((1, 2, 3)))
    assert as_maps(torch.zeros(2, 7)).shape == (2, 7, 1, 1)


@pytest.mark.parametrize("width", [40, 1500])
def test_components_match_the_singular_value_decomposition(width: int) -> None:
    generator = torch.Generator().manual_seed(0)
    spectrum = torch.logspace(1, -2, 30)
    x = torch.randn(200, 30, generator=generator) * spectrum @ torch.randn(30, width, generator=generator) + 5
    got = principal_components(x.clone(), 10, seed=0)
    centred = (x - x.mean(0)).double()
    left, values, _ = torch.linalg.svd(centred, full_matrices=False)
    wanted = (left * values)[:, :10]
    signs = (got.double() * wanted).sum(0).sign()
    assert torch.allclose(got.double() * signs, wanted, atol=1e-3 * float(values[0]))
    assert torch.equal(got, principal_components(x.clone(), 10, seed=0))


def test_fewer_images_than_components() -> None:
    assert principal_components(torch.rand(5, 2000), 256, seed=0).shape == (5, 4)


def test_neighbours_are_exact() -> None:
    points = np.random.default_rng(0).normal(size=(300, 6)).astype(np.float32)
    got = nearest_neighbours(torch.from_numpy(points), 7)
    table = np.linalg.norm(points[:, None].astype(np.float64) - points[None], axis=2)
    assert np.array_equal(got.indices, np.argsort(table, axis=1)[:, :7])
    assert np.allclose(got.distances, np.sort(table, axis=1)[:, :7], atol=1e-5)


def test_each_point_is_its_own_first_neighbour_among_duplicates() -> None:
    points = torch.ones(40, 3)
    points[20:] = 1000
    got = nearest_neighbours(points, 6)
    assert np.array_equal(got.indices[:, 0], np.arange(40))
    assert got.distances.max() == 0
