"""What can be done to a tour: other kinds, hands, visits, scrubbing; eased, remembered, whatever the frame rate."""

from collections.abc import Callable

import numpy as np
import pytest

from explorer.geometry import pace as paces
from explorer.geometry import tour as tours
from explorer.geometry.aims import Grand, Little, Local, Planned
from explorer.geometry.rotation import geodesic, random_basis, separation
from explorer.geometry.tour import Tour
from explorer.geometry.track import HAND, VISIT
from explorer.types import DIMS

BASIS = random_basis(np.random.default_rng(77))


def drift(rotation: np.ndarray) -> float:
    return float(np.abs(rotation.T @ rotation - np.eye(DIMS)).max())


def running(seconds: float = 20.0) -> Tour:
    return tours.advance(tours.start_tour(3, 0.5), seconds)


def by_hand(tour: Tour, size: float = 0.3, seed: int = 5) -> Tour:
    """A turn towards a random plane."""
    leg = geodesic(tour.rotation, random_basis(np.random.default_rng(seed)))
    return tours.resume_from(tour, leg.rotation(size))


CHANGES: dict[str, Callable[[Tour], Tour]] = {
    "another kind": lambda tour: tours.with_aim(tour, Little()),
    "flat": lambda tour: tours.with_shown(tour, 2),
    "visit": lambda tour: tours.visit(tour, BASIS),
    "wander": tours.wander,
    "back": lambda tour: tours.scrub(tour, -2.0),
    "hand": by_hand,
    "speed": lambda tour: tours.with_speed(tour, 1.3),
    "other data": lambda tour: tours.retargeted(tour, Grand()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("goes", [True, False])
def test_many_steps_are_one_step_after_any_change(change: Callable[[Tour], Tour], goes: bool) -> None:
    tour = change(running())
    once = tours.advance(tour, 7.3, goes, 0.7)
    for seconds in np.diff([0.0, *np.sort(np.random.default_rng(0).uniform(0, 7.3, 300)), 7.3]):
        tour = tours.advance(tour, float(seconds), goes, 0.7)
    assert np.abs(tour.rotation - once.rotation).max() < 1e-9
    assert tour.leg_index == once.leg_index


@pytest.mark.parametrize("change", [x for x in CHANGES if x not in ("hand", "speed")])
def test_nothing_jumps(change: str) -> None:
    """No frame goes farther than the fastest motion there is, and speeds change little from frame to frame."""
    tour, dt, steps = CHANGES[change](running()), 1 / 240, []
    for _ in range(5 * 240):
        after = tours.advance(tour, dt)
        steps.append(abs(after.position - tour.position) / dt)
        assert separation(tour.basis, after.basis) <= steps[-1] * dt + 1e-9
        tour = after
    if change == "back":
        assert max(steps) < 2.0 / 0.07  # two radians that die away within a moment
    else:
        assert max(steps) < 1.5 * tours.VISIT_SPEED
        assert np.abs(np.diff(steps)).max() < 0.03


def test_ten_thousand_changes_of_any_kind_leave_it_orthonormal() -> None:
    rng, tour = np.random.default_rng(8), tours.start_tour(1, 2.0)
    for count in range(10_000):
        match int(rng.integers(9)):
            case 0:
                tour = tours.with_aim(tour, Little() if rng.random() < 0.5 else Grand())
            case 1:
                tour = tours.with_aim(tour, Local(centre=tour.rotation, radius=float(rng.uniform(0.1, 0.7))))
            case 2:
                tour = tours.visit(tour, random_basis(rng))
            case 3:
                tour = tours.scrub(tour, float(rng.normal(scale=3.0)))
            case 4:
                tour = tours.with_shown(tour, int(rng.integers(2, 4)))
            case 5:
                tour = tours.with_aim(tour, Planned(bases=(tour.basis, random_basis(rng))))
            case 6:
                tour = tours.wander(tour)
            case _:
                tour = by_hand(tour, float(rng.random()), count)
        tour = tours.advance(tour, float(rng.exponential(0.3)), bool(rng.random() < 0.8), float(rng.uniform(0.1, 1.0)))
    assert drift(tour.rotation) < 1e-10
    assert np.linalg.det(tour.rotation) == pytest.approx(1.0, abs=1e-9)
    assert len(tour.track.steps) <= 500


def test_a_pause_is_eased_and_complete() -> None:
    tour = running()
    stopped = tours.advance(tour, paces.START_SECONDS, running=False)
    way = stopped.position - tour.position
    assert way == pytest.approx(0.5 * paces.START_SECONDS / 2)  # half the speed in the mean
    assert stopped.still
    assert not tour.still
    assert np.array_equal(tours.advance(stopped, 10.0, running=False).rotation, stopped.rotation)
    again = tours.advance(stopped, paces.START_SECONDS + 0.1)
    assert again.position - stopped.position == pytest.approx(0.5 * (paces.START_SECONDS / 2 + 0.1))


def test_nearness_slows_down_and_nothing_else() -> None:
    tour = running()
    near = tours.advance(tours.advance(tour, 1.0, near=0.4), 1.0, near=0.4)
    far = tours.advance(tour, 2.0)
    assert 0.0 < near.position - tour.position < far.position - tour.position
    settled = tours.advance(near, 1.0, near=0.4).position - near.position
    assert settled == pytest.approx(0.4 * 0.5, rel=1e-9)


def test_another_kind_begins_from_rest_where_the_tour_came_to_rest() -> None:
    tour = tours.with_aim(running(), Little())
    assert isinstance(tour.aim, Grand)
    stopped = tours.advance(tour, paces.START_SECONDS)
    assert isinstance(stopped.aim, Little)
    assert stopped.pace.share == 0.0
    begun = tours.advance(stopped, 0.3)
    assert np.abs(begun.leg.start - stopped.rotation).max() < 1e-12
    assert isinstance(tours.with_aim(stopped, Grand()).aim, Grand)  # at rest at once


def test_the_dimension_asked_for_is_that_of_the_legs() -> None:
    tour = tours.with_shown(running(), 2)
    assert tour.shown == 2
    flat = tours.advance(tour, 5.0)
    assert flat.leg.tails.shape == (DIMS, 2)
    assert flat.basis.shape == (DIMS, 3)
    solid = tours.advance(tours.with_shown(flat, 3), 5.0)
    assert solid.leg.tails.shape == (DIMS, 3)


@pytest.mark.parametrize("goes", [True, False])
def test_a_visit_arrives_at_the_basis_paused_or_not(goes: bool) -> None:
    tour = tours.advance(running(), 0.0 if goes else 1.0, running=goes)
    tour = tours.visit(tour, BASIS)
    nearest = np.inf
    for _ in range(500):
        tour = tours.advance(tour, 1 / 60, running=goes)
        nearest = min(nearest, float(np.abs(tour.basis - BASIS).max()))
    assert nearest < 1e-12
    assert any(step.kind == VISIT for step in tour.track.steps)
    assert (separation(tour.basis, BASIS) < 1e-9) == (not goes)


def test_a_hand_leaves_the_tour_where_it_was_put_and_it_goes_on_eased() -> None:
    tour = running()
    for size in np.linspace(0.0, 0.5, 50):  # a drag of fifty frames
        tour = tours.advance(by_hand_from(running(), size, tour), 1 / 60)
    end = by_hand_from(running(), 0.5, tour)
    assert np.abs(end.rotation - by_hand(running(), 0.5).rotation).max() < 1e-12
    assert [step.kind for step in end.track.steps].count(HAND) == 1
    resting = tours.advance(end, paces.REST * paces.START_SECONDS - 1e-6)
    assert np.array_equal(resting.rotation, end.rotation)
    gone = tours.advance(resting, 0.1)
    assert 0.0 < separation(end.basis, gone.basis) < 0.1 * 0.5 / 2
    assert np.abs(gone.leg.start - end.rotation).max() < 1e-12


def by_hand_from(start: Tour, size: float, tour: Tour) -> Tour:
    """The same drag as of ``by_hand``, applied to a tour that may have moved."""
    return tours.resume_from(tour, by_hand(start, size).rotation)


def test_what_was_gone_is_remembered_and_retraced() -> None:
    tour, places = tours.start_tour(2, 0.6), []
    for count in range(400):
        tour = by_hand(tour, 0.2, count) if count % 100 == 50 else tour
        tour = tours.advance(tour, 1 / 20)
        places.append((tour.position, tour.basis))
    assert [step.kind for step in tour.track.steps].count(HAND) == 4
    for position, basis in places[::-7]:
        back = tours.advance(tours.scrub(tour, position - tour.position), 2.0, running=False)
        assert np.abs(back.basis - basis).max() < 1e-9
        assert back.position == pytest.approx(position, abs=1e-9)


def test_it_goes_on_from_a_scrubbed_place_along_what_was_gone_and_beyond() -> None:
    tour = running()
    straight = {round(t, 6): tours.advance(tour, t) for t in (0.4, 3.0)}
    back = tours.advance(tours.scrub(tour, -3.0), 2.0, running=False)
    assert tour.position - back.position == pytest.approx(3.0)
    assert back.track.length == pytest.approx(tour.track.length)
    lost = paces.START_SECONDS / 2  # in starting again
    for seconds, there in straight.items():
        again = tours.advance(back, lost + 3.0 / 0.5 + seconds)
        assert again.position == pytest.approx(there.position)
        assert np.abs(again.rotation - there.rotation).max() < 1e-9


def test_scrubbing_stops_at_both_ends_and_a_change_in_the_past_forgets_the_future() -> None:
    tour = running()
    first = tours.advance(tours.scrub(tour, -100.0), 3.0, running=False)
    assert first.position == 0.0
    assert np.abs(first.rotation - np.eye(DIMS)).max() < 1e-12
    last = tours.advance(tours.scrub(first, 1000.0), 3.0, running=False)
    assert np.abs(last.rotation - tour.rotation).max() < 1e-9
    changed = by_hand(tours.advance(tours.scrub(tour, -3.0), 3.0, running=False))
    assert changed.track.newest
    assert changed.track.length < tour.track.length


def test_the_oldest_steps_are_forgotten() -> None:
    tour = tours.start_tour(0, 60.0)
    for _ in range(400):
        tour = tours.advance(tour, 0.1)
    assert tour.leg_index > 600
    assert len(tour.track.steps) == 500
    first = tours.advance(tours.scrub(tour, -1e9), 5.0, running=False)
    assert first.position == pytest.approx(0.0, abs=1e-9)
    assert drift(first.rotation) < 1e-10
