"""Perceptual colour maps in which zero is exactly black, for activations on a dark ground.

Lightness (in OKLab) rises linearly with the value; hue follows viridis, whose dark end is drawn on
to black, or, for signed values, blue below zero and orange above it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.geometry.colour import oklch_to_srgb
from explorer.types import Float32, Float64, UInt8

STEPS = 255
"""Colours from zero to the limit, zero not counted."""

# OKLab (lightness, a, b) along viridis (van der Walt and Smith 2015), from black.
_VIRIDIS = ((0.0, 0.0, 0.0), (0.30, 0.085, -0.090), (0.43, 0.010, -0.105), (0.59, -0.085, -0.020),
            (0.74, -0.135, 0.085), (0.91, -0.045, 0.180))  # fmt: skip
_ABOVE = ((0.0, 0.0, 0.0), (0.30, 0.080, 0.060), (0.55, 0.115, 0.115), (0.75, 0.060, 0.135), (0.94, 0.005, 0.070))
_BELOW = ((0.0, 0.0, 0.0), (0.30, 0.005, -0.120), (0.55, -0.030, -0.150), (0.75, -0.060, -0.095), (0.94, -0.025, -0.02))


def _ramp(stops: tuple[tuple[float, float, float], ...]) -> Float64:
    """(STEPS + 1, 3) sRGB 0 to 1: lightness linear, a and b interpolated over it."""
    lightness, a, b = np.array(stops).T
    along = np.linspace(0.0, lightness[-1], STEPS + 1)
    green_red, blue_yellow = np.interp(along, lightness, a), np.interp(along, lightness, b)
    chroma, hue = np.hypot(green_red, blue_yellow), np.arctan2(blue_yellow, green_red)
    ramp = oklch_to_srgb(np.stack([along, chroma, hue], axis=1))
    ramp[0] = 0.0
    return ramp


@lru_cache(maxsize=2)
def table(signed: bool) -> UInt8:
    """The colours (STEPS + 1, 3) from zero to the limit, or (2 STEPS + 1, 3) from minus the limit."""
    ramp = np.vstack([_ramp(_BELOW)[:0:-1], _ramp(_ABOVE)]) if signed else _ramp(_VIRIDIS)
    colours = np.asarray(np.round(ramp * 255), dtype=np.uint8)
    colours.flags.writeable = False
    return colours


def indices(values: Float32, limit: NDArray[np.float32] | float, signed: bool) -> NDArray[np.intp]:
    """Where each value stands in ``table(signed)``; what is not finite counts as zero."""
    scale = STEPS / np.maximum(np.asarray(limit, dtype=np.float32), np.float32(1e-30))
    steps = np.rint(np.nan_to_num(values, posinf=0.0, neginf=0.0) * scale)
    low = -STEPS if signed else 0
    return np.asarray(np.clip(steps, low, STEPS) - low, dtype=np.intp)
