"""How fast the tour goes at a moment: eased starts and stops, and slower near by. Exact whatever the frame rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

START_SECONDS = 0.5
"""From rest to full speed, or back."""
REST = 0.3
"""Share of that time that passes after a change by hand before the tour moves again."""
_BRAKE = 1.0
"""The most that the share of the speed kept near by changes in a second."""
_NODES, _WEIGHTS = (-math.sqrt(0.6), 0.0, math.sqrt(0.6)), (5 / 9, 8 / 9, 5 / 9)


@dataclass(frozen=True)
class Pace:
    """The share of its speed that the tour goes at, 0 to 1: smoothstep(on) times near."""

    on: float = 1.0
    """0 at rest to 1 at speed; rises and falls at constant rate. Below 0: resting after a change by hand."""
    near: float = 1.0
    """Share of the speed kept when the eye is near; follows what is wanted at a limited rate."""

    @property
    def share(self) -> float:
        """Share of the speed now."""
        return _smooth(self.on) * self.near


def advance(pace: Pace, seconds: float, running: bool, near: float = 1.0) -> tuple[Pace, float]:
    """The pace a while later, and the seconds at full speed that would lead as far.

    Args:
        pace: now.
        seconds: of real time.
        running: whether it should start or stop.
        near: the share of the speed wanted, 0 to 1.
    """
    wanted = 1.0 if running else 0.0
    if (pace.on, pace.near) == (wanted, near):  # nearly always
        return pace, seconds * pace.share
    travelled = 0.0
    for duration in _pieces(pace, seconds, wanted, near):
        later = _later(pace, duration, wanted, near)
        # The product of a cubic and a line: three points of Gauss and Legendre are exact up to degree five.
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            travelled += weight / 2 * duration * _later(pace, (1 + node) / 2 * duration, wanted, near).share
        pace = later
    return pace, travelled


def until_rest(pace: Pace) -> float:
    """Seconds that a stop takes from here."""
    return max(0.0, pace.on) * START_SECONDS


def _pieces(pace: Pace, seconds: float, wanted: float, near: float) -> list[float]:
    """Lengths in seconds that make up ``seconds``, within each of which both parts of the pace are polynomials."""
    marks = {abs(wanted - pace.on) * START_SECONDS, abs(near - pace.near) / _BRAKE, -pace.on * START_SECONDS}
    knots = [0.0, *sorted(mark for mark in marks if 0.0 < mark < seconds), seconds]
    return [after - before for before, after in pairwise(knots)]


def _later(pace: Pace, seconds: float, wanted: float, near: float) -> Pace:
    return Pace(
        _towards(pace.on, wanted, seconds / START_SECONDS),
        _towards(pace.near, near, seconds * _BRAKE),
    )


def _towards(value: float, wanted: float, most: float) -> float:
    return min(value + most, wanted) if wanted > value else max(value - most, wanted)


def _smooth(t: float) -> float:
    """Smoothstep: 0 to 1 without velocity at either end."""
    t = min(1.0, max(0.0, t))
    return t * t * (3.0 - 2.0 * t)
