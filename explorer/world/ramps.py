"""Colours of numbers: where a value stands between two limits, and what colour that place has."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.geometry.colour import oklch_to_srgb
from explorer.types import Float64, Int32

STEPS = 256
"""Colours of the ramp of a continuous property."""

# Viridis (van der Walt and Smith 2015) in OKLab (lightness, a, b), from where it shows on a dark ground.
_VALUES = ((0.40, 0.030, -0.125), (0.50, -0.025, -0.080), (0.60, -0.085, -0.015), (0.74, -0.135, 0.085),
           (0.92, -0.040, 0.180))  # fmt: skip

# What cannot be trusted is what one looks for: the brightest, and warm. What can is calm and cool.
_TRUST = ((0.42, -0.030, -0.085), (0.53, -0.060, -0.060), (0.63, -0.010, 0.010), (0.72, 0.090, 0.100),
          (0.80, 0.090, 0.135))  # fmt: skip


@lru_cache(maxsize=1)
def ramp() -> Float64:
    """(STEPS, 3) sRGB 0 to 1: lightness rises linearly, all of it visible on a dark ground."""
    return _through(_VALUES, np.linspace(0.0, 1.0, STEPS))


@lru_cache(maxsize=1)
def trust_ramp() -> Float64:
    """(STEPS, 3) sRGB 0 to 1 for shares of 1: from glowing for none to calm for all, lightness falling.

    Half of the colours are spent on the lowest quarter: in three dimensions few of many neighbours can be kept.
    """
    return _through(_TRUST, 1.0 - np.sqrt(np.linspace(0.0, 1.0, STEPS)))


def steps(values: NDArray[np.floating], limits: tuple[float, float]) -> Int32:
    """Where numbers stand on the ramp, 0 to STEPS - 1; -1 for those that are not finite."""
    low, high = limits
    share = (np.asarray(values, np.float64) - low) / ((high - low) or 1.0)
    found = np.clip(np.nan_to_num(share, posinf=1.0, neginf=0.0) * STEPS, 0, STEPS - 1).astype(np.int32)
    return np.where(np.isfinite(values), found, -1).astype(np.int32)


def _through(stops: tuple[tuple[float, float, float], ...], at: Float64) -> Float64:
    """The colours at places 0 to 1 (n,) between the first stop's lightness and the last one's."""
    lightness, a, b = np.array(stops).T
    along = lightness[0] + (lightness[-1] - lightness[0]) * at
    green_red, blue_yellow = np.interp(along, lightness, a), np.interp(along, lightness, b)
    chroma, hue = np.hypot(green_red, blue_yellow), np.arctan2(blue_yellow, green_red)
    return oklch_to_srgb(np.stack([along, chroma, hue], axis=1))
