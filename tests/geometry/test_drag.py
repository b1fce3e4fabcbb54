"""The drag rule: its laws, and that no optimiser finds a better answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.optimize import minimize
from scipy.stats import special_ortho_group

from explorer.geometry.drag import completed, dragged
from explorer.types import Float64


def rotation(rng: np.random.Generator) -> Float64:
    return np.asarray(special_ortho_group.rvs(15, random_state=rng))


def case(seed: int, pins: int, shown: int = 3) -> tuple[Float64, Float64, Float64]:
    """A rotation, centroids of which the first is wanted elsewhere, and all the places."""
    rng = np.random.default_rng(seed)
    start = rotation(rng)
    centroids = rng.normal(size=(pins + 1, 15)) * rng.uniform(0.1, 0.5, size=(pins + 1, 1))
    places = centroids @ start[:, :shown]
    direction = rng.normal(size=shown)
    reach = rng.uniform(0.1, 0.95) * np.linalg.norm(centroids[0])
    places[0] = direction / np.linalg.norm(direction) * reach
    return start, centroids, places


def best(objective: Callable[[Float64], float], start: Float64, centroid: Float64, place: Float64) -> float:
    """The least of an objective over all orthonormal bases that show a centroid at its place, by SQP from many starts.

    Independent of the rule: the basis is 45 free numbers, everything else is a constraint.
    """
    rng = np.random.default_rng(0)
    upper = np.triu_indices(3)

    def off(flat: Float64) -> Float64:
        basis = flat.reshape(15, 3)
        return np.r_[(basis.T @ basis - np.eye(3))[upper], (centroid @ basis - place) / np.linalg.norm(centroid)]

    found = []
    for _ in range(3):
        around = (start + 0.2 * rng.normal(size=start.shape)).ravel()
        answer = minimize(
            lambda flat: objective(flat.reshape(15, 3)), around, method="SLSQP",
            options={"maxiter": 400, "ftol": 1e-13}, constraints=[{"type": "eq", "fun": off}],
        )  # fmt: skip
        if np.abs(off(answer.x)).max() < 1e-6:
            found.append(float(answer.fun))
    assert found, "the optimiser found no basis at all"
    return min(found)


@pytest.mark.parametrize("pins", [0, 1, 3, 8, 14, 30])
@pytest.mark.parametrize("shown", [2, 3])
def test_the_result_is_a_rotation_that_shows_the_handle_where_it_is_wanted(pins: int, shown: int) -> None:
    for seed in range(10):
        start, centroids, places = case(seed, pins, shown)
        turned = dragged(start, centroids, places, shown)
        assert np.abs(turned.T @ turned - np.eye(15)).max() < 1e-13
        assert np.linalg.det(turned) == pytest.approx(1.0, abs=1e-12)
        assert centroids[0] @ turned[:, :shown] == pytest.approx(places[0], abs=1e-13)


@pytest.mark.parametrize("seed", range(6))
def test_no_optimiser_moves_the_rest_less(seed: int) -> None:
    start, centroids, places = case(seed, 0)
    basis = start[:, :3]

    def moved(other: Float64) -> float:
        return float(((other - basis) ** 2).sum())

    ours = moved(dragged(start, centroids, places, 3)[:, :3])
    least = best(moved, basis, centroids[0], places[0])
    assert ours <= least + 1e-6
    assert ours == pytest.approx(least, abs=1e-5)


@pytest.mark.parametrize("pins", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_no_optimiser_keeps_the_pinned_ones_better(pins: int, seed: int) -> None:
    start, centroids, places = case(seed, pins)
    places[0] = places[0] / np.linalg.norm(places[0]) * 0.97 * np.linalg.norm(centroids[0])  # far out: something gives
    basis = start[:, :3]

    def left(other: Float64) -> float:
        return float(((centroids[1:] @ other - places[1:]) ** 2).sum())

    ours = left(dragged(start, centroids, places, 3)[:, :3])
    assert ours <= best(left, basis, centroids[0], places[0]) + 1e-6


@pytest.mark.parametrize("seed", range(8))
def test_pins_that_can_be_kept_are_kept_and_then_the_rest_moves_least(seed: int) -> None:
    start, centroids, places = case(seed, 2)
    elsewhere = rotation(np.random.default_rng(seed + 100))[:, :3]
    places = centroids @ elsewhere  # some basis shows all three there
    turned = dragged(start, centroids, places, 3)[:, :3]
    assert centroids @ turned == pytest.approx(places, abs=1e-9)
    distance = ((turned - start[:, :3]) ** 2).sum()
    span = np.linalg.qr(centroids.T)[0]  # (15, 3)
    rng = np.random.default_rng(seed)
    for _ in range(200):  # all others that show them so: turned within what the three leave free
        skew = rng.normal(size=(15, 15)) * 10 ** rng.uniform(-4, 0)
        free = np.eye(15) - span @ span.T
        other = expm(free @ (skew - skew.T) @ free) @ turned
        assert centroids @ other == pytest.approx(places, abs=1e-9)
        assert ((other - start[:, :3]) ** 2).sum() >= distance - 1e-9


def test_the_basis_is_completed_by_the_smallest_rotation() -> None:
    rng = np.random.default_rng(3)
    upper = np.triu_indices(12, 1)
    for _ in range(3):
        start, basis = rotation(rng), rotation(rng)[:, :3]
        found = completed(start, basis)
        assert found[:, :3] == pytest.approx(basis, abs=1e-13)
        assert np.linalg.det(found) == pytest.approx(1.0)

        def turn(flat: Float64, found: Float64 = found, start: Float64 = start) -> float:
            skew = np.zeros((12, 12))
            skew[upper] = flat
            return float(((found[:, 3:] @ expm(skew - skew.T) - start[:, 3:]) ** 2).sum())

        ours = turn(np.zeros(66))
        for _ in range(2):
            answer = minimize(turn, rng.normal(size=66), method="BFGS", options={"maxiter": 60})
            assert ours <= answer.fun + 1e-6


def test_a_handle_already_there_turns_nothing() -> None:
    for seed in range(5):
        start, centroids, _ = case(seed, 2)
        assert dragged(start, centroids, centroids @ start[:, :3], 3) == pytest.approx(start, abs=1e-12)


def test_out_of_reach_it_goes_as_far_out_as_it_can() -> None:
    for seed in range(5):
        start, centroids, places = case(seed, 1)
        length = np.linalg.norm(centroids[0])
        direction = places[0] / np.linalg.norm(places[0])
        for far in (1.0, 1.0 + 1e-12, 3.0, 1e6):
            places[0] = direction * far * length
            turned = dragged(start, centroids, places, 3)
            assert np.abs(turned.T @ turned - np.eye(15)).max() < 1e-13
            assert centroids[0] @ turned[:, :3] == pytest.approx(direction * length, abs=1e-7)


def test_a_small_pull_is_a_small_turn_also_where_the_handle_lies_in_the_shown_space() -> None:
    start = rotation(np.random.default_rng(1))
    centroid = start[:, :3] @ np.array([[0.3], [0.2], [-0.1]])  # nothing of it is hidden
    before = dragged(start, centroid.T, (centroid.T @ start[:, :3]), 3)
    for step in np.linspace(0.0, 0.05, 50):
        place = (centroid.T @ start[:, :3]) * (1.0 - step)
        after = dragged(start, centroid.T, place, 3)
        assert np.abs(after - before).max() < 0.25  # cosines change as the root of the step there
        before = after


def test_ten_thousand_drags_stay_orthonormal() -> None:
    rng = np.random.default_rng(7)
    now, centroids = np.eye(15), rng.normal(size=(4, 15))
    for number in range(10_000):
        order = rng.permutation(4)[: 1 + (number % 4 == 0)]
        chosen = centroids[order]
        places = chosen @ now[:, :3]
        places[0] += 0.2 * rng.normal(size=3)
        now = dragged(now, chosen, places, 3)
    assert np.abs(now.T @ now - np.eye(15)).max() < 1e-10
    assert np.linalg.det(now) == pytest.approx(1.0)


def test_a_centroid_in_the_middle_cannot_be_moved() -> None:
    start = rotation(np.random.default_rng(2))
    assert (dragged(start, np.zeros((1, 15)), np.ones((1, 3)), 3) == start).all()


def test_equal_and_opposite_pins_do_no_harm() -> None:
    start, centroids, places = case(4, 1)
    both = np.stack([centroids[0], centroids[0], -centroids[0], centroids[1], centroids[1]])
    at = np.stack([places[0], places[0], -places[0], places[1], places[1]])
    turned = dragged(start, both, at, 3)
    assert np.abs(turned.T @ turned - np.eye(15)).max() < 1e-13
    assert both[0] @ turned[:, :3] == pytest.approx(at[0], abs=1e-12)
