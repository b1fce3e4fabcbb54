"""What a command shows while it works: a live display, lines of JSON for scripts, or silence."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from explorer.builder.progress import Progress


class JsonLines:
    """One JSON object a line on standard output: ``start``, ``advance``, ``finish`` of a stage, ``note``, ``done``."""

    def start(self, stage: str, total: float) -> None:
        """A stage begins, of ``total`` steps."""
        self._stage, self._done, self._total = stage, 0.0, total
        self.tell("start", stage=stage, total=total)

    def advance(self, steps: float, detail: str = "") -> None:
        """Steps done."""
        self._done += steps
        self.tell("advance", stage=self._stage, done=self._done, total=self._total, detail=detail)

    def reuse(self, steps: float) -> None:
        """Steps that an earlier run did."""
        if not steps:
            return
        self._total -= steps
        self.tell("reuse", stage=self._stage, steps=steps, total=self._total)

    def inside(self, part: str, done: int, total: int) -> None:
        """Work of another kind inside a stage."""
        self.tell("advance", stage=self._stage, part=part, done=done, total=total)

    def finish(self) -> None:
        """The stage is over."""
        self.tell("finish", stage=self._stage)

    def note(self, line: str) -> None:
        """A line worth keeping."""
        self.tell("note", text=line)

    def tell(self, event: str, **fields: Any) -> None:
        """Print one object."""
        print(json.dumps({"event": event} | fields), flush=True)


@contextmanager
def shown_progress(quiet: bool, as_json: bool = False) -> Iterator[Progress]:
    """The display of a build; Ctrl-C is told what is kept."""
    from explorer.builder.progress import Silent, Terminal

    with interruptible("what is finished is kept, the same command goes on from there"):
        if as_json:
            yield JsonLines()
        elif quiet:
            silent = Silent()
            yield silent
            for note in silent.notes:  # what was left out, and how well the network did, is no progress
                print(note, file=sys.stderr)
        else:
            with Terminal.shown() as shown:
                yield shown


@contextmanager
def interruptible(consolation: str) -> Iterator[None]:
    """Ctrl-C ends the command with one line and the shell's usual code."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"layerflight: interrupted; {consolation}", file=sys.stderr)
        raise typer.Exit(130) from None
