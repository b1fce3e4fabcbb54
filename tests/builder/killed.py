"""Builds one world again and again in forked processes, killed at some moment and resumed; prints what came of it.

Run with a folder and the number of kills of each kind. Everything is imported and compiled once, before the forks,
so a kill costs a fraction of a second.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from explorer.builder.activations import shards
from explorer.builder.options import BuildOptions
from explorer.builder.pipeline import build_world
from explorer.store.read import open_world, verify_world
from explorer.store.swap import beside
from tests.builder.tiny import content, many

TOUCHING = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate", "shutil.rmtree"}
"""Audit events of everything that changes a folder; each comes just before the deed."""

Kill = Callable[[Callable[[], None]], int]
"""Runs work in a process of its own that may be killed; returns how it ended."""


def forked(work: Callable[[], None], after: float | None = None) -> int:
    """Do some work in a process of its own, killed ``after`` so many seconds; returns how it ended."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(deed: int, folder: Path, work: Callable[[], None], log: Path | None = None) -> Callable[[], None]:
    """Work that kills itself just before its n-th deed in a folder; the number of deeds is written to ``log``."""
    count = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if event not in TOUCHING or not str(arguments[0]).startswith(str(folder)):
            return
        if event != "open" or set(str(arguments[1])) & set("wa+"):
            count += 1
            if count == deed:
                os.kill(os.getpid(), signal.SIGKILL)

    def run() -> None:
        sys.addaudithook(hook)
        work()
        if log is not None:
            log.write_text(str(count))

    return run


def once(asked: BuildOptions, before: Path | None, kills: list[Kill]) -> dict[str, Any]:
    """A build that is killed, as often as there are kills, and then resumed.

    Args:
        asked: the build.
        before: a world to be there already, None for none.
        kills: run work that does not come to its end.
    """
    folder = asked.output.parent
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if before is not None:
        shutil.copytree(before, asked.output)
    killed = [kill(lambda: build_world(asked) and None) == -signal.SIGKILL for kill in kills]
    places = (asked.output, beside(asked.output, ".partial") / "old")
    lost = before is not None and not any(readable(x) for x in places)
    resumed = forked(lambda: build_world(asked) and None)
    left = sorted(x.name for x in folder.iterdir() if x != asked.output)
    return {"killed": killed, "lost": lost, "resumed": resumed == 0, "left": left}


def readable(world: Path) -> bool:
    """Whether there is a whole world."""
    try:
        open_world(world)
        verify_world(world)
    except Exception:
        return False
    return True


def main(folder: Path, kills: int) -> None:
    """Print a JSON list with what every killed build came to: ``kills`` at deeds, as many at moments."""
    shards.SHARD, shards.SAMPLE = 64, 256
    asked = many(folder)
    fresh = build_world(replace(asked, output=folder / "fresh" / "t.world")).path  # compiles everything, too
    other = replace(asked, output=folder / "other" / "t.world", embed=replace(asked.embed, min_dist=0.5))
    before = build_world(other).path
    asked = replace(asked, output=folder / "killed" / "t.world")
    wanted, rng, results = content(fresh), random.Random(0), []
    for old in (None, before):
        log = folder / "deeds"
        counted: Kill = lambda work, log=log: forked(killed_at(-1, asked.output.parent, work, log))  # noqa: E731
        begin = time.perf_counter()
        once(asked, old, [counted])
        seconds, deeds = (time.perf_counter() - begin) / 2, int(log.read_text())
        half = kills // 2
        for i in range(half):
            points = [rng.randrange(deeds * i // half, deeds * (i + 1) // half) + 1, rng.randrange(deeds // 2) + 1]
            times = [rng.uniform(seconds * i / half, seconds * (i + 1) / half), rng.uniform(0, seconds / 2)]
            by_deed = [_by_deed(x, asked.output.parent) for x in points[: 1 + i % 2]]
            by_time = [_by_time(x) for x in times[: 1 + i % 2]]
            for kind, at, of in ((by_deed, points, deeds), (by_time, times, seconds)):
                result = once(asked, old, kind)
                equal = content(asked.output) == wanted
                results.append(result | {"equal": equal, "at": at[: 1 + i % 2], "of": of, "old": old is not None})
    print(json.dumps(results))


def _by_deed(deed: int, folder: Path) -> Kill:
    return lambda work: forked(killed_at(deed, folder, work))


def _by_time(seconds: float) -> Kill:
    return lambda work: forked(work, seconds)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
