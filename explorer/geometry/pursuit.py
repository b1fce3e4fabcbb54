"""Projection pursuit: a tour guided uphill on an index, from where it stands.

A conjugate gradient search on the Grassmann manifold (Edelman, Arias and Smith 1998, section 3.4; directions
of Polak and Ribière, carried along by projection) looks a few steps ahead. The leg goes straight to a late one of
these places, if the geodesic from here climbs all the way, or else to the first, which lies on a geodesic that was
searched. So the index never falls from one accepted place to the next. Where all steps together gain nothing worth
while is an optimum, and the tour stays (the geodesic search of tourr, Wickham, Cook, Hofmann and Buja 2011, stops
likewise).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from explorer.geometry.aims import Aim
from explorer.geometry.indices import Index
from explorer.geometry.rotation import separation
from explorer.types import Float64

GAIN = 1e-4
"""A search that raises the index by less is not worth while."""
_STEPS = 6
"""Steps looked ahead."""
_REACH = 0.9
"""Radians looked ahead."""
_TRIAL = 0.1
"""Radians of the first trial along a direction."""
_LONGEST_TRIAL = 0.8
"""Radians of the longest."""
_CHECKS = np.linspace(0.0, 1.0, 7)
"""Shares of a leg at which it must climb."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Guided(Aim):
    """Uphill on an index."""

    index: Index

    ends: ClassVar[bool] = True

    def target(self, rotation: Float64, rng: np.random.Generator) -> Float64 | None:
        """The place the next leg climbs to; None at an optimum."""
        return ascent(self.index, rotation[:, : self.shown])


def ascent(index: Index, basis: Float64) -> Float64 | None:
    """A basis (15, k) with a higher index, straight uphill where there is one; None where there is nothing to gain."""
    ahead = list(_climb(index, basis))
    if not ahead or index.value(ahead[-1]) - index.value(basis) < GAIN:
        return None
    while len(ahead) > 1 and not _climbs(index, basis, ahead[-1]):
        ahead = ahead[: (len(ahead) + 1) // 2]
    return ahead[-1]


def _climb(index: Index, basis: Float64) -> Iterator[Float64]:
    """Places one above the other, each found on a geodesic from the one before."""
    place, value = basis, index.value(basis)
    gradient = direction = index.gradient(place)  # (15, k)
    for _ in range(_STEPS):
        size = float(np.linalg.norm(direction))
        if size < 1e-12:
            return
        length, value_there = _along(index, place, direction / size, value)
        if length == 0.0:
            return
        before, place = gradient, moved(place, direction / size, length)
        yield place
        if value_there - value < GAIN / 10 or separation(basis, place) > _REACH:
            return
        value, gradient = value_there, index.gradient(place)
        before, direction = _horizontal(place, before), _horizontal(place, direction)
        share = float((gradient * (gradient - before)).sum() / max((before**2).sum(), 1e-300))
        direction = gradient + max(0.0, share) * direction
        if float((direction * gradient).sum()) <= 0.0:
            direction = gradient


def _along(index: Index, place: Float64, direction: Float64, value: float) -> tuple[float, float]:
    """How far to go along a direction of unit length, and the index there: near its first maximum; (0, value) if none.

    A trial length is doubled while the index rises, or shortened until it does; then a parabola through the
    best three is asked once.
    """
    low, best, best_value, length = 0.0, 0.0, value, _TRIAL
    low_value = value
    found = index.value(moved(place, direction, length))
    while found > best_value and length < _LONGEST_TRIAL:
        low, low_value, best, best_value = best, best_value, length, found
        length *= 2.0
        found = index.value(moved(place, direction, length))
    while best == 0.0 and length > 1e-4:
        if found > value:
            best, best_value = length, found
            break
        high, high_value = length, found
        length /= 4.0
        found = index.value(moved(place, direction, length))
        if found > value:
            best, best_value, length, found = length, found, high, high_value
            break
    if best == 0.0:
        return 0.0, value
    peak = _peak((low, best, length), (low_value, best_value, found))
    peak_value = index.value(moved(place, direction, peak)) if low < peak < length else value
    return (peak, peak_value) if peak_value > best_value else (best, best_value)


def _peak(x: tuple[float, float, float], y: tuple[float, float, float]) -> float:
    """Where the parabola through three points has its maximum; the middle one where it has none."""
    left, right = (y[1] - y[0]) / (x[1] - x[0] or 1.0), (y[2] - y[1]) / (x[2] - x[1] or 1.0)
    bend = (right - left) / (x[2] - x[0])
    return x[1] if bend >= 0.0 else (x[0] + x[1]) / 2 - left / (2 * bend)


def moved(basis: Float64, direction: Float64, length: float) -> Float64:
    """The basis (15, k) some way along the geodesic in a horizontal direction (15, k) of unit Frobenius norm.

    Edelman, Arias and Smith (1998), equation 2.65.
    """
    left, rates, right = np.linalg.svd(direction, full_matrices=False)  # (15, k), (k,), (k, k)
    turned = rates * length  # (k,)
    return np.asarray((basis @ right.T * np.cos(turned) + left * np.sin(turned)) @ right)


def _horizontal(basis: Float64, direction: Float64) -> Float64:
    """The part (15, k) of a direction that is orthogonal to the basis."""
    return np.asarray(direction - basis @ (basis.T @ direction))


def _climbs(index: Index, basis: Float64, target: Float64) -> bool:
    """Whether the index rises all the way along the geodesic between two planes."""
    direction, length = _direction(basis, target)
    values = np.array([index.value(moved(basis, direction, share * length)) for share in _CHECKS])
    return bool((np.diff(values) >= 0.0).all())


def _direction(basis: Float64, target: Float64) -> tuple[Float64, float]:
    """The unit direction (15, k) in which the geodesic to the span of ``target`` begins, and its length in radians."""
    left, cosines, right = np.linalg.svd(basis.T @ target)
    residual = target @ right.T - basis @ left * cosines  # (15, k)
    sines = np.linalg.norm(residual, axis=0)  # (k,)
    angles = np.arctan2(sines, cosines)  # (k,)
    length = float(np.linalg.norm(angles))
    heads = residual / np.where(sines > 1e-12, sines, 1.0)  # (15, k)
    return np.asarray(heads * angles @ left.T / max(length, 1e-300)), length
