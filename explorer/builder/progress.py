"""How far a build is: a small protocol, silence for tests, and a live display in the terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as RichProgress

from explorer.builder.pace import Pace, TimeLeft


class Progress(Protocol):
    """What a build tells about itself. Stages follow one another."""

    def start(self, stage: str, total: float) -> None:
        """A stage begins, of ``total`` steps."""

    def advance(self, steps: float, detail: str = "") -> None:
        """Steps done; ``detail`` says at what (a layer, a rate).

        Steps need not be whole: a piece of work counts by what it is expected to cost.
        """

    def reuse(self, steps: float) -> None:
        """Steps that an earlier run did: they take no time, and say nothing of how long the others take."""

    def inside(self, part: str, done: int, total: int) -> None:
        """Work of another kind inside a stage, whose own steps wait until ``done`` is ``total``."""

    def finish(self) -> None:
        """The stage is over."""

    def note(self, line: str) -> None:
        """A line worth keeping: a skipped file, the accuracy, the summary."""


class Silent:
    """Says nothing, keeps the notes and the names of the stages; what tests pass."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.stages: list[str] = []

    def start(self, stage: str, total: float) -> None:
        self.stages.append(stage)

    def advance(self, steps: float, detail: str = "") -> None:
        pass

    def reuse(self, steps: float) -> None:
        pass

    def inside(self, part: str, done: int, total: int) -> None:
        pass

    def finish(self) -> None:
        pass

    def note(self, line: str) -> None:
        self.notes.append(line)


class Terminal:
    """A bar per stage with what is being done, steps, time so far and time left."""

    def __init__(self, console: Console | None = None) -> None:
        console = console or Console(stderr=True)
        self._bars = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description:<8}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeLeft(),
            TextColumn("{task.fields[detail]}", style="dim"),
            console=console,
            disable=not console.is_terminal,  # a log file gets the notes alone
        )
        self._stage: _Bar | None = None
        self._part: _Bar | None = None

    @classmethod
    @contextmanager
    def shown(cls, console: Console | None = None) -> Iterator[Terminal]:
        """A display that is taken down however the work ends; of what was broken off no bar stays."""
        self = cls(console)
        with self._bars:
            try:
                yield self
            except BaseException:
                for bar in (self._stage, self._part):
                    if bar is not None:
                        bar.remove()
                raise

    def start(self, stage: str, total: float) -> None:
        self._stage = _Bar(self._bars, stage, total)

    def advance(self, steps: float, detail: str = "") -> None:
        if self._stage is not None:
            self._stage.advance(steps, detail)

    def reuse(self, steps: float) -> None:
        if self._stage is not None:
            self._stage.shrink(steps)

    def inside(self, part: str, done: int, total: int) -> None:
        if self._part is None:
            self._part, before = _Bar(self._bars, part, total), 0.0
            if self._stage is not None:
                self._stage.pace.pause()
        else:
            before = self._part.done
        self._part.advance(done - before)
        if done >= total:
            self._part.finish()
            self._part = None
            if self._stage is not None:
                self._stage.pace.resume()

    def finish(self) -> None:
        if self._stage is not None:
            self._stage.finish()
        self._stage = None

    def note(self, line: str) -> None:
        self._bars.console.print(line, markup=False, highlight=False, soft_wrap=True)


class _Bar:
    """One line of the display; none where there is nothing to do."""

    def __init__(self, bars: RichProgress, name: str, total: float) -> None:
        self.pace = Pace(total)
        self._bars, self._total = bars, total
        self._task = bars.add_task(name, total=total, detail="", pace=self.pace, visible=total > 0)

    @property
    def done(self) -> float:
        return self.pace.done

    def advance(self, steps: float, detail: str = "") -> None:
        self.pace.advance(steps)
        self._bars.update(self._task, advance=steps, detail=detail)

    def shrink(self, steps: float) -> None:
        self.pace.forget(steps)
        self._total -= steps
        self._bars.update(self._task, total=self._total, visible=self._total > 0)

    def finish(self) -> None:
        # Parts of steps may fall short of the total by a rounding error.
        self._bars.update(self._task, completed=self._total, detail="")
        self._bars.stop_task(self._task)

    def remove(self) -> None:
        self._bars.remove_task(self._task)


class Stopwatch:
    """Seconds per stage, in the order the stages began."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, time.perf_counter() - begin)

    def add(self, stage: str, seconds: float) -> None:
        """Seconds that were taken elsewhere, as by a worker."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
