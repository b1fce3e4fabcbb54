"""Who does the work: this process, several on this machine, or the workers of a Dask cluster.

Work is cut into tasks that leave their results in files; who does a task makes no difference to them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, Protocol, TypeVar

import torch

AT_ONCE = 4
"""Shards of images worked on at once in one process: each holds its images' activations."""

_stop = threading.Event()
"""Set while a build of this process is being interrupted: its threads end at the next opportunity."""

_own_stop: ContextVar[threading.Event] = ContextVar("_own_stop", default=_stop)
"""The same for the task of this thread, where a worker does those of several builds."""

_T = TypeVar("_T")


class Interrupted(Exception):
    """Raised in a thread whose build was interrupted; nobody sees it but the pool."""


def check_interrupted() -> None:
    """To be called every now and then by long work in threads."""
    if _own_stop.get().is_set():
        raise Interrupted


@contextmanager
def stopped_by(event: threading.Event) -> Iterator[None]:
    """Let ``event`` end the work done meanwhile in this thread."""
    token = _own_stop.set(event)
    try:
        yield
    finally:
        _own_stop.reset(token)


@dataclass(frozen=True)
class Task:
    """One piece of work."""

    function: Callable[..., Any]
    """Importable by name, for workers in other processes."""
    arguments: tuple[Any, ...]
    after: tuple[Hashable, ...] = ()
    """Names of the tasks that must be done before."""


class Crew(Protocol):
    """Workers for the two kinds of work."""

    def share(self, value: _T) -> _T:
        """``value`` in the form in which tasks should be given it: sent once, however many tasks take it."""

    def on_images(self, side_by_side: bool = False) -> AbstractContextManager[Executor]:
        """For work that can use all cores by itself, as a forward pass does.

        Args:
            side_by_side: whether several may be done at once; each with fewer cores, they wait less for one another.
        """

    def on_layers(self) -> AbstractContextManager[Executor]:
        """For work that uses one core: as many at once as there are cores."""


class Alone:
    """This process and its threads."""

    def share(self, value: _T) -> _T:
        """As it is."""
        return value

    def on_images(self, side_by_side: bool = False) -> AbstractContextManager[Executor]:
        """A few threads that share torch's; or one task after another, in the calling thread."""
        threads = torch.get_num_threads()
        at_once = min(threads, AT_ONCE)
        return self._in_threads(at_once, threads // at_once) if side_by_side and at_once > 1 else nullcontext(_Serial())

    def on_layers(self) -> AbstractContextManager[Executor]:
        """A thread per core; torch takes one core in each, so that results do not depend on their number."""
        return self._in_threads(cores(), 1)

    @contextmanager
    def _in_threads(self, count: int, each: int) -> Iterator[Executor]:
        """Threads, ``each`` with so many of torch's."""
        before = torch.get_num_threads()
        torch.set_num_threads(each)
        pool = ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(each,))
        try:
            yield pool
        except BaseException:
            _stop.set()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            _stop.clear()
            torch.set_num_threads(before)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_tasks(
    executor: Executor,
    tasks: Mapping[Hashable, Task],
    done: Callable[[Hashable, Any], None] = lambda name, result: None,
) -> dict[Hashable, Any]:
    """Run tasks, each as soon as those before it are done.

    Args:
        executor: does them.
        tasks: by name.
        done: told of each as it is done, in the calling thread.

    Returns:
        The results by name. The first exception of a task is raised when it happens; the others are cancelled.
    """
    order = TopologicalSorter({name: task.after for name, task in tasks.items()})
    order.prepare()
    results: dict[Hashable, Any] = {}
    running: dict[Future[Any], Hashable] = {}

    def settle(future: Future[Any]) -> None:
        name = running.pop(future)
        results[name] = future.result()
        done(name, results[name])
        order.done(name)

    try:
        while order.is_active():
            for name in order.get_ready():
                future = executor.submit(tasks[name].function, *tasks[name].arguments)
                running[future] = name
                if future.done():  # done by this thread: it is told at once, and if it failed, no other is begun
                    settle(future)
            for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
                settle(future)
    finally:
        for future in running:
            future.cancel()
    return results


class _Serial(Executor):
    """Runs each task when it is submitted, in the calling thread: Ctrl-C then stops it at once."""

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        future: Future[_T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # raised where the result is asked for, as by any executor
            future.set_exception(error)
        return future
