"""Guided tours: uphill at every accepted step, to the top that is known, at rest there, and on from there."""

import numpy as np
import pytest

from explorer.geometry import tour as tours
from explorer.geometry.indices import Discriminant, Index, discriminant, holes
from explorer.geometry.pursuit import GAIN, Guided, ascent, moved
from explorer.geometry.rotation import random_basis, separation
from explorer.types import DIMS
from tests.geometry.test_indices import cloud, every_index

RNG = np.random.default_rng


def highest(index: Discriminant, shown: int) -> float:
    """The greatest value there is: the product of the generalised eigenvalues that are largest."""
    values = np.sort(np.linalg.eigvals(np.linalg.solve(index.within, index.total)).real)
    return float(1.0 - 1.0 / np.prod(values[-shown:]))


@pytest.mark.parametrize("index", every_index(), ids=["lda", "pda", "holes", "cmass"])
@pytest.mark.parametrize("shown", [2, 3])
def test_the_index_never_falls_from_one_accepted_place_to_the_next(index: Index, shown: int) -> None:
    for seed in range(5):
        basis, values = random_basis(RNG(seed), shown=shown), []
        while basis is not None and len(values) < 400:
            assert np.abs(basis.T @ basis - np.eye(shown)).max() < 1e-9
            values.append(index.value(basis))
            basis = ascent(index, basis)
        assert len(values) < 400
        assert (np.diff(values) > 0.0).all()


@pytest.mark.parametrize("shrinkage", [0.0, 0.2])
@pytest.mark.parametrize("shown", [2, 3])
def test_the_search_finds_the_top_of_a_discriminant(shrinkage: float, shown: int) -> None:
    index = discriminant(*cloud(), shrinkage)
    for seed in range(6):
        basis: np.ndarray | None = random_basis(RNG(seed), shown=shown)
        while basis is not None:
            last, basis = basis, ascent(index, basis)
        assert index.value(last) == pytest.approx(highest(index, shown), abs=20 * GAIN)


def test_a_planted_hole_is_found() -> None:
    rng = RNG(4)
    points = rng.standard_normal((1500, DIMS))
    ring = rng.uniform(0, 2 * np.pi, 1500)
    points[:, 3], points[:, 8] = 2 * np.cos(ring), 2 * np.sin(ring)
    tour = tours.start_tour(1, 1.0, Guided(shown=2, index=holes(points)))
    tour = tours.advance(tour, 120.0)
    assert tour.stands
    assert separation(tour.basis[:, :2], np.eye(DIMS)[:, [3, 8]]) < 0.15


def test_a_guided_tour_climbs_stands_at_rest_and_goes_on_when_told() -> None:
    index = discriminant(*cloud())
    tour = tours.start_tour(1, 0.5, Guided(index=index))
    accepted, speeds = {tour.leg_index: index.value(tour.leg.start[:, :3])}, []
    while not tour.stands:
        after = tours.advance(tour, 1 / 60)
        accepted[after.leg_index] = index.value(after.leg.start[:, :3])
        speeds.append(separation(tour.basis, after.basis) * 60)
        tour = after
    assert (np.diff(list(accepted.values())) >= 0.0).all()
    assert index.value(tour.basis) == pytest.approx(highest(index, 3), abs=20 * GAIN)
    assert max(speeds) < 0.51
    assert speeds[-1] < 0.05  # it came to rest, it was not stopped
    assert np.array_equal(tours.advance(tour, 5.0).rotation, tour.rotation)
    elsewhere, least = tours.wander(tour), 1.0
    for _ in range(600):
        elsewhere = tours.advance(elsewhere, 1 / 60)
        least = min(least, index.value(elsewhere.basis))
    assert least < index.value(tour.basis) - 0.05
    assert index.value(tours.advance(elsewhere, 120.0).basis) > least


def test_other_data_wake_a_standing_tour() -> None:
    first, second = discriminant(*cloud(0)), discriminant(*cloud(1))
    tour = tours.advance(tours.start_tour(1, 0.5, Guided(index=first)), 120.0)
    assert tour.stands
    woken = tours.advance(tours.retargeted(tour, Guided(index=second)), 120.0)
    assert woken.stands
    assert second.value(woken.basis) > second.value(tour.basis) + 0.01


def test_a_place_moved_along_a_geodesic_is_as_far_away_as_said() -> None:
    basis = random_basis(RNG(2))
    direction = RNG(3).standard_normal((DIMS, 3))
    direction -= basis @ (basis.T @ direction)
    direction /= np.linalg.norm(direction)
    assert separation(basis, moved(basis, direction, 0.7)) == pytest.approx(0.7, abs=1e-12)
    assert np.abs(moved(basis, direction, 0.0) - basis).max() < 1e-14
