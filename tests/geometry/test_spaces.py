"""Spaces by their laws and against brute force."""

from __future__ import annotations

from math import erf

import numpy as np
import pytest
from scipy.stats import ortho_group

from explorer.geometry import spaces
from explorer.types import Float64, Int32


def labelled(seed: int = 0, classes: int = 5, images: int = 600) -> tuple[Float64, Int32]:
    """Clusters (N, 15) of unequal sizes, centred, stretched unequally, and their labels."""
    rng = np.random.default_rng(seed)
    own = np.minimum(rng.integers(0, classes + 2, images), classes - 1).astype(np.int32)
    points = 3.0 * rng.standard_normal((classes, 15))[own] + rng.standard_normal((images, 15))
    points = points @ rng.standard_normal((15, 15))
    return points - points.mean(axis=0), own


def distances(points: Float64) -> Float64:
    return np.asarray(np.linalg.norm(points[:40, None] - points[None, :40], axis=2))


def test_the_scatter_is_the_sum_over_the_points() -> None:
    points, own = labelled()
    own[:7] = -1
    found = spaces.scatter(points, own)
    known = points[own >= 0]
    total, within = np.zeros((15, 15)), np.zeros((15, 15))
    for row, label in zip(known, own[own >= 0], strict=True):
        total += np.outer(row - known.mean(axis=0), row - known.mean(axis=0)) / len(known)
        inner = row - points[own == label].mean(axis=0)
        within += np.outer(inner, inner) / len(known)
    assert found.total == pytest.approx(total)
    assert found.within == pytest.approx(within)
    assert found.between + found.within == pytest.approx(found.total)
    assert found.total == pytest.approx(spaces.covariance(known))


def test_the_scatter_seen_through_a_matrix_is_that_of_the_points_seen_so() -> None:
    points, own = labelled()
    matrix = np.random.default_rng(9).standard_normal((15, 15))
    seen, direct = spaces.scatter(points, own).seen(matrix), spaces.scatter(points @ matrix, own)
    assert seen.total == pytest.approx(direct.total)
    assert seen.within == pytest.approx(direct.within)


def test_principal_axes_are_a_turn_that_leaves_nothing_shared() -> None:
    points, _ = labelled()
    axes = spaces.principal(spaces.covariance(points))
    assert axes.T @ axes == pytest.approx(np.eye(15), abs=1e-12)
    seen = spaces.covariance(points @ axes)
    assert seen == pytest.approx(np.diag(np.diag(seen)), abs=1e-8)
    assert (np.diff(np.diag(seen)) <= 0).all()


def test_principal_axes_point_where_those_before_did() -> None:
    rng, variances = np.random.default_rng(2), np.arange(15.0, 0.0, -1.0) ** 2
    before = ortho_group.rvs(15, random_state=1)
    for seed in range(5):
        tilt = np.linalg.qr(np.eye(15) + 0.02 * rng.standard_normal((15, 15)))[0]
        tilt *= np.sign(np.diag(tilt))
        turned = before @ tilt
        found = spaces.principal((turned * variances) @ turned.T, before)
        assert found == pytest.approx(turned, abs=1e-8), seed


def test_axes_of_nearly_one_length_keep_the_order_of_the_layer_before() -> None:
    before, variances = np.eye(15), np.arange(15.0, 0.0, -1.0)
    variances[[0, 1]] = 14.4, 14.6  # by variance alone these two would change places
    assert spaces.principal(np.diag(variances), before) == pytest.approx(np.eye(15))
    swapped = spaces.principal(np.diag([10.0, 15.0, *variances[2:] / 10]), before)  # here they have
    assert swapped[:, 0] == pytest.approx(np.eye(15)[1])


def test_whitened_points_are_equally_wide_and_turned_least() -> None:
    points, _ = labelled()
    total = spaces.covariance(points)
    white = spaces.whitened(total, 0.0)
    seen = spaces.covariance(points @ white)
    assert seen / seen[0, 0] == pytest.approx(np.eye(15), abs=1e-6)
    assert white == pytest.approx(white.T)
    assert np.linalg.eigvalsh(white).min() > 0.0
    # Of all matrices that whiten so, W times a rotation, this one keeps the points nearest to where they were.
    scale = np.sqrt(np.linalg.eigvalsh(total).max())
    near = np.trace(points.T @ points @ white) / scale
    for seed in range(20):
        assert np.trace(points.T @ points @ white @ ortho_group.rvs(15, random_state=seed)) / scale <= near


