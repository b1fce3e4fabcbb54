"""How much of each category is shown: what is hidden or not hovered in the legend fades, and comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from explorer.types import Float32
from explorer.world.colouring import Colouring

FAINT = 0.12
"""How much is left of the others while one category is hovered in the legend."""

_SECONDS = 0.22
"""From all to nothing."""


@dataclass(frozen=True)
class Fading:
    """The fade of every category of the colouring."""

    hovered: int | None = None
    """The category under the cursor in the legend."""
    key: str = ""
    """Of the colouring that ``amounts`` belongs to."""
    amounts: Float32 | None = None
    """(K + 1,) 0 hidden to 1 shown, the last for what is not known; None before the first frame."""


def amounts(fading: Fading, colouring: Colouring, hidden: frozenset[int]) -> Float32:
    """How much of each category is shown now, (K + 1,) 0 to 1."""
    if fading.amounts is None or fading.key != colouring.key:
        return _goal(fading, colouring, hidden)
    return fading.amounts


def advance(fading: Fading, colouring: Colouring, hidden: frozenset[int], dt: float) -> Fading:
    """The fades ``dt`` seconds later; the same object where nothing changes."""
    now, goal = amounts(fading, colouring, hidden), _goal(fading, colouring, hidden)  # (K + 1,) each
    if fading.amounts is not None and fading.key == colouring.key and np.array_equal(now, goal):
        return fading
    step = np.float32(dt / _SECONDS)
    return replace(fading, key=colouring.key, amounts=now + np.clip(goal - now, -step, step))


def attention(fading: Fading, colouring: Colouring, hidden: frozenset[int]) -> float:
    """How far one category is brought out before the others, 0 to 1: as far another emphasis has to stand back."""
    visible = np.delete(amounts(fading, colouring, hidden), [x for x in hidden if x < len(colouring.colours)])
    if len(visible) < 2:
        return 0.0
    return float(np.clip((1.0 - np.partition(visible, -2)[-2]) / (1.0 - FAINT), 0.0, 1.0))


def _goal(fading: Fading, colouring: Colouring, hidden: frozenset[int]) -> Float32:
    """(K + 1,) where the fades are going. What is hidden stays so, hovered or not: a click is seen at once."""
    count, hovered = len(colouring.colours), fading.hovered
    filtered = hovered is not None and hovered < count and hovered not in hidden
    goal = np.full(count, FAINT if filtered else 1.0, np.float32)
    if filtered:
        goal[hovered] = 1.0
    goal[[label for label in hidden if label < count]] = 0.0
    return goal
