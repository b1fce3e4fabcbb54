"""Intents about the tour: how the 15 dimensions are turned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PauseTour:
    """Pause or resume the Grand Tour; None toggles."""

    paused: bool | None = None


@dataclass(frozen=True)
class SetTourSpeed:
    """Geodesic speed of the tour."""

    speed: float
    """Radians per second."""


TourIntent = PauseTour | SetTourSpeed