def test_the_floor_keeps_noise_small() -> None:
    variances = 10.0 ** -np.arange(15.0)
    matrix = spaces.whitened(np.diag(variances), 0.1)
    assert np.diag(matrix)[:2] == pytest.approx([1.0, 10**0.5])
    assert np.diag(matrix)[2:] == pytest.approx(10**0.5)


def test_the_discriminant_space_forgets_any_stretch() -> None:
    """Without shrinkage the distances in it are the same whatever invertible map the points went through."""
    points, own = labelled()
    wanted = distances(points @ spaces.discriminant(spaces.scatter(points, own), 0.0))
    for seed in range(3):
        warped = points @ np.random.default_rng(seed + 20).standard_normal((15, 15))
        found = distances(warped @ spaces.discriminant(spaces.scatter(warped, own), 0.0))
        assert found == pytest.approx(wanted, rel=1e-2, abs=1e-2)


def test_of_two_classes_it_is_fishers_direction_that_counts() -> None:
    points, own = labelled(classes=2)
    spread = spaces.scatter(points, own)
    axes, ratios = spaces.discriminant_axes(spread, 0.0)
    fisher = np.linalg.solve(spread.within, points[own == 1].mean(axis=0) - points[own == 0].mean(axis=0))
    assert abs(axes[:, 0] @ fisher) / np.linalg.norm(fisher) == pytest.approx(1.0, abs=1e-9)
    assert ratios[1:] == pytest.approx(0.0, abs=1e-6)


def test_the_discriminant_matrix_is_symmetric_positive_and_invertible() -> None:
    for classes in (2, 5, 60):
        points, own = labelled(classes=classes)
        matrix = spaces.discriminant(spaces.scatter(points, own))
        lengths = np.linalg.eigvalsh(matrix)
        assert matrix == pytest.approx(matrix.T)
        assert lengths.min() > 0.01 * lengths.max()


def test_pairs_of_classes_count_by_the_accuracy_they_add() -> None:
    rng = np.random.default_rng(4)
    means, shares = rng.standard_normal((6, 15)) * [[0.1], [1], [2], [4], [8], [30]], rng.dirichlet(np.ones(6))
    wanted = np.zeros((15, 15))
    for i in range(6):
        for j in range(i):
            apart = means[i] - means[j]
            d = np.linalg.norm(apart)
            weight = erf(d / (2 * 2**0.5)) / (2 * d**2)
            wanted += shares[i] * shares[j] * weight * np.outer(apart, apart)
    assert spaces._separation(means, shares) == pytest.approx(wanted, rel=1e-4, abs=1e-6)


def test_without_extent_or_classes_nothing_breaks() -> None:
    nothing = spaces.scatter(np.zeros((9, 15)), np.zeros(9, np.int32))
    assert np.array_equal(spaces.whitened(nothing.total), np.eye(15))
    assert np.array_equal(spaces.discriminant(nothing), np.eye(15))
    assert np.isfinite(spaces.principal(nothing.total)).all()
    none = spaces.scatter(np.ones((9, 15)), np.full(9, -1, np.int32))
    assert np.isfinite(spaces.discriminant(none)).all()
    assert not spaces.covariance(np.zeros((0, 15))).any()


def test_the_shown_radius_holds_95_percent() -> None:
    points, _ = labelled(images=2000)
    bases = np.linalg.qr(np.random.default_rng(0).standard_normal((12, 15, 3)))[0]
    each = [np.quantile(np.linalg.norm(points @ basis, axis=1), 0.95) for basis in bases]
    assert spaces.shown_radius(points, bases) == pytest.approx(float(np.mean(each)), rel=0.01)


@pytest.mark.parametrize("images", [2, 3, 8, 40])
def test_classes_of_one_image_each_have_no_spread_to_whiten(images: int) -> None:
    for seed in range(20):
        points = np.random.default_rng(seed).standard_normal((images, 15)).astype(np.float32) * 3.7 + 2.0
        spread = spaces.scatter(points, np.arange(images, dtype=np.int32))
        for found in (spread, spread.seen(spaces.discriminant(spread))):
            axes, ratios = spaces.discriminant_axes(found)
            assert np.isfinite(axes).all()
            assert np.isfinite(ratios).all()
            assert np.linalg.eigvalsh(spaces.discriminant(found)).min() > -1e-9
            assert np.abs(spaces.discriminant(found)).max() < 1e3  # rounding is not blown up
