"""Layers turned onto one another, and one network onto another."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import ortho_group

from explorer.builder.embedding.align import align_chain, align_stack, aligned


def layers(count: int = 4, images: int = 80) -> list[NDArray[np.float32]]:
    """Clouds (N, 15) that have little to do with one another, off the origin."""
    rng = np.random.default_rng(1)
    return [(rng.normal(size=(images, 15)) * np.arange(1, 16) + 3).astype(np.float32) for _ in range(count)]


def turned(points: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    rotation = ortho_group.rvs(15, random_state=seed)
    return (points @ rotation * 1.7 + 40).astype(np.float32)


def test_a_chain_undoes_any_rotation_of_its_layers() -> None:
    plain = align_chain(layers())
    for seed in range(3):
        found = align_chain([layers()[0], *(turned(x, seed + i) for i, x in enumerate(layers()[1:]))])
        for a, b in zip(plain, found, strict=True):
            scale = np.linalg.norm(b.points) / np.linalg.norm(a.points)
            assert np.allclose(a.points * scale, b.points, atol=1e-3)
            assert a.residual == pytest.approx(b.residual, abs=1e-6)
            assert np.allclose(b.points.mean(0), 0, atol=1e-4)


def test_a_layer_that_is_a_point_is_passed_over() -> None:
    first, second = layers(2)
    found = align_chain([first, np.zeros_like(first), second])
    assert found[1].residual == 1.0
    assert found[1].radius == 1.0
    assert np.array_equal(found[2].points, align_chain([first, second])[1].points)


def test_a_turned_network_is_turned_back() -> None:
    first = align_chain(layers())
    other = [turned(x.points, 20 + i) for i, x in enumerate(first)]
    names = ["a", "b", "c", "d"]
    found = align_stack(other, names, first, names)
    assert found.onto == (0, 1, 2, 3)
    for a, b in zip(first, found.layers, strict=True):
        assert np.allclose(a.points * 1.7, b.points, atol=1e-3)
        assert b.residual < 1e-6
    assert np.allclose(np.diag(found.residuals), 0, atol=1e-6)


def test_without_names_in_common_the_most_like_is_found() -> None:
    first = align_chain(layers())
    other = [turned(first[i].points, i) for i in (2, 0, 3)]
    found = align_stack(other, ["x", "y", "z"], first, ["a", "b", "c", "d"])
    assert found.onto == (2, 0, 3)
    assert np.shape(found.residuals) == (4, 3)


def test_residuals_of_equal_networks_are_symmetric() -> None:
    first = align_chain(layers())
    names = ["a", "b", "c", "d"]
    residuals = np.array(align_stack([x.points for x in first], names, first, names).residuals)
    assert np.allclose(residuals, residuals.T, atol=1e-6)
    assert np.allclose(np.diag(residuals), 0, atol=1e-6)
    assert (residuals[~np.eye(4, dtype=bool)] > 0.3).all()


def test_one_layer_alone_is_centred() -> None:
    points = layers(1)[0]
    found = aligned(points, None)
    assert np.allclose(found.points, points - points.mean(0), atol=1e-5)
    assert found.residual == 0


def test_how_a_layer_was_turned_is_known_and_undone() -> None:
    raw = layers()
    for points, found in zip(raw, align_chain(raw), strict=True):
        assert found.rotation is not None
        assert np.allclose(found.rotation @ found.rotation.T, np.eye(15), atol=1e-12)
        assert np.allclose(found.points @ found.rotation.T, points - points.mean(0), atol=1e-3)


def test_a_planted_rotation_is_found() -> None:
    first = layers()[0]
    planted = ortho_group.rvs(15, random_state=5)
    found = align_chain([first, (first @ planted).astype(np.float32)])[1]
    assert found.rotation == pytest.approx(planted.T, abs=1e-4)
