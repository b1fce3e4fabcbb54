"""Pooling and sketches against straightforward references."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import adaptive_avg_pool2d

from explorer.builder.activations.pooled import FEATURES, as_maps, average, features, shown_size


def seeded(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_small_activations_are_kept_whole_and_in_memory_of_their_own() -> None:
    x = seeded(3, 4, 5, 6)
    rows, how = features(x)
    assert how == "flat"
    assert torch.equal(rows, x.reshape(3, -1))
    x += 1
    assert not torch.equal(rows, x.reshape(3, -1))


@pytest.mark.parametrize(
    "shape", [(64, 56, 56), (5000, 3, 3), (9000,), (197, 768), (2, 3, 40, 40), (3, 224, 224), (8192, 2, 2), (1, 91, 91)]
)
def test_wide_activations_are_bounded(shape: tuple[int, ...]) -> None:
    rows, how = features(seeded(2, *shape))
    assert rows.shape[1] <= FEATURES
    assert rows.dtype == torch.float32
    assert how != "flat" or math.prod(shape) <= FEATURES
    again, _ = features(seeded(2, *shape, seed=1))
    assert again.shape == rows.shape


@pytest.mark.parametrize("bound", [1, 7, 100, 1000])
def test_any_bound_is_kept(bound: int) -> None:
    for shape in ((3, 5, 7), (16, 9, 9), (40,), (6, 8), (2, 3, 4, 5)):
        rows, how = features(seeded(2, *shape), bound)
        assert rows.shape[1] <= bound
        assert (how == "flat") == (math.prod(shape) <= bound)


def test_a_sketch_keeps_distances_nearly() -> None:
    x = seeded(30, 30_000)
    rows, how = features(x)
    assert how == "sketch"
    assert torch.allclose(torch.cdist(rows, rows)[0, 1:], torch.cdist(x, x)[0, 1:], rtol=0.1)
    assert torch.equal(features(x[7:9])[0], rows[7:9])


def test_average_is_the_adaptive_pooling_of_torch() -> None:
    generator = torch.Generator().manual_seed(0)
    for _ in range(60):
        channels, height, width = (int(x) for x in torch.randint(1, 40, (3,), generator=generator))
        size = (int(torch.randint(1, height + 1, (), generator=generator)),
                int(torch.randint(1, width + 1, (), generator=generator)))  # fmt: skip
        maps = torch.randn(2, channels, height, width, generator=generator)
        wanted = adaptive_avg_pool2d(maps, size)
        assert torch.allclose(average(maps, size), wanted, atol=2e-6), (maps.shape, size)


def test_average_of_windows_that_divide_the_side() -> None:
    for side, small in ((56, 14), (32, 8), (32, 16), (6, 3), (12, 12), (9, 1)):
        maps = seeded(3, 4, side, side)
        assert torch.allclose(average(maps, (small, small)), adaptive_avg_pool2d(maps, small), atol=2e-6)


@pytest.mark.parametrize("side", [28, 17, 9])
@pytest.mark.parametrize("size", [(14, 7), (1, 1), (3, 1), (1, 5), (9, 9)])
def test_a_map_is_pooled_alike_in_every_batch(side: int, size: tuple[int, int]) -> None:
    for channels in (1, 5):
        maps = seeded(40, channels, side, side)
        together = average(maps, size)
        for part in (slice(0, 16), slice(5, 24), slice(8, 40), slice(3, 4), slice(39, 40), slice(7, 14)):
            assert torch.equal(average(maps[part].clone(), size), together[part]), part


@pytest.mark.parametrize("shape", [(3, 10), (160, 17, 17), (5000, 3, 3), (197, 767), (9001,), (2, 3, 41, 41)])
def test_features_are_alike_in_every_batch(shape: tuple[int, ...]) -> None:
    x = seeded(40, *shape)
    together, _ = features(x)
    for part in (slice(0, 16), slice(5, 24), slice(3, 4), slice(33, 40)):
        assert torch.equal(features(x[part].clone())[0], together[part]), part


def test_maps_are_shown_small() -> None:
    assert shown_size((3, 70, 50), 32) == (32, 32)
    assert shown_size((3, 7, 50), 32) == (7, 32)
    assert as_maps(torch.zeros(2, 7)).shape == (2, 7, 1, 1)
    assert as_maps(torch.zeros(2, 3, 4, 5, 6)).shape == (2, 12, 5, 6)
