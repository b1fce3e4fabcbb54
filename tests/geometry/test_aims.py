"""What each kind of tour heads for."""

from itertools import combinations

import numpy as np
import pytest

from explorer.geometry import tour as tours
from explorer.geometry.aims import Grand, Little, Local, Planned, Still, Wander
from explorer.geometry.rotation import random_basis, separation
from explorer.types import DIMS

RNG = np.random.default_rng


def seen_axes(basis: np.ndarray) -> tuple[int, ...]:
    return tuple(np.flatnonzero((basis**2).sum(axis=1) > 0.5))


@pytest.mark.parametrize("shown", [2, 3])
def test_the_little_tour_sees_every_combination_of_axes_once_and_begins_again(shown: int) -> None:
    tour = tours.start_tour(0, 1.0, Little(shown=shown))
    every = list(combinations(range(DIMS), shown))
    met = [seen_axes(tour.leg.start[:, :shown])]
    for _ in range(len(every)):
        tour = tours.advance(tour, tour.leg.length - tour.travelled)
        met.append(seen_axes(tour.rotation[:, :shown]))
    assert met == [*every, every[0]]
    assert np.abs(np.sort(np.abs(tour.rotation[:, :shown]).max(axis=0)) ** 2).max() <= 1.0 + 1e-9


def test_the_little_tour_begins_with_the_nearest_axes() -> None:
    rotation = tours.advance(tours.start_tour(5, 1.0), 40.0).rotation
    target = Little().target(rotation, RNG(0))
    nearest = min(combinations(range(DIMS), 3), key=lambda chosen: separation(rotation[:, :3], np.eye(DIMS)[:, chosen]))
    best = separation(rotation[:, :3], np.eye(DIMS)[:, nearest])
    assert separation(rotation[:, :3], target) <= best * 1.2  # the axes seen most, which are the nearest or nearly so


@pytest.mark.parametrize("radius", [0.1, 0.4, np.pi / 4])
def test_the_local_tour_stays_around_its_centre(radius: float) -> None:
    centre = tours.advance(tours.start_tour(2, 1.0), 30.0).rotation
    tour = tours.with_aim(tours.resume_from(tours.start_tour(2, 1.0), centre), Local(centre=centre, radius=radius))
    distances = []
    for _ in range(3000):
        tour = tours.advance(tour, 0.02)
        distances.append(separation(centre[:, :3], tour.basis))
    assert max(distances) <= radius * (1.0 + 1e-6)
    assert max(distances) > 0.8 * radius
    assert len(tour.track.steps) > 30


def test_the_planned_tour_goes_through_its_bases_in_order_and_again() -> None:
    bases = tuple(random_basis(RNG(seed)) for seed in range(3))
    tour = tours.start_tour(0, 1.0, Planned(bases=bases))
    for number in range(7):
        tour = tours.advance(tour, tour.leg.length - tour.travelled - 1e-12)
        assert np.abs(tour.basis - bases[number % 3]).max() < 1e-9
        tour = tours.advance(tour, 2e-12)


def test_equal_bases_are_passed_over_and_one_alone_is_an_end() -> None:
    one, other = random_basis(RNG(1)), random_basis(RNG(2))
    tour = tours.start_tour(0, 1.0, Planned(bases=(one, one, other, other)))
    for _ in range(300):
        tour = tours.advance(tour, 0.1)
        assert tour.leg.length > 0.1
    alone = tours.advance(tours.start_tour(0, 1.0, Planned(bases=(one, one))), 60.0)
    assert alone.stands
    assert np.abs(alone.basis - one).max() < 1e-12
    assert tours.advance(tours.start_tour(0, 1.0, Planned(bases=())), 5.0).stands


def test_a_still_tour_stays_and_a_wandering_one_goes_on_with_the_other() -> None:
    tour = tours.advance(tours.start_tour(4, 0.5, Still()), 30.0)
    assert tour.stands
    assert np.array_equal(tour.rotation, np.eye(DIMS))
    gone = tours.advance(tours.wander(tour), 30.0)
    assert gone.stands
    assert isinstance(gone.aim, Still)
    assert separation(gone.basis, tour.basis) > 0.5


def test_targets_are_seeded_and_of_the_dimension_asked_for() -> None:
    for aim in (Grand(), Local(centre=np.eye(DIMS), radius=0.5), Wander(then=Grand())):
        one, two, other = (aim.target(np.eye(DIMS), RNG([1, n])) for n in (7, 7, 8))
        assert np.array_equal(one, two)
        assert not np.array_equal(one, other)
        flat = aim.showing(2).target(np.eye(DIMS), RNG(1))
        assert flat.shape == (DIMS, 2)
        assert np.abs(flat.T @ flat - np.eye(2)).max() < 1e-12
