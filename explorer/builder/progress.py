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
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress


class Progress(Protocol):
    """What a build tells about itself. Stages follow one another."""

    def start(self, stage: str, total: float) -> None:
        """A stage begins, of ``total`` steps."""

    def advance(self, steps: float, detail: str = "") -> None:
        """Steps done; ``detail`` says at what (a layer, a rate)."""

    def finish(self) -> None:
        """The stage is over."""

    def note(self, line: str) -> None:
        """A line worth keeping: a skipped file, the accuracy, the summary."""


class Silent:
    """Says nothing, keeps the notes and the seconds of each stage; what tests pass."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.stages: list[str] = []

    def start(self, stage: str, total: float) -> None:
        self.stages.append(stage)

    def advance(self, steps: float, detail: str = "") -> None:
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
            TextColumn("{task.description:<10}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[detail]}", style="dim"),
            console=console,
            disable=not console.is_terminal,  # a log file gets the notes alone
        )
        self._task: TaskID | None = None

    @classmethod
    @contextmanager
    def shown(cls, console: Console | None = None) -> Iterator[Terminal]:
        """A display that is taken down however the work ends."""
        self = cls(console)
        with self._bars:
            yield self

    def start(self, stage: str, total: float) -> None:
        self._task = self._bars.add_task(stage, total=total, detail="")

    def advance(self, steps: float, detail: str = "") -> None:
        if self._task is not None:
            self._bars.update(self._task, advance=steps, detail=detail)

    def finish(self) -> None:
        if self._task is not None:
            self._bars.update(self._task, detail="")
            self._bars.stop_task(self._task)
        self._task = None

    def note(self, line: str) -> None:
        self._bars.console.print(line, markup=False, highlight=False, soft_wrap=True)


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
