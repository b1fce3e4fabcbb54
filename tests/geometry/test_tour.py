"""The Grand Tour by its laws: orthonormal, constant speed, no spin, seeded, independent of the frame rate."""

import numpy as np
import pytest

from explorer.geometry import tour as tours
from explorer.geometry.rotation import geodesic, random_basis
from explorer.types import DIMS


def drift(rotation: np.ndarray) -> float:
    return float(np.abs(rotation.T @ rotation - np.eye(len(rotation.T))).max())


def test_basis_is_orthonormal_after_hours() -> None:
    tour = tours.start_tour(seed=3, speed=3.5)
    for _ in range(100_000):
        tour = tours.advance(tour, 1 / 60)
    assert tour.leg_index > 1000
    assert drift(tour.rotation) < 1e-10
    assert np.linalg.det(tour.rotation) == pytest.approx(1.0, abs=1e-10)


def test_speed_is_constant_within_one_percent() -> None:
    """The geodesic distance between the spans of two near frames is speed times time (Björck and Golub 1973)."""
    tour = tours.start_tour(seed=1, speed=0.5)
    dt, speeds = 1e-3, []
    for _ in range(20_000):
        following = tours.advance(tour, dt)
        if following.leg_index == tour.leg_index:
            sines = np.linalg.svd(following.basis - tour.basis @ (tour.basis.T @ following.basis), compute_uv=False)
            speeds.append(np.linalg.norm(np.arcsin(sines)) / dt)
        tour = following
    assert len(speeds) > 19_000
    assert np.max(np.abs(np.array(speeds) - 0.5)) < 0.005


def test_a_leg_does_not_spin_within_the_shown_space() -> None:
    """Frames move orthogonally to their own span: the within-span part of the velocity vanishes."""
    tour = tours.start_tour(seed=5, speed=1.0)
    for _ in range(200):
        following = tours.advance(tour, 1e-6)
        if following.leg_index == tour.leg_index:
            velocity = (following.basis - tour.basis) / 1e-6
            assert np.abs(tour.basis.T @ velocity).max() < 1e-4
        tour = tours.advance(tour, 0.05)


def test_the_same_seed_gives_the_same_path_whatever_the_frame_rate() -> None:
    once = tours.advance(tours.start_tour(7, 0.4), 60.0)
    often = tours.start_tour(7, 0.4)
    for _ in range(3600):
        often = tours.advance(often, 1 / 60)
    assert np.abs(once.rotation - often.rotation).max() < 1e-9
    assert np.abs(once.rotation - tours.advance(tours.start_tour(8, 0.4), 60.0).rotation).max() > 0.1


def test_a_leg_ends_in_the_span_of_its_target() -> None:
    rng = np.random.default_rng(0)
    target = random_basis(rng)
    leg = geodesic(np.eye(DIMS), target)
    shown = leg.rotation(1.0)[:, :3]
    assert np.abs(shown @ shown.T - target @ target.T).max() < 1e-12
    assert np.abs(leg.rotation(0.0) - np.eye(DIMS)).max() < 1e-15


@pytest.mark.parametrize("shared", [1, 2, 3])
def test_planes_that_share_directions_are_no_special_case(shared: int) -> None:
    start = np.eye(DIMS)
    target = np.eye(DIMS)[:, [*range(shared), *range(5, 8 - shared)]]
    leg = geodesic(start, target)
    shown = leg.rotation(1.0)[:, :3]
    assert drift(leg.rotation(0.37)) < 1e-12
    assert np.abs(shown @ shown.T - target @ target.T).max() < 1e-12


def test_an_orthogonal_target_is_reached() -> None:
    target = np.eye(DIMS)[:, 3:6]
    leg = geodesic(np.eye(DIMS), target)
    assert leg.length == pytest.approx(np.sqrt(3) * np.pi / 2)
    assert np.abs(leg.rotation(1.0)[:3, :3]).max() < 1e-12


def test_random_bases_are_uniform() -> None:
    """Each column is uniform on the sphere: mean 0, covariance I/15."""
    rng = np.random.default_rng(11)
    bases = np.stack([random_basis(rng) for _ in range(20_000)])
    for column in range(3):
        vectors = bases[:, :, column]
        assert np.abs(vectors.mean(axis=0)).max() < 0.012
        assert np.abs(vectors.T @ vectors / len(vectors) - np.eye(DIMS) / DIMS).max() < 0.006


def test_a_standing_tour_stays_where_it_is() -> None:
    tour = tours.advance(tours.start_tour(0, 0.3), 5.0)
    still = tours.advance(tours.with_speed(tour, 0.0), 100.0)
    assert np.array_equal(still.rotation, tour.rotation)


def test_the_path_is_that_of_its_seed_leg_by_leg() -> None:
    """Leg n leads to the plane drawn with (seed, n): walked here by hand, without eases, hands or history."""
    rotation, left = np.eye(DIMS), 0.4 * 60.0
    for index in range(100):
        leg = geodesic(rotation, random_basis(np.random.default_rng([7, index])))
        if leg.length > left:
            break
        rotation, left = leg.rotation(1.0), left - leg.length
    found = tours.advance(tours.start_tour(7, 0.4), 60.0)
    assert found.leg_index == index > 5
    assert np.abs(found.rotation - leg.rotation(left / leg.length)).max() < 1e-10
