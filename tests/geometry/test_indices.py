"""The indices against their definitions, point by point, and by their laws."""

import numpy as np
import pytest

from explorer.geometry.indices import FLOOR, SHRINKAGE, Index, discriminant, holes
from explorer.geometry.pursuit import moved
from explorer.geometry.rotation import random_basis
from explorer.types import DIMS

RNG = np.random.default_rng


def cloud(seed: int = 0, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Three groups of unequal spread in 15 dimensions of unequal scale."""
    rng = RNG(seed)
    labels = rng.integers(0, 3, n).astype(np.int32)
    points = rng.standard_normal((n, DIMS)) @ rng.normal(size=(DIMS, DIMS)) + rng.normal(size=(3, DIMS))[labels] * 3
    return points, labels


def every_index() -> list[Index]:
    points, labels = cloud()
    return [
        discriminant(points, labels), discriminant(points, labels, SHRINKAGE), holes(points), holes(points, True),
    ]  # fmt: skip


@pytest.mark.parametrize("shown", [2, 3])
def test_lda_is_one_less_wilks_lambda(shown: int) -> None:
    points, labels = cloud()
    basis = random_basis(RNG(1), shown=shown)
    view = points @ basis
    within, total = np.zeros((shown, shown)), np.zeros((shown, shown))
    for y, label in zip(view, labels, strict=True):
        own = y - view[labels == label].mean(axis=0)
        within += np.outer(own, own)
        total += np.outer(y - view.mean(axis=0), y - view.mean(axis=0))
    expected = 1.0 - np.linalg.det(within) / np.linalg.det(total)
    assert discriminant(points, labels).value(basis) == pytest.approx(expected, abs=3 * FLOOR)


def test_pda_is_lda_of_scatters_shrunken_towards_a_ball() -> None:
    points, labels = cloud()
    basis = random_basis(RNG(2))
    scaled = (points - points.mean(axis=0)) / np.sqrt(np.mean((points - points.mean(axis=0)) ** 2))
    n, lam = len(points), 0.2
    own = np.stack([scaled[labels == label].mean(axis=0) for label in range(3)])[labels]
    within = basis.T @ ((1 - lam) * (scaled - own).T @ (scaled - own) + n * lam * np.eye(DIMS)) @ basis
    total = basis.T @ ((1 - lam) * scaled.T @ scaled + n * lam * np.eye(DIMS)) @ basis
    expected = 1.0 - np.linalg.det(within) / np.linalg.det(total)
    assert discriminant(points, labels, lam).value(basis) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("shown", [2, 3])
def test_holes_and_central_mass_are_those_of_the_whitened_view(shown: int) -> None:
    points, _ = cloud()
    basis = random_basis(RNG(3), shown=shown)
    view = (points - points.mean(axis=0)) @ basis
    values, vectors = np.linalg.eigh(view.T @ view / len(view))
    white = view @ vectors / np.sqrt(values)
    mean = np.mean([np.exp(-0.5 * float(y @ y)) for y in white])
    expected = (1.0 - mean) / (1.0 - np.exp(-shown / 2))
    assert holes(points).value(basis) == pytest.approx(expected, abs=0.01)
    assert holes(points, True).value(basis) == pytest.approx(1.0 - holes(points).value(basis), abs=1e-12)


@pytest.mark.parametrize("index", every_index(), ids=["lda", "pda", "holes", "cmass"])
@pytest.mark.parametrize("seed", range(4))
def test_gradients_are_derivatives_along_geodesics(index: Index, seed: int) -> None:
    basis = random_basis(RNG(seed))
    gradient = index.gradient(basis)
    assert np.abs(basis.T @ gradient).max() < 1e-12
    direction = RNG(seed + 9).standard_normal((DIMS, 3))
    direction -= basis @ (basis.T @ direction)
    direction /= np.linalg.norm(direction)
    step = 1e-5
    slope = (index.value(moved(basis, direction, step)) - index.value(moved(basis, direction, -step))) / (2 * step)
    assert float((gradient * direction).sum()) == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize("index", every_index(), ids=["lda", "pda", "holes", "cmass"])
def test_an_index_depends_on_the_plane_alone(index: Index) -> None:
    basis = random_basis(RNG(5))
    assert index.value(basis @ random_basis(RNG(6), 3, 3)) == pytest.approx(index.value(basis), abs=1e-12)
    assert 0.0 <= index.value(basis) <= 1.0


def test_indices_are_blind_to_the_scale_of_the_points() -> None:
    points, labels = cloud()
    basis = random_basis(RNG(7))
    for scale in (1e-3, 50.0):
        for shrinkage in (0.0, 0.2):
            small, large = discriminant(points * scale, labels, shrinkage), discriminant(points, labels, shrinkage)
            assert small.value(basis) == pytest.approx(large.value(basis), rel=1e-9)
        assert holes(points * scale).value(basis) == pytest.approx(holes(points).value(basis), rel=1e-9)


def test_a_cloud_without_extent_has_an_index_too() -> None:
    flat = np.zeros((50, DIMS))
    labels = np.arange(50, dtype=np.int32) % 2
    for index in (discriminant(flat, labels), holes(flat)):
        assert np.isfinite(index.value(np.eye(DIMS)[:, :3]))
        assert np.isfinite(index.gradient(np.eye(DIMS)[:, :3])).all()
