"""Geodesics by their laws: they start here, end there, at constant speed, and nothing is shorter."""

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from explorer.geometry.rotation import geodesic, orthonormalised, random_basis, separation
from explorer.types import DIMS


def rotation(seed: int) -> np.ndarray:
    found = random_basis(np.random.default_rng(seed), DIMS, DIMS)
    found[:, -1] *= np.linalg.det(found)
    return found


def drift(found: np.ndarray) -> float:
    return float(np.abs(found.T @ found - np.eye(len(found.T))).max())


@pytest.mark.parametrize("shown", [2, 3])
@pytest.mark.parametrize("seed", range(6))
def test_an_exact_leg_arrives_at_the_very_basis(shown: int, seed: int) -> None:
    start, target = rotation(seed), random_basis(np.random.default_rng(seed + 100), DIMS, shown)
    leg = geodesic(start, target, exact=True)
    assert np.abs(leg.rotation(0.0) - start).max() < 1e-14
    assert np.abs(leg.rotation(1.0)[:, :shown] - target).max() < 1e-12
    assert max(drift(leg.rotation(share)) for share in np.linspace(0, 1, 7)) < 1e-12
    assert np.linalg.det(leg.rotation(1.0)) == pytest.approx(1.0)


@pytest.mark.parametrize("signs", [(-1, 1, 1), (-1, -1, 1), (1, -1, -1), (-1, -1, -1)])
def test_mirrored_and_turned_bases_of_the_same_plane_are_reached(signs: tuple[int, ...]) -> None:
    start = rotation(3)
    target = start[:, :3] * signs
    leg = geodesic(start, target, exact=True)
    assert np.abs(leg.rotation(1.0)[:, :3] - target).max() < 1e-12
    assert np.pi - 1e-9 <= leg.length <= 1.5 * np.pi  # half a turn, within the plane or through a fourth direction
    assert drift(leg.rotation(0.4)) < 1e-12


@pytest.mark.parametrize("size", [1e-3, 1e-6, 1e-9, 1e-12])
def test_tiny_legs_arrive_too(size: float) -> None:
    start = rotation(4)
    rng = np.random.default_rng(1)
    target = np.linalg.qr(start[:, :3] + size * rng.standard_normal((DIMS, 3)))[0]
    target *= np.sign(np.diag(target.T @ start[:, :3]))
    assert np.abs(geodesic(start, target, exact=True).rotation(1.0)[:, :3] - target).max() < 3e-12


@pytest.mark.parametrize("exact", [False, True])
def test_the_basis_moves_at_constant_speed(exact: bool) -> None:
    leg = geodesic(rotation(5), random_basis(np.random.default_rng(6)), exact)
    steps = [np.linalg.norm(leg.rotation(t + 1e-5)[:, :3] - leg.rotation(t)[:, :3]) for t in np.linspace(0, 0.99, 30)]
    assert np.ptp(steps) < 1e-4 * np.mean(steps)
    if not exact:
        assert np.mean(steps) / 1e-5 == pytest.approx(leg.length, rel=1e-4)


def test_between_planes_the_length_is_their_separation_and_nothing_spins() -> None:
    start, target = rotation(7), random_basis(np.random.default_rng(8))
    leg = geodesic(start, target)
    oracle = np.linalg.norm(subspace_angles(start[:, :3], target))
    assert leg.length == pytest.approx(oracle, abs=1e-12)
    assert separation(start[:, :3], target) == pytest.approx(oracle, abs=1e-12)
    assert separation(start[:, :3], start[:, :3]) < 1e-14
    velocity = (leg.rotation(0.3 + 1e-6) - leg.rotation(0.3))[:, :3] / 1e-6
    assert np.abs(leg.rotation(0.3)[:, :3].T @ velocity).max() < 1e-4


def test_an_exact_leg_is_never_shorter_than_the_way_between_the_planes() -> None:
    for seed in range(20):
        start, target = rotation(seed), random_basis(np.random.default_rng(seed + 50))
        assert geodesic(start, target, exact=True).length >= geodesic(start, target).length - 1e-12


def test_a_landing_begins_at_full_speed_and_ends_at_rest() -> None:
    start, target = rotation(9), random_basis(np.random.default_rng(10))
    full = geodesic(start, target)
    landing = type(full)(full.start, full.tails, full.heads, full.angles, full.spin, landing=True)
    assert np.abs(landing.rotation(1.0) - full.rotation(1.0)).max() < 1e-12

    def speed(share: float) -> float:
        """Radians of plane per radian that counts."""
        step = 1e-5
        gone = separation(landing.rotation(share)[:, :3], landing.rotation(share + step)[:, :3])
        return gone / (step * landing.length)

    assert speed(0.0) == pytest.approx(1.0, rel=1e-3)
    assert speed(0.5) == pytest.approx(0.5, rel=1e-3)
    assert speed(1.0 - 1e-5) < 1e-4


def test_the_polar_factor_is_the_nearest_rotation() -> None:
    rng = np.random.default_rng(2)
    drifted = rotation(11) + 1e-3 * rng.standard_normal((DIMS, DIMS))
    nearest = orthonormalised(drifted)
    assert drift(nearest) < 1e-14
    for seed in range(20):
        other = orthonormalised(nearest + 1e-2 * np.random.default_rng(seed).standard_normal((DIMS, DIMS)))
        assert np.linalg.norm(other - drifted) > np.linalg.norm(nearest - drifted)
