"""Runs a pass over the images: the sample first, then the axes, then everything else."""

from __future__ import annotations

import itertools
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from explorer.builder.activations.merge import find_axes
from explorer.builder.activations.passes import Pass, write_durably
from explorer.builder.activations.shard import Found, check_skipped, find_shard
from explorer.builder.crew import Crew, Task, run_tasks
from explorer.builder.progress import Progress, Stopwatch
from explorer.errors import ImagesError

COMPLETE = "complete"
"""File that marks a pass, or a folder of pictures, as finished."""


def extract(work: Pass, crew: Crew, progress: Progress, watch: Stopwatch) -> None:
    """Find all shards of a pass; those that an interrupted run finished are used again.

    Args:
        work: the pass.
        crew: does it.
        progress: told of every shard.
        watch: gets the seconds of each part of the work.

    Raises:
        ImagesError: too many images cannot be read, or they differ in size.
        ModelError: the network refuses them, or an activation is not finite.
    """
    work.begin()
    shared = crew.share(work)
    tally = _Tally(work, progress, watch)
    progress.start("images", len(work.images))
    sampled, every = range(work.shards.sampled), range(len(work.shards))
    with crew.on_images(work.network.copies) as executor, tally.sharing_time():
        run_tasks(executor, {x: Task(find_shard, (shared, x)) for x in sampled}, tally)
    with crew.on_layers() as executor, watch("images: axes"):
        axes: dict[Hashable, Task] = {x: Task(find_axes, (shared, x)) for x in range(len(work.layers))}
        found = itertools.count(1)
        progress.inside("axes", 0, len(axes))
        run_tasks(executor, axes, lambda name, result: progress.inside("axes", next(found), len(axes)))
    with crew.on_images(work.network.copies) as executor, tally.sharing_time():
        rest = every[work.shards.sampled :]
        run_tasks(executor, {x: Task(find_shard, (shared, x)) for x in rest}, tally)
    tally.tell_reused()
    progress.finish()
    if tally.read == 0:
        name, why = tally.skipped[0]
        raise ImagesError(f"none of the {len(work.images)} images can be read ({name}: {why})")
    for folder in (work.folder, work.pictures):
        if folder is not None:
            write_durably(folder / COMPLETE, b"")


class _Tally:
    """Counts finished shards."""

    def __init__(self, work: Pass, progress: Progress, watch: Stopwatch) -> None:
        self._total, self._progress, self._watch = len(work.images), progress, watch
        self._begin, self._images, self._reused = time.perf_counter(), 0, 0
        self._parts: dict[str, float] = {}
        self.skipped: list[tuple[str, str]] = []
        self.read = 0

    @contextmanager
    def sharing_time(self) -> Iterator[None]:
        """Share the time that passes meanwhile among the parts of the work, as the shards' own clocks say: of those
        that are worked on side by side, each has its own."""
        begin = time.perf_counter()
        yield
        share = min(1.0, (time.perf_counter() - begin) / max(1e-9, sum(self._parts.values())))
        for part, seconds in self._parts.items():
            self._watch.add(f"images: {part}", seconds * share)
        self._parts.clear()

    def __call__(self, name: Hashable, result: Any) -> None:
        found: Found = result
        self.skipped += found.skipped
        check_skipped(self.skipped, self._total)
        self.read += found.images - len(found.skipped)
        for part, seconds in found.seconds.items():
            self._parts[part] = self._parts.get(part, 0.0) + seconds
        if not found.seconds:  # done by an interrupted run
            self._reused += found.images
            self._progress.reuse(found.images)
            return
        self.tell_reused()
        self._images += found.images
        rate = self._images / (time.perf_counter() - self._begin)
        self._progress.advance(found.images, f"{rate:.0f} images/s")

    def tell_reused(self) -> None:
        """Say once how much of an interrupted run is used again; its shards come before the others."""
        if self._reused:
            whole = f"{self._reused:,} of {self._total:,}"
            self._progress.note(f"{whole} images of the interrupted build are used again")
        self._reused = 0
