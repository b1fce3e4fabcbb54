"""The radial correction shows a uniform ball as a uniform ball; the slice measures what is not shown."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betainc
from scipy.stats import kstest

from explorer.geometry.sage import SAMPLES, distance_to_shown, radial
from explorer.types import DIMS, Float64


def ball(dims: int, count: int, seed: int = 0) -> Float64:
    """Uniform in the unit ball, (count, dims)."""
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((count, dims))
    radii = rng.random(count) ** (1 / dims)
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True) * radii[:, None])


@pytest.mark.parametrize("shown", [2, 3])
def test_a_uniform_ball_is_shown_uniform(shown: int) -> None:
    correction = radial(1.0, 1.0, flatness=3.0 - shown)
    assert correction is not None
    offsets = np.zeros((20_000, 3))
    offsets[:, :shown] = ball(DIMS, 20_000)[:, :shown]
    radii = np.linalg.norm(correction.apply(offsets), axis=1)
    assert kstest(radii**shown, "uniform").pvalue > 0.01
    assert kstest(np.linalg.norm(offsets, axis=1) ** shown, "uniform").pvalue < 1e-9  # not so before


@pytest.mark.parametrize("shown", [2, 3])
@pytest.mark.parametrize("gamma", [0.25, 0.4, 0.7, 1.0])
def test_the_table_is_the_formula_of_the_paper(shown: int, gamma: float) -> None:
    dims = gamma * DIMS
    correction = radial(gamma, 2.0, flatness=3.0 - shown)
    assert correction is not None
    places = np.linspace(0.002, 2.0, 500)
    inside = betainc(shown / 2, (dims - shown) / 2 + 1, (places / 2.0) ** 2)
    if shown == 2:
        assert np.allclose(inside, 1 - (1 - (places / 2.0) ** 2) ** (dims / 2))  # equation of the paper
    found = correction.apply(np.stack([places, 0 * places, 0 * places], axis=1))[:, 0]
    assert np.allclose(found, 2.0 * inside ** (1 / shown), rtol=2e-3)


def test_it_is_continuous_keeps_the_order_and_leaves_outliers_alone() -> None:
    correction = radial(0.6, 0.9)
    assert correction is not None
    places = np.linspace(0.0, 2.0, 4001)
    moved = correction.apply(np.stack([places, 0 * places, 0 * places], axis=1))[:, 0]
    steps = np.diff(moved)
    assert steps.min() > 0.0
    assert steps.max() < 3.0 * (places[1] - places[0])
    assert np.array_equal(moved[places > 0.9], places[places > 0.9])
    assert (moved[places < 0.9] >= places[places < 0.9]).all()


def test_directions_stay_and_a_turn_changes_nothing() -> None:
    correction = radial(1.0, 1.0)
    assert correction is not None
    offsets = np.random.default_rng(0).normal(size=(50, 3)) * 0.3
    moved = correction.apply(offsets)
    assert np.allclose(np.cross(offsets, moved), 0.0, atol=1e-12)
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    assert np.allclose(correction.apply(offsets @ turn), moved @ turn)


def test_as_many_dimensions_as_are_shown_need_no_correction() -> None:
    correction = radial(3 / DIMS, 1.0)
    assert correction is not None
    assert np.allclose(correction.gains, 1.0, atol=1e-3)


def test_it_eases_from_nothing() -> None:
    assert radial(0.5, 1.0, 0.0) is None
    half, full = radial(0.5, 1.0, 0.5), radial(0.5, 1.0)
    assert half is not None
    assert full is not None
    assert np.allclose(half.gains, (1.0 + full.gains) / 2, atol=1e-6)
    assert len(full.gains) == SAMPLES
    assert full.gains[-1] == 1.0


def test_the_distance_to_the_shown_space() -> None:
    rng = np.random.default_rng(2)
    frame = np.linalg.qr(rng.normal(size=(15, 15)))[0]
    points = rng.normal(size=(40, 15))
    for shown in (2, 3):
        expected = np.linalg.norm(points @ frame[:, shown:], axis=1)
        assert np.allclose(distance_to_shown(points, frame[:, :shown]), expected)
