"""Procrustes recovers planted rotations and never does worse than any rotation tried."""

import numpy as np
import pytest

from explorer.geometry.procrustes import align, centred
from explorer.geometry.rotation import random_basis


@pytest.mark.parametrize("reflect", [False, True])
def test_a_planted_rotation_is_recovered(reflect: bool) -> None:
    rng = np.random.default_rng(2)
    onto = rng.standard_normal((500, 15)) * np.geomspace(5, 0.1, 15)
    planted = random_basis(rng, 15, 15)
    if reflect == (np.linalg.det(planted) > 0):
        planted[:, 0] *= -1
    points = onto @ planted.T + rng.standard_normal(15)
    found = align(points, onto)
    assert np.abs(found.rotation - planted).max() < 1e-8
    assert found.residual < 1e-12


def test_no_other_rotation_fits_better() -> None:
    rng = np.random.default_rng(4)
    points, onto = rng.standard_normal((2, 200, 15))
    best = align(points, onto)
    error = np.linalg.norm(centred(points) @ best.rotation - centred(onto))
    for _ in range(300):
        other = random_basis(rng, 15, 15)
        assert np.linalg.norm(centred(points) @ other - centred(onto)) >= error


def test_the_residual_says_how_much_is_left() -> None:
    rng = np.random.default_rng(6)
    points = rng.standard_normal((300, 15))
    assert align(3.0 * points + 1.0, points).residual == pytest.approx(0.0, abs=1e-12)
    assert align(rng.standard_normal((300, 15)), points).residual > 0.5


def test_constant_points_leave_no_nan() -> None:
    found = align(np.ones((10, 15)), np.random.default_rng(0).standard_normal((10, 15)))
    assert np.isfinite(found.rotation).all()
    assert found.residual == 1.0  # nothing of the shape is left


def test_unequal_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(4, 15\).*\(5, 15\)"):
        align(np.zeros((4, 15)), np.zeros((5, 15)))
