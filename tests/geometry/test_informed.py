"""The informed tour: the uniform one at strength 0, and what it prefers above."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ortho_group

from explorer.geometry import tour
from explorer.geometry.aims import Grand
from explorer.geometry.informed import WEIGHT_FLOOR, Informed, Preference, by_classes, by_variance, projections
from explorer.geometry.spaces import covariance, scatter
from explorer.types import Float64
from tests.geometry.test_spaces import labelled


def some() -> tuple[Float64, Preference]:
    """A covariance of few wide directions, and the preference for them."""
    turn = ortho_group.rvs(15, random_state=3)
    total = (turn * 0.5 ** np.arange(15.0)) @ turn.T
    return total, by_variance(total)


def drawn(aim: Grand, count: int = 60) -> list[Float64]:
    return [aim.target(np.eye(15), np.random.default_rng([5, i])) for i in range(count)]


@pytest.mark.parametrize("shown", [2, 3])
def test_at_strength_0_it_is_the_uniform_tour_draw_for_draw(shown: int) -> None:
    uniform, informed = Grand(shown=shown), Informed(shown=shown, preference=some()[1], strength=0.0)
    for a, b in zip(drawn(uniform), drawn(informed), strict=True):
        assert np.array_equal(a, b)


def test_nearly_no_strength_is_nearly_uniform() -> None:
    for a, b in zip(drawn(Grand()), drawn(Informed(preference=some()[1], strength=1e-6)), strict=True):
        assert a == pytest.approx(b, abs=1e-3)


@pytest.mark.parametrize("shown", [2, 3])
@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_targets_are_orthonormal(shown: int, strength: float) -> None:
    for basis in drawn(Informed(shown=shown, preference=some()[1], strength=strength)):
        assert basis.shape == (15, shown)
        assert basis.T @ basis == pytest.approx(np.eye(shown), abs=1e-12)


def test_the_stronger_the_more_variance_is_shown() -> None:
    total, preference = some()
    held = [
        np.mean([np.trace(x.T @ total @ x) for x in drawn(Informed(preference=preference, strength=s))])
        for s in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert (np.diff(held) > 0).all()
    assert held[-1] > 2.5 * held[0]


def test_by_classes_it_shows_what_tells_them_apart_and_not_what_is_wide() -> None:
    points, own = labelled(classes=3)
    points = points @ np.diag([20.0, *np.ones(14)])  # wide for no reason
    spread = scatter(points, own)
    informed = drawn(Informed(preference=by_classes(spread), strength=1.0))

    def ratio(basis: Float64) -> float:
        return float(np.trace(np.linalg.solve(basis.T @ spread.total @ basis, basis.T @ spread.between @ basis)))

    assert np.mean([ratio(x) for x in informed]) > 1.3 * np.mean([ratio(x) for x in drawn(Grand())])
    assert by_variance(covariance(points)).axes.shape == (15, 15)


def test_no_axis_is_ever_left_out() -> None:
    flat = by_variance(np.diag([1.0, 1.0, 1.0, *np.zeros(12)]))
    assert flat.weights.min() == WEIGHT_FLOOR
    now = tour.start_tour(0, 0.35, Informed(preference=flat, strength=1.0))
    for _ in range(200):
        now = tour.advance(now, 0.1)
    assert now.leg_index < 200  # it does not tremble on the spot
    assert by_variance(np.zeros((15, 15))).weights == pytest.approx(1.0)


def test_the_same_seed_gives_the_same_tour_at_any_frame_rate() -> None:
    aim = Informed(preference=some()[1], strength=0.7)
    slow, fast = tour.start_tour(4, 0.35, aim), tour.start_tour(4, 0.35, aim)
    for _ in range(40):
        slow = tour.advance(slow, 0.5)
    for _ in range(400):
        fast = tour.advance(fast, 0.05)
    assert slow.rotation == pytest.approx(fast.rotation, abs=1e-9)


def test_projections_use_every_direction_equally() -> None:
    bases = projections(np.eye(15))
    assert np.einsum("bik,bjk->ij", bases, bases) == pytest.approx(8 * np.eye(15), abs=1e-10)
    stretched = projections(some()[1].stretch(1.0))
    assert np.einsum("bik,bil->bkl", stretched, stretched) == pytest.approx(
        np.broadcast_to(np.eye(3), (*stretched.shape[:1], 3, 3)), abs=1e-12
    )
