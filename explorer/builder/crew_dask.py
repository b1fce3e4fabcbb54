"""Workers in other processes: several of this machine, or those of a Dask cluster. They write what they find
themselves; this process hands out tasks of a few hundred bytes and hears that they are done."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import uuid4

from explorer.builder.activations.passes import write_durably
from explorer.builder.crew import Alone, Crew, cores
from explorer.builder.crew_clients import local_client, quiet, remote_client
from explorer.errors import LayerflightError

if TYPE_CHECKING:
    from distributed import Client

GRACE = 60.0
"""Seconds that a build waits for new workers after it has lost all."""

_LOOK = 1.0
"""Seconds between two looks at whether there still are workers."""

_FETCH = 5.0
"""Seconds that the answer of a finished task may take before the scheduler is looked for."""

_T = TypeVar("_T")


@contextmanager
def crew_for(workers: int | None, cluster: str | None, folder: Path) -> Iterator[Crew]:
    """The workers that were asked for, for as long as a build lasts.

    Args:
        workers: processes on this machine; None for none but this one.
        cluster: address of a Dask scheduler; None for none.
        folder: the build's own, which all workers must see.

    Raises:
        LayerflightError: Dask is missing, the scheduler does not answer, or its workers cannot do this build.
    """
    if workers is None and cluster is None:
        yield Alone()
        return
    if workers is not None and cluster is not None:
        raise LayerflightError("--workers starts processes here, --cluster uses those of a scheduler; give one of them")
    if workers is not None and workers < 1:
        raise LayerflightError(f"--workers should be at least 1, found {workers}")
    place = Path(folder).absolute() / "shared"
    place.mkdir(parents=True, exist_ok=True)
    quiet()
    try:
        where = f"the {workers} worker processes" if cluster is None else f"the cluster at {cluster}"
        opened = local_client(workers or 1, place) if cluster is None else remote_client(cluster)
        with opened as client:
            yield from _at_work(DaskCrew(client, place, where, max(1, cores() // workers) if workers else 0))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _at_work(crew: DaskCrew) -> Iterator[Crew]:
    """A crew that is told when the build ends, and stopped when it is interrupted."""
    try:
        crew.check()
        yield crew
    except BaseException:
        crew.end(interrupted=True)
        raise
    crew.end(interrupted=False)


class DaskCrew:
    """Workers behind a Dask scheduler."""

    def __init__(self, client: Client, place: Path, where: str, threads: int) -> None:
        """Use the workers of ``client``.

        Args:
            client: connected.
            place: folder for what tasks share, seen by all workers.
            where: what the workers are called in a message.
            threads: torch's in a worker for work that uses all cores; 0 for as many as it was started with.
        """
        self._client, self._place, self._where, self._threads = client, place, where, threads
        self._build = uuid4().hex

    def share(self, value: _T) -> _T:
        """A reference to ``value``, which is put into the build's folder once."""
        from explorer.builder.crew_worker import Shared, packed  # noqa: PLC0415 - cloudpickle is optional

        data = packed(value)
        path = self._place / hashlib.sha256(data).hexdigest()
        if not path.exists():
            write_durably(path, data)
        return cast(_T, Shared(path))

    def on_images(self, side_by_side: bool = False) -> AbstractContextManager[Executor]:
        """One task at a time on each worker, with all its cores."""
        return self._executor(whole=True)

    def on_layers(self) -> AbstractContextManager[Executor]:
        """A task on each thread of each worker."""
        return self._executor(whole=False)

    def check(self) -> None:
        """Ask all workers whether they can do this build.

        Raises:
            LayerflightError: they do not see its folder, or have other versions.
        """
        from explorer.builder.crew_worker import look, versions  # noqa: PLC0415

        file = self._place / f"look-{self._build}"
        write_durably(file, self._build.encode())
        answers = self._client.run(look, str(file), self._build, versions(), on_error="return")
        for worker, answer in answers.items():
            if not isinstance(answer, str):  # Dask wraps what a worker cannot even import
                raise LayerflightError(
                    f"the worker {worker} of {self._where} cannot take part ({' '.join(str(answer).split())[:200]}); "
                    "install the same layerflight, with all that the model needs, on all workers"
                )
            if answer:
                raise LayerflightError(answer)

    def end(self, interrupted: bool) -> None:
        """Free the workers of this build: at once, when it was interrupted."""
        from explorer.builder.crew_worker import forget, stop  # noqa: PLC0415

        if self._client.status != "running":  # nobody is left to hear it
            return
        with suppress(Exception):
            self._client.run(stop if interrupted else forget, self._build, wait=False, on_error="ignore")

    @contextmanager
    def _executor(self, whole: bool) -> Iterator[Executor]:
        from explorer.builder.crew_worker import Order, carry_out, packed, versions  # noqa: PLC0415

        same = versions()

        def order(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
            asked = Order(self._build, same, whole, self._threads, packed((function, arguments)))
            key = f"{function.__name__}-{uuid4().hex}"
            return self._client.submit(carry_out, asked, key=key, pure=False)

        executor = _Remote(order, self._client, self._where)
        try:
            yield executor
        finally:
            executor.shutdown()


class _Remote(Executor):
    """Futures of Dask as those of the standard library, none of which waits for workers that are gone."""

    def __init__(self, order: Callable[[Callable[..., Any], tuple[Any, ...]], Any], client: Client, where: str) -> None:
        self._order, self._client, self._where = order, client, where
        self._pending: dict[Future[Any], Any] = {}
        self._lock, self._over = threading.Lock(), threading.Event()
        threading.Thread(target=self._watch, name="workers", daemon=True).start()

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        mine: Future[_T] = Future()
        theirs = self._order(fn, args)
        with self._lock:
            self._pending[mine] = theirs
        mine.add_done_callback(lambda future: theirs.cancel() if future.cancelled() else None)
        theirs.add_done_callback(lambda future: self._settle(mine, future))
        return mine

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._over.set()

    def _settle(self, mine: Future[Any], theirs: Any) -> None:
        """Hand on what became of a task."""
        try:
            self._set(mine, self._result(theirs), None)
        except CancelledError:
            self._set(mine, None, self._lost("the scheduler is gone"))
        except BaseException as raised:
            self._set(mine, None, self._plain(raised))

    def _result(self, theirs: Any) -> Any:
        """What a task gave. A scheduler that goes between the end of a task and this would never hand it out."""
        while True:
            try:
                return theirs.result(timeout=_FETCH)
            except TimeoutError:
                if theirs.status == "error":  # the task's own
                    raise
                if self._client.status != "running":
                    raise CancelledError from None

    def _plain(self, error: BaseException) -> BaseException:
        """What a person should read."""
        if type(error).__name__ != "KilledWorker":
            return error
        return self._lost(
            "several workers died one after another of the same task, most likely for want of memory; give each more "
            "memory, or the build a smaller --batch"
        )

    def _lost(self, why: str) -> LayerflightError:
        return LayerflightError(f"{self._where}: {why}. What is finished is kept, the same command goes on from there")

    def _set(self, mine: Future[Any], result: Any, error: BaseException | None) -> None:
        with self._lock:
            if self._pending.pop(mine, None) is None or not mine.set_running_or_notify_cancel():
                return
        if error is None:
            mine.set_result(result)
        else:
            mine.set_exception(error)

    def _watch(self) -> None:
        """Give up when there have been no workers for a while."""
        alone = 0.0
        while not self._over.wait(_LOOK):
            with suppress(Exception):  # a scheduler that is gone is told by the futures
                alone = 0.0 if self._client.nthreads() else alone + _LOOK
            if alone >= GRACE:
                for mine in list(self._pending):
                    self._set(mine, None, self._lost(f"all workers are gone, and none came back within {GRACE:.0f} s"))
