"""What is made of each image's activation, while it is in the processor's cache: one read where torch takes several.

Every image is worked on by itself and in a fixed order, so it comes out the same whatever batch it comes in and
whoever works on it. Compiled functions have no annotations: numba finds the types, and no coverage sees them run.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

_SIGN = np.int32(0x7FFFFFFF)
"""All bits of a float32 but its sign: as integers these are ordered as absolute values are, NaN above infinity."""

_LEAST = np.float32(1e-35)
"""Smaller activations are shown as zeros: one step of them would have no inverse."""


def in_parts(pool: ThreadPoolExecutor | None, parts: int, function: Callable[..., None], *arrays: NDArray[Any]) -> None:
    """Call ``function`` on parts of ``arrays``, cut alike along their first axes, all at once.

    Args:
        pool: does all parts but one; None to have everything done by the calling thread.
        parts: how many.
        function: lets go of the interpreter lock.
        arrays: all of one length (B, ...).
    """
    count = len(arrays[0])
    parts = 1 if pool is None else max(1, min(parts, count))
    cuts = [slice(count * i // parts, count * (i + 1) // parts) for i in range(parts)]
    others = [pool.submit(function, *(x[cut] for x in arrays)) for cut in cuts[1:]] if pool is not None else []
    function(*(x[cuts[0]] for x in arrays))
    for future in others:
        future.result()


@numba.njit(nogil=True, cache=True)
def take_images(maps, rows, codes, peaks, zeros, scales):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Everything that is kept of a batch.

    Args:
        maps: (B, C, h, w) float32 activations.
        rows: (B, C, h', w') float32, to be filled with their averages over windows; none (0 channels) if not wanted.
        codes: (B, C, h'', w'') int8, to be filled with their averages in steps of a scale; none as well.
        peaks: (B,) float32, gets the largest absolute values of ``maps``: not finite where one of them is not.
        zeros: (B,) float32, gets the shares of zeros in ``maps``.
        scales: (B,) float32, gets the steps: 1/127 of the largest absolute average.
    """
    pooled = np.empty(codes.shape[1:], np.float32)
    for i in range(len(maps)):
        peaks[i], zeros[i] = _peak_and_zeros(maps[i])
        if not np.isfinite(peaks[i]):
            continue
        if rows.shape[1]:
            _average(maps[i], rows[i])
        if codes.shape[1] == 0:
            continue
        shown, peak = maps[i], peaks[i]
        if codes.shape[2:] != maps.shape[2:]:
            _average(maps[i], pooled)
            shown, peak = pooled, _peak_and_zeros(pooled)[0]
        scales[i] = peak / np.float32(127) if peak > _LEAST else np.float32(0)
        _quantise(shown, scales[i], codes[i])


@numba.njit(nogil=True, cache=True)
def average_images(maps, pooled):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Fill ``pooled`` (B, C, h', w') with averages of ``maps`` (B, C, h, w), both float32."""
    for i in range(len(maps)):
        _average(maps[i], pooled[i])


@numba.njit
def _peak_and_zeros(values):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Largest absolute value, not finite where one of them is not, and the share of zeros (of either sign)."""
    bits = values.reshape(-1).view(np.int32)
    peak, filled = np.zeros(1, np.int32), np.int64(0)
    for begin in range(0, len(bits), 1 << 16):
        part = bits[begin : begin + (1 << 16)]
        largest, some = np.int32(0), np.int32(0)
        for j in range(len(part)):  # written so that the compiler does 16 at once: six times as fast as by max()
            size = np.int32(part[j] & _SIGN)
            largest = size if size > largest else largest
            some += np.int32(size != 0)
        peak[0], filled = max(peak[0], largest), filled + some
    share = (len(bits) - filled) / max(1, len(bits))
    return peak.view(np.float32)[0], np.float32(share)


@numba.njit
def _quantise(values, scale, codes):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Values in steps of ``scale``, rounded to the nearest."""
    source, target = values.reshape(-1), codes.reshape(-1)
    inverse = np.float32(1) / scale if scale > 0 else np.float32(0)
    for j in range(len(source)):
        target[j] = np.int8(np.rint(source[j] * inverse))


@numba.njit
def _average(values, pooled):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Averages (C, h', w') of ``values`` (C, h, w) over the windows of ``adaptive_avg_pool2d``."""
    channels, height, width = values.shape
    tall, wide = pooled.shape[1:]
    if (tall, wide) == (height, width):
        pooled[:] = values
        return
    if (2 * tall, 2 * wide) == (height, width):
        _halve(values, pooled)
        return
    line = np.empty(width, np.float32)
    lefts, rights = _windows(width, wide)
    for c in range(channels):
        for y in range(tall):
            top, bottom = y * height // tall, -((y + 1) * height // -tall)
            source = values[c, top]
            for x in range(width):
                line[x] = source[x]
            for row in range(top + 1, bottom):
                source = values[c, row]
                for x in range(width):
                    line[x] += source[x]
            target = pooled[c, y]
            for x in range(wide):
                left, right = lefts[x], rights[x]
                total = line[left]
                for j in range(left + 1, right):
                    total += line[j]
                target[x] = total / np.float32((bottom - top) * (right - left))


@numba.njit
def _halve(values, pooled):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Averages of 2x2 windows, the most usual ones: as ``_average`` finds them, to the bit, and eight times as fast."""
    channels, tall, wide = pooled.shape
    for c in range(channels):
        for y in range(tall):
            above, below, target = values[c, 2 * y], values[c, 2 * y + 1], pooled[c, y]
            for x in range(wide):
                left, right = above[2 * x] + below[2 * x], above[2 * x + 1] + below[2 * x + 1]
                target[x] = (left + right) * np.float32(0.25)


@numba.njit
def _windows(length, count):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Begin and end of each window (count,)."""
    steps = np.arange(count)
    return steps * length // count, -((steps + 1) * length // -count)
