"""How many points a frame may draw, so that frames come quickly enough: learnt from how long they take."""

from __future__ import annotations

START = 200_000.0
"""Points of the first frames: what two processor cores draw in time; a graphics card soon allows everything."""

_SLOW, _QUICK = 1 / 24, 1 / 40
"""Seconds per frame above which the budget shrinks, and below which it grows."""
_GOAL = 1 / 30
_FEWEST = 30_000.0
"""Points that a frame may always draw: fewer would gain little beside all else a frame does."""
_MEMORY = 0.2
"""Weight of the latest frame in the mean."""
_LONGEST = 0.25
"""Seconds: a stall (a dragged window, a sleep, a layer that is loaded) is no measure."""


class Pace:
    """A budget that follows the time frames take: quickly down, slowly up, and not at all in between."""

    def __init__(self) -> None:
        self.budget = START
        """Points that a frame may draw."""
        self._seconds = _GOAL

    def after(self, seconds: float, points: int) -> float:
        """The budget after a frame.

        Args:
            seconds: from its beginning to the next one's.
            points: that it drew.
        """
        self._seconds += _MEMORY * (min(seconds, _LONGEST) - self._seconds)
        if self._seconds > _SLOW:
            # Where fewer points are in view than the budget allows, that is what was too much.
            self.budget = max(_FEWEST, min(self.budget, 1.2 * points) * max(0.85, _GOAL / self._seconds))
        elif self._seconds < _QUICK:
            self.budget = max(self.budget, min(1.05 * self.budget, 2.0 * points))
        return self.budget
