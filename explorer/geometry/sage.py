"""The radial correction ("sage") and the slice: two ways to see into what a projection piles up.

A ball of many dimensions projected onto three is dense in its middle: most of its volume falls there. Laa, Cook
and Lee (2022, "Burning Sage: reversing the curse of dimensionality in the visualization of high-dimensional
data", section 3) move each shown point along its own radius, from r to r', so that a uniform ball is shown as
a uniform ball. With F(r) the share of the volume of a p-ball of radius R that projects to within r,

    F(r) = I_x(d/2, (p - d)/2 + 1),  x = (r/R)^2,        r' = R F(r)^(1/d)

for d shown dimensions, I the regularised incomplete beta function; the paper's 1 - (1 - x)^(p/2) is d = 2. The
dimension p is ``gamma`` times 15, for data fill far fewer dimensions than they have. Beyond R nothing is moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from explorer.types import DIMS, SHOWN, Float32, Float64

SAMPLES = 256
"""Entries of the table that both the GPU and ``Radial.apply`` read."""

_FINE = 16  # steps of the integral for each entry


@dataclass(frozen=True, eq=False)
class Radial:
    """A radial correction as a table, so that everybody who computes places agrees to the last bit but rounding."""

    gains: Float32
    """(SAMPLES,) float32: r'/r at r/reach evenly from 0 to 1, the last one 1; between them r' is linear in r."""
    reach: float
    """Radius R, scene units; beyond it points keep their place."""

    def apply(self, offsets: Float64) -> Float64:
        """Shown places of points.

        Args:
            offsets: (..., 3) from the middle of their cloud, in any frame turned as a whole; scene units.

        Returns:
            (..., 3) float64, the same points as they are shown.
        """
        radii = np.linalg.norm(offsets, axis=-1, keepdims=True)  # (..., 1)
        steps = np.arange(SAMPLES)
        shown = np.interp(radii * ((SAMPLES - 1) / self.reach), steps, steps * self.gains) * self.reach / (SAMPLES - 1)
        inside = (radii > 0.0) & (radii < self.reach)
        return np.asarray(offsets * np.where(inside, shown / np.where(inside, radii, 1.0), 1.0), np.float64)


def radial(gamma: float, reach: float, amount: float = 1.0, flatness: float = 0.0) -> Radial | None:
    """The correction, eased.

    Args:
        gamma: share of the 15 dimensions that the data are taken to fill; 0.2 in three shown dimensions changes
            nothing.
        reach: radius R within which points are moved, scene units.
        amount: 0 leaves every point where it is, 1 is the whole correction.
        flatness: 0 for three shown dimensions, 1 for two.

    Returns:
        None when it changes nothing.
    """
    if amount <= 0.0 or reach <= 0.0:
        return None
    return _radial(round(gamma, 4), reach, round(amount, 4), round(flatness, 4))


@lru_cache(maxsize=8)
def _radial(gamma: float, reach: float, amount: float, flatness: float) -> Radial:
    solid = _gains(gamma * DIMS, SHOWN) if flatness < 1.0 else 0.0
    plane = _gains(gamma * DIMS, SHOWN - 1) if flatness > 0.0 else 0.0
    gains = 1.0 + amount * ((1.0 - flatness) * solid + flatness * plane - 1.0)  # (SAMPLES,)
    return Radial(np.asarray(gains, np.float32), reach)


@lru_cache(maxsize=32)
def _gains(dims: float, shown: int) -> Float64:
    """(SAMPLES,) r'/r for a ball of ``dims`` dimensions shown in ``shown``."""
    steps = _FINE * (SAMPLES - 1)
    middle = (np.arange(steps) + 0.5) / steps  # (steps,) of r / R
    # Volume over a place at r: a ball of p - d dimensions; in a shell of the shown space, r^(d - 1) of them.
    shell = middle ** (shown - 1) * (1.0 - middle**2) ** (max(dims - shown, 0.0) / 2.0)  # (steps,)
    inside = np.concatenate([[0.0], np.cumsum(shell)])[::_FINE] / shell.sum()  # (SAMPLES,) F
    places = np.linspace(0.0, 1.0, SAMPLES)
    gains = np.empty(SAMPLES)
    gains[1:] = inside[1:] ** (1.0 / shown) / places[1:]
    gains[0] = (steps / shown / shell.sum()) ** (1.0 / shown)  # the limit: F ~ r^d steps / (d sum)
    return gains


def distance_to_shown(points: Float64, basis: Float64) -> Float64:
    """How far points are from the shown space through the middle: what a slice is cut by.

    Laa, Cook and Valencia (2020, "A slice tour for finding hollowness in high-dimensional data"), equation 3,
    anchored at the middle.

    Args:
        points: (..., 15).
        basis: (15, 3) or (15, 2) column-orthonormal.

    Returns:
        (...,) norms of the parts orthogonal to the basis.
    """
    rest = points - (points @ basis) @ basis.T
    return np.asarray(np.linalg.norm(rest, axis=-1), np.float64)
