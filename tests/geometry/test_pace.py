"""Easing by its laws: smooth, never faster than asked, exact whatever the frame rate."""

import numpy as np
import pytest

from explorer.geometry import pace as paces
from explorer.geometry.pace import Pace


@pytest.mark.parametrize("pace", [Pace(0.0), Pace(-paces.REST), Pace(0.37, 0.8), Pace(1.0, 0.2), Pace(0.9, 1.0)])
@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("near", [0.1, 0.65, 1.0])
def test_many_steps_are_one_step(pace: Pace, running: bool, near: float) -> None:
    once, whole = paces.advance(pace, 1.7, running, near)
    parts, now = 0.0, pace
    for seconds in np.diff([0.0, *np.sort(np.random.default_rng(0).uniform(0, 1.7, 40)), 1.7]):
        now, part = paces.advance(now, seconds, running, near)
        parts += part
    assert parts == pytest.approx(whole, abs=1e-13)
    assert (now.on, now.near) == pytest.approx((once.on, once.near), abs=1e-13)


def test_the_way_is_the_integral_of_the_speed() -> None:
    pace, times = Pace(-0.1, 0.3), np.linspace(0.0, 1.2, 100_001)
    shares = np.array([paces.advance(pace, t, True, 0.9)[0].share for t in times[::100]])
    integral = float(np.trapezoid(shares, times[::100]))
    assert paces.advance(pace, 1.2, True, 0.9)[1] == pytest.approx(integral, abs=1e-6)


def test_starts_and_stops_are_smooth_and_end() -> None:
    def shares(pace: Pace, running: bool) -> np.ndarray:
        return np.array([paces.advance(pace, t, running)[0].share for t in np.linspace(0, 0.6, 601)])

    start, stop = shares(Pace(0.0), True), shares(Pace(), False)
    assert start[0] == 0.0
    assert start[-1] == 1.0
    assert stop[0] == 1.0
    assert stop[-1] == 0.0
    assert np.abs(np.diff(start, 2)).max() < 5e-5  # no kink in the speed
    assert (np.diff(start) >= 0).all()
    assert np.allclose(start + stop, 1.0)
    assert paces.until_rest(Pace(0.6)) == pytest.approx(0.6 * paces.START_SECONDS)
    assert paces.advance(Pace(0.6), paces.until_rest(Pace(0.6)), False)[0].share == 0.0


def test_a_hand_is_followed_by_a_rest() -> None:
    rested, way = paces.advance(Pace(-paces.REST), paces.REST * paces.START_SECONDS - 1e-9, True)
    assert way == 0.0
    assert rested.share == 0.0
    assert paces.advance(rested, 0.1, True)[1] > 0.0


def test_never_faster_than_asked() -> None:
    rng = np.random.default_rng(3)
    pace = Pace(0.0)
    for _ in range(500):
        near = float(rng.uniform(0.1, 1.0))
        pace, way = paces.advance(pace, 0.02, bool(rng.random() < 0.8), near)
        assert 0.0 <= way <= 0.02 + 1e-15
        assert 0.0 <= pace.share <= 1.0
