"""What happens on a worker in another process: how work arrives there, and how it is done.

Everything a task needs comes as bytes made here, not by Dask: paths in them are absolute, since a worker may have
been started in another folder, and code that is not installed travels with them.
"""

from __future__ import annotations

import asyncio
import io
import os
import pickle
import platform
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path, PurePath
from types import ModuleType
from typing import Any

import cloudpickle
import torch

from explorer import __version__
from explorer.builder.crew import stopped_by
from explorer.builder.model.source import RANDOM
from explorer.builder.options import ModelSpec
from explorer.errors import LayerflightError

_PATIENCE = 20
"""Looks at a folder, half a second apart, before a worker says that it does not see a file: network file systems
show new files late."""

_whole = threading.Lock()
"""Held by work that uses all cores of a worker, and hooks into a network that its threads share."""

_stops: dict[str, threading.Event] = {}
"""By build: set when it was interrupted."""


@dataclass(frozen=True)
class Shared:
    """Stands for a value that lies in a file, for all tasks that take it."""

    path: Path


@dataclass(frozen=True)
class Order:
    """One task on its way to a worker."""

    build: str
    """Told apart from those of other builds on the same cluster."""
    versions: tuple[tuple[str, str], ...]
    """What the build was started with, see ``versions``."""
    whole: bool
    """Whether the work takes all cores of a worker, or one."""
    threads: int
    """Of torch for such work; 0 for as many as the worker has."""
    work: bytes
    """Function and arguments."""


def carry_out(order: Order) -> Any:
    """Do a task; this is what Dask calls."""
    check_versions(order.versions, "a worker")
    with stopped_by(_stops.setdefault(order.build, threading.Event())):
        function, arguments = pickle.loads(order.work)
        resolved = tuple(_loaded(x.path) if isinstance(x, Shared) else x for x in arguments)
        if not order.whole:
            torch.set_num_threads(1)
            return function(*resolved)
        with _whole:
            torch.set_num_threads(order.threads or _own_threads())
            return function(*resolved)


async def stop(build: str) -> None:
    """End the tasks of an interrupted build at the next opportunity."""
    _stops.setdefault(build, threading.Event()).set()


async def forget(build: str) -> None:
    """Let go of what a finished build left in memory."""
    _stops.pop(build, None)
    _loaded.cache_clear()


async def look(path: str, content: str, wanted: tuple[tuple[str, str], ...]) -> str:
    """What is wrong with this worker for a build; empty when nothing is.

    Args:
        path: a file that the build has just written into its folder.
        content: of the file.
        wanted: see ``versions``.
    """
    try:
        check_versions(wanted, f"the worker on {platform.node()}")
    except LayerflightError as error:
        return str(error)
    for _ in range(_PATIENCE):
        try:
            if Path(path).read_text(encoding="utf-8") == content:
                return ""
        except OSError:
            pass
        await asyncio.sleep(0.5)
    return (
        f"the worker on {platform.node()} does not see {Path(path).parent}; all workers need the file system that "
        "the world is written to, under the same path"
    )


def versions() -> tuple[tuple[str, str], ...]:
    """Name and version of everything that the bytes of a world depend on."""
    libraries = ("torch", "numpy", "scipy", "pillow", "numba")
    own = (("python", ".".join(platform.python_version_tuple()[:2])), ("layerflight", __version__))
    return own + tuple((x, version(x)) for x in libraries)


def check_versions(wanted: tuple[tuple[str, str], ...], where: str) -> None:
    """Refuse a worker that would give other bytes.

    Raises:
        LayerflightError: it has other versions.
    """
    here = dict(versions())
    other = [f"{name} {here.get(name)} (the build: {theirs})" for name, theirs in wanted if here.get(name) != theirs]
    if other:
        raise LayerflightError(f"{where} has {', '.join(other)}; install the same versions on all workers")


def packed(value: Any) -> bytes:
    """A value as bytes that mean the same on every worker.

    Raises:
        LayerflightError: something in it cannot be sent, as an open file.
    """
    stream = io.BytesIO()
    try:
        with _sent_by_value(_uninstalled()):
            _Pickler(stream, pickle.HIGHEST_PROTOCOL).dump(value)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError, ValueError) as error:
        text = " ".join(str(error).split())
        raise LayerflightError(
            f"the model or the images cannot be sent to workers ({type(error).__name__}: {text[:200]}); name them "
            "(FILE.py:factory, a folder, a file), or build without --workers and --cluster"
        ) from error
    return stream.getvalue()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Makes paths absolute on the way."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, ModelSpec):
            return _spec, (_absolute_model(obj.model), _absolute_weights(obj.weights), obj.name)
        if isinstance(obj, PurePath) and not obj.is_absolute():
            return Path, (os.path.abspath(obj),)
        return super().reducer_override(obj)


def _spec(model: Any, weights: str | None, name: str) -> ModelSpec:
    return ModelSpec(model, None if weights is None else Path(weights), name)


def _absolute_model(model: Any) -> Any:
    """FILE.py:factory with the whole path; anything else as it is."""
    if not isinstance(model, str):
        return model
    place, _, factory = model.rpartition(":")
    return f"{os.path.abspath(place)}:{factory}" if place.endswith(".py") else model


def _absolute_weights(weights: Path | None) -> str | None:
    return None if weights is None else str(weights if weights == RANDOM else os.path.abspath(weights))


@contextmanager
def _sent_by_value(modules: list[ModuleType]) -> Iterator[None]:
    """Have cloudpickle send the code of some modules instead of their names."""
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def _uninstalled() -> list[ModuleType]:
    """The modules of this process that workers would not find: scripts and model files."""
    roots = tuple({os.path.realpath(sysconfig.get_path(x)) + os.sep for x in ("stdlib", "platlib", "purelib")})
    found: list[ModuleType] = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        known = name.partition(".")[0] in ("explorer", "__main__", "__mp_main__")  # cloudpickle knows __main__
        if isinstance(file, str) and not known and getattr(module, "__name__", "") == name:
            found += [] if os.path.realpath(file).startswith(roots) else [module]
    return found


@lru_cache(maxsize=2)
def _loaded(path: Path) -> Any:
    """A shared value, loaded once by each process."""
    with open(path, "rb") as file:
        return pickle.load(file)


def _own_threads() -> int:
    """Threads that the worker was started with."""
    from distributed import get_worker  # noqa: PLC0415 - optional, and there on every worker

    threads: int = get_worker().state.nthreads
    return threads
