"""Small arithmetic that the rules share."""

from __future__ import annotations


def toggled(now: bool, wanted: bool | None) -> bool:
    """The new value of a switch; None turns it over."""
    return not now if wanted is None else wanted


def within(value: float, bounds: tuple[float, float]) -> float:
    """The value, or the bound that it exceeds."""
    return min(max(value, bounds[0]), bounds[1])


def towards(amount: float, on: bool, dt: float, seconds: float = 0.45) -> float:
    """A fade ``dt`` seconds later: from 0 to 1 or back at constant rate, in ``seconds`` all the way."""
    return min(1.0, amount + dt / seconds) if on else max(0.0, amount - dt / seconds)
