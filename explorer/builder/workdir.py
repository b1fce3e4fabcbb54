"""The folder a build works in: what is finished there is found again by the next run.

``NAME.world.partial/`` holds the lock; ``passes/`` with a folder per pass over the images and ``pictures/``, in
shards; ``embedded/``, a file per finished layer; and ``world/``, put together from those in the end. All but the
last are named by a hash of everything they were computed from, so nothing stale is ever used.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from explorer.builder.activations.extract import COMPLETE


class WorkDir:
    """One build's folder, locked by the caller. As a context manager it leaves nothing when nothing was finished."""

    def __init__(self, partial: Path) -> None:
        self.partial = partial
        self.world = partial / "world"
        self.passes = partial / "passes"
        self.pictures = partial / "pictures"
        self.embedded = partial / "embedded"
        for folder in (self.passes, self.pictures, self.embedded):
            folder.mkdir(exist_ok=True)
        for left in partial.rglob("*.new"):  # of writers that were killed
            left.unlink(missing_ok=True)

    def __enter__(self) -> WorkDir:
        return self

    def __exit__(self, *exception: object) -> None:
        if not any(self.passes.glob("*/*.npz")) and not any(self.embedded.glob("*.npz")):
            self.discard()

    def begin_world(self) -> None:
        """An empty world folder: what an interrupted run put there is put there anew."""
        shutil.rmtree(self.world, ignore_errors=True)
        self.world.mkdir()

    def complete_passes(self, answers: str) -> Iterator[tuple[Path, list[str]]]:
        """Folders of finished passes with these answers, and the keys of the layers in each."""
        for folder in sorted(self.passes.glob(f"{answers[:16]}-*")):
            if (folder / COMPLETE).exists():
                try:
                    keys = [str(x) for x in json.loads((folder / "layers.json").read_bytes())]
                except (OSError, ValueError):  # damaged: as if it were not finished
                    continue
                yield folder, keys

    def discard(self) -> None:
        """Remove the folder with everything in it."""
        shutil.rmtree(self.partial, ignore_errors=True)
