"""Runs a pass over the images: the sample first, then the axes, then everything else."""

from __future__ import annotations

import time
from collections.abc import Hashable
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
    with crew.on_images() as executor:
        run_tasks(executor, {x: Task(find_shard, (shared, x)) for x in sampled}, tally)
    with crew.on_layers() as executor, watch("images: axes"):
        run_tasks(executor, {x: Task(find_axes, (shared, x)) for x in range(len(work.layers))})
    with crew.on_images() as executor:
        rest = every[work.shards.sampled :]
        run_tasks(executor, {x: Task(find_shard, (shared, x)) for x in rest}, tally)
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
        self._begin, self._images = time.perf_counter(), 0
        self.skipped: list[tuple[str, str]] = []
        self.read = 0

    def __call__(self, name: Hashable, result: Any) -> None:
        found: Found = result
        self.skipped += found.skipped
        check_skipped(self.skipped, self._total)
        self.read += found.images - len(found.skipped)
        for part, seconds in found.seconds.items():
            self._watch.add(f"images: {part}", seconds)
        self._images += found.images if found.seconds else 0  # those of an interrupted run cost nothing
        rate = self._images / (time.perf_counter() - self._begin)
        self._progress.advance(found.images, f"{rate:.0f} images/s")
