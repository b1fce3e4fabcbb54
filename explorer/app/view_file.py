"""Keeps the saved views of a session in their world's file: read when it begins, written whenever they change."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from explorer.errors import ViewError
from explorer.store.views import View, read_views, write_views
from explorer.world import intents as say
from explorer.world.state import AppState


class ViewFile:
    """The views of one world. A file that cannot be read is left as it is.

    Args:
        world: the world's folder.
    """

    def __init__(self, world: Path) -> None:
        self._world = world
        self._worker = ThreadPoolExecutor(1, "views")
        self._writing: list[Future[None]] = []
        self._kept: tuple[View, ...] | None = None
        self._unread = ""

    def follow(self, state: AppState) -> list[say.Intent]:
        """Answers the views that were kept, the first time; then writes those that are new, without waiting."""
        if self._kept is None:
            return self._begin()
        if state.touring.views is not self._kept:
            self._kept = state.touring.views
            if self._unread:
                return [say.Notify(self._unread)]
            self._writing.append(self._worker.submit(write_views, self._world, self._kept))
        return self._failures()

    def close(self) -> None:
        """Finishes what is being written."""
        self._worker.shutdown()

    def _begin(self) -> list[say.Intent]:
        try:
            self._kept = read_views(self._world)
        except ViewError as error:
            self._kept, self._unread = (), str(error)
            return [say.RestoreViews(self._kept), say.Notify(self._unread)]
        return [say.RestoreViews(self._kept)]

    def _failures(self) -> list[say.Intent]:
        done = [future for future in self._writing if future.done()]
        self._writing = [future for future in self._writing if not future.done()]
        errors = [future.exception() for future in done]
        for error in errors:
            if error is not None and not isinstance(error, ViewError):
                raise error
        return [say.Notify(str(error)) for error in errors if error is not None]
