"""The level of detail of what is stored shuffled: a prefix of it, whose last part shrinks so that nothing pops."""

from __future__ import annotations

import math

UNLIMITED = 1e30
"""Where the prefix ends for things that are all shown in full."""

_FULL = 0.85
"""Share of a prefix that is not shrunk: the shaders of points and threads know it, too."""


def prefix(wanted: float, total: int) -> tuple[int, float]:
    """What is drawn of a number of things, and where they have shrunk to nothing.

    Both grow evenly with what is wanted. Towards the whole the end moves on beyond it, so that the last things are of
    full size when all are there.

    Args:
        wanted: how many should be seen.
        total: how many there are.

    Returns:
        How many are drawn, a few more than wanted near the whole; and the end, for the shader.
    """
    if wanted >= total:
        return total, UNLIMITED
    late = max(0.0, (wanted / total - _FULL) / (1.0 - _FULL))  # 0 to 1 over the last part of the way
    end = wanted + late * (total / _FULL - total)
    return min(total, math.ceil(end)), end
