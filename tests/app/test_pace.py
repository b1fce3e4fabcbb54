"""The budget of points follows the time that frames take, on any machine."""

from __future__ import annotations

import pytest

from explorer.app.pace import START, Pace


def run(pace: Pace, total: int, points_per_second: float, overhead: float = 0.004, frames: int = 300) -> list[float]:
    """Seconds of each frame of a machine that draws so many points in a second, waiting for 60 Hz."""
    took = []
    for _ in range(frames):
        points = int(min(pace.budget, total))
        took.append(max(1 / 60, overhead + points / points_per_second))
        pace.after(took[-1], points)
    return took


@pytest.mark.parametrize("speed", [1e6, 3e6, 6e6])
def test_a_slow_machine_holds_the_frame_rate(speed: float) -> None:
    took = run(Pace(), 1_050_000, speed)
    assert max(took[100:]) < 1 / 20
    assert min(took[100:]) > 1 / 60  # and does not draw less than it could


def test_a_quick_machine_draws_everything() -> None:
    pace = Pace()
    run(pace, 1_050_000, 1e9)
    assert pace.budget >= 1_050_000


def test_it_rests_once_it_fits() -> None:
    pace = Pace()
    run(pace, 1_050_000, 3e6)
    settled = pace.budget
    run(pace, 1_050_000, 3e6, frames=50)
    assert pace.budget == pytest.approx(settled, rel=0.1)


def test_a_stall_costs_little() -> None:
    pace = Pace()
    run(pace, 1_050_000, 1e9)
    before = pace.budget
    pace.after(5.0, 1_050_000)
    assert pace.budget > 0.5 * before


def test_a_small_world_is_never_cut() -> None:
    pace = Pace()
    run(pace, 30_000, 1e6)
    assert pace.budget >= min(START, 30_000)
