"""Runs what the state asks for around the selection: files of the world, tables, growing; one after the other."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.app.again import open_again
from explorer.config import pictures_folder
from explorer.errors import LayerflightError
from explorer.recorder.screenshot import unused_path
from explorer.store import selections as files
from explorer.store.exchange import export_selection, import_selection
from explorer.store.read import World
from explorer.store.selections import Saved
from explorer.types import UInt8
from explorer.world import errands, nearby
from explorer.world import intents as say
from explorer.world.selection import ADD, REPLACE, SUBTRACT
from explorer.world.state import AppState


@dataclass(frozen=True)
class _Outcome:
    """What came of a job; the same as in ``FinishErrand``."""

    caught: UInt8 | None = None
    how: str = REPLACE
    saved: tuple[Saved, ...] | None = None
    notice: str = ""


class Errands:
    """The errands of one session.

    Args:
        path: the world's folder.
        images: how many there are.
    """

    def __init__(self, path: Path, images: int) -> None:
        self._path, self._images = path, images
        self._world: World | None = None
        self._worker = ThreadPoolExecutor(1, "errands")
        self._running: list[tuple[int, Future[_Outcome]]] = []
        self._last = 0
        self._send(errands.Errand(0, errands.ListSaved()))

    def follow(self, state: AppState) -> list[say.Intent]:
        """Sets off what was asked for since the last frame; answers what is done."""
        for errand in state.selecting.errands:
            if errand.number > self._last:
                self._last = errand.number
                self._send(errand)
        done = [(number, future.result()) for number, future in self._running if future.done()]
        self._running = [(number, future) for number, future in self._running if not future.done()]
        return [say.FinishErrand(number, x.caught, x.how, x.saved, x.notice) for number, x in done]

    def wait(self) -> None:
        """Until everything that was set off is done; the next ``follow`` answers it."""
        for _, future in self._running:
            future.result()

    def close(self) -> None:
        """Finishes what is being written, drops the rest."""
        self._worker.shutdown(cancel_futures=True)

    def _send(self, errand: errands.Errand) -> None:
        self._running.append((errand.number, self._worker.submit(self._done, errand.job)))

    def _done(self, job: errands.Job) -> _Outcome:
        try:
            return self._do(job)
        except LayerflightError as error:
            return _Outcome(notice=str(error))

    def _do(self, job: errands.Job) -> _Outcome:
        path = self._path
        match job:
            case errands.ListSaved():
                return self._listed("")
            case errands.Save(name, selection):
                name = files.save_selection(path, name, selection.images)
                return self._listed(f"Saved “{name}”: {selection.count:,} images")
            case errands.Load(name, how):
                return _Outcome(nearby.listed(files.load_selection(path, name), self._images), how)
            case errands.Rename(old, new):
                files.rename_selection(path, old, new)
                return self._listed("")
            case errands.Delete(name):
                files.delete_selection(path, name)
                return self._listed(f"Deleted “{name}”")
            case errands.Export(stem, suffix, selection):
                target = export_selection(
                    self._opened, selection.images, unused_path(pictures_folder(), files.slug(stem), suffix)
                )
                return _Outcome(notice=f"Saved {target.name}: {selection.count:,} images")
            case errands.Import(name, how):
                there = Path(os.path.expanduser(name))  # that of Path raises where a home is not known
                found = import_selection(self._opened, there)
                return _Outcome(nearby.listed(found.images, self._images), how, notice=found.report)
            case errands.Grow(layer, selection):
                return _Outcome(nearby.grown(self._opened.embedding(layer), selection.mask), ADD)
            case errands.Shrink(layer, selection):
                kept = nearby.shrunk(self._opened.embedding(layer), selection.mask)
                return _Outcome((selection.mask > kept).view(np.uint8), SUBTRACT)

    def _listed(self, notice: str) -> _Outcome:
        return _Outcome(saved=files.list_selections(self._path), notice=notice)

    @property
    def _opened(self) -> World:
        """The world, opened once more for the worker alone."""
        if self._world is None:
            self._world = open_again(self._path, self._images)
        return self._world
