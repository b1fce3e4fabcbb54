"""How long a stage of a build still takes, from its own work so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from rich.progress import ProgressColumn, Task
from rich.text import Text


class Pace:
    """Steps done and seconds spent on them; a stage that waits for one inside it spends none meanwhile.

    The time left is told from the whole stage, not from its last seconds: layers that are embedded side by side are
    done in bursts. Steps are worth what they cost (see ``Progress.advance``), so quick ones promise nothing.
    """

    def __init__(self, total: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin now, with ``total`` steps to do; ``clock`` gives seconds."""
        self._clock, self._total = clock, total
        self.done = 0.0
        """Steps."""
        self._spent, self._since = 0.0, clock()
        self._running = True
        self._told: tuple[float, float] | None = None
        """Seconds left, and the seconds spent when that was found."""

    @property
    def spent(self) -> float:
        """Seconds of its own."""
        return self._spent + (self._clock() - self._since if self._running else 0.0)

    def advance(self, steps: float) -> None:
        """Steps were done."""
        self.done += steps
        if steps > 0:
            left = max(0.0, self._total - self.done) * self.spent / self.done
            self._told = (left, self.spent)

    def forget(self, steps: float) -> None:
        """That many steps need not be done."""
        self._total -= steps

    def pause(self) -> None:
        """Something else is being done."""
        self._spent, self._running = self.spent, False

    def resume(self) -> None:
        """It goes on."""
        self._since, self._running = self._clock(), True

    @property
    def left(self) -> float | None:
        """Seconds left, None while nothing is known: counted down from the last step, at least one."""
        if self._told is None:
            return None
        left, then = self._told
        return max(1.0, left - (self.spent - then))


class TimeLeft(ProgressColumn):
    """Shows ``Pace.left`` of a bar, which holds it in its field ``pace``."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        """Hours, minutes and seconds; nothing of a stage that is over."""
        if task.finished:
            return Text("")
        left = task.fields["pace"].left
        return Text("-:--:-- left" if left is None else f"{timedelta(seconds=round(left))} left", style="cyan")
