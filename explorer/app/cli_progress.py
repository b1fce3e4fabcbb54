"""What a command shows while it works: a live display, lines of JSON for scripts, or silence."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from explorer.builder.progress import Progress

JSON = "--json"
"""The option that asks for JSON on standard output, errors included."""


class JsonLines:
    """One JSON object a line: ``start``, ``advance``, ``reuse``, ``finish`` of a stage, ``note``, ``done``."""

    def __init__(self, stream: IO[str], quiet: bool = False) -> None:
        """Write to ``stream``; without ``advance`` if ``quiet``."""
        self._stream, self._quiet = stream, quiet

    def start(self, stage: str, total: float) -> None:
        """A stage begins, of ``total`` steps."""
        self._stage, self._done, self._total = stage, 0.0, total
        self.tell("start", stage=stage, total=total)

    def advance(self, steps: float, detail: str = "") -> None:
        """Steps done."""
        self._done += steps
        if not self._quiet:
            self.tell("advance", stage=self._stage, done=round(self._done, 6), total=self._total, detail=detail)

    def reuse(self, steps: float) -> None:
        """Steps that an earlier run did."""
        if steps:
            self._total -= steps
            self.tell("reuse", stage=self._stage, steps=steps, total=self._total)

    def inside(self, part: str, done: int, total: int) -> None:
        """Work of another kind inside a stage."""
        if not self._quiet:
            self.tell("advance", stage=self._stage, part=part, done=done, total=total)

    def finish(self) -> None:
        """The stage is over."""
        self.tell("finish", stage=self._stage)

    def note(self, line: str) -> None:
        """A line worth keeping."""
        self.tell("note", text=line)

    def tell(self, event: str, **fields: Any) -> None:
        """Print one object."""
        print(json.dumps({"event": event} | fields), file=self._stream, flush=True)


def tell_error(text: str, code: int) -> None:
    """Say for scripts why a command ends; nothing where no JSON was asked for."""
    if JSON in sys.argv[1:]:
        print(json.dumps({"event": "error", "text": text, "code": code}), flush=True)


@contextmanager
def own_output() -> Iterator[IO[str]]:
    """Standard output for ourselves alone: what a model or a library prints meanwhile goes to standard error.

    Also what is printed by code that is not Python, and by processes started meanwhile.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    before, sys.stdout = sys.stdout, sys.stderr
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(kept), "w", encoding="utf-8") as stream:
            yield stream
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        sys.stdout = before


@contextmanager
def shown_progress(
    quiet: bool, as_json: bool = False, kept: Callable[[], str] = lambda: "nothing was finished"
) -> Iterator[Progress]:
    """The display of a build; Ctrl-C is told what is ``kept``."""
    from explorer.builder.progress import Silent, Terminal

    with interruptible(kept):
        if as_json:
            with own_output() as stream:
                yield JsonLines(stream, quiet)
        elif quiet:
            silent = Silent()
            yield silent
            for note in silent.notes:  # what was left out, and how well the network did, is no progress
                print(note, file=sys.stderr)
        else:
            with Terminal.shown() as shown:
                yield shown


@contextmanager
def interruptible(consolation: Callable[[], str]) -> Iterator[None]:
    """Ctrl-C ends the command with one line and the shell's usual code."""
    try:
        yield
    except KeyboardInterrupt:
        line = f"interrupted; {consolation()}"
        print(f"layerflight: {line}", file=sys.stderr)
        tell_error(line, 130)
        raise typer.Exit(130) from None


def console_for(stderr: bool = False) -> Console:
    """Where tables go: as wide as the terminal; in a pipe so wide that every column has room."""
    from rich.console import Console

    console = Console(stderr=stderr)
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(stderr=stderr, width=200)
