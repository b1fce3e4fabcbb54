"""Starts worker processes on this machine, or finds the scheduler of a cluster; Dask is imported only here."""

from __future__ import annotations

import asyncio
import logging
import signal
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import LayerflightError

if TYPE_CHECKING:
    from distributed import Client

CONNECT = 10.0
"""Seconds in which a scheduler must answer, and have a worker."""

_CLOSE = 2.0
"""Seconds that a scheduler has to say goodbye."""

_INSTALL = "--workers and --cluster need Dask, which is not installed; run: pip install 'layerflight[cluster]'"


@contextmanager
def local_client(workers: int, place: Path) -> Iterator[Client]:
    """Processes of this machine, gone with this one."""
    try:
        from distributed import LocalCluster  # noqa: PLC0415
    except ImportError as error:
        raise LayerflightError(_INSTALL) from error
    try:
        with _deaf_to_ctrl_c():
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, memory_limit=None, host="127.0.0.1",
                dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False},  # else it wants port 8787
                silence_logs=logging.CRITICAL, local_directory=str(place),
            )  # fmt: skip
    except (RuntimeError, OSError) as error:
        raise LayerflightError(
            f"the {workers} worker processes did not start ({' '.join(str(error).split())}); in a script, what builds "
            'must stand below `if __name__ == "__main__":`'
        ) from error
    with cluster, _connected(cluster) as client:
        yield client


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Threads and processes started meanwhile, and those they start, leave Ctrl-C to this thread.

    A terminal sends it to all processes of a command. It is not lost here: it comes when this is over.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # with the first process it would be started, and unblock the signal again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def remote_client(address: str) -> Iterator[Client]:
    """The workers of a scheduler that runs somewhere."""
    try:
        import distributed  # noqa: F401, PLC0415
    except ImportError as error:
        raise LayerflightError(_INSTALL) from error
    _find_scheduler(address)
    with _connected(address) as client:
        try:
            client.wait_for_workers(1, timeout=CONNECT)
        except TimeoutError as error:
            raise LayerflightError(
                f"the scheduler at {address} has no workers; start some with: dask worker {address} --nthreads 1"
            ) from error
        yield client


@contextmanager
def _connected(target: Any) -> Iterator[Client]:
    from distributed import Client  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about versions: those that matter are checked by ourselves
        client = Client(target, timeout=CONNECT, set_as_default=False)
    try:
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=_CLOSE)


def _find_scheduler(address: str) -> None:
    """Make sure that a scheduler answers: Dask's client, where none does, is slow to give up and to go away."""
    with ThreadPoolExecutor(1) as pool:  # in a notebook this thread has an event loop already
        try:
            found = pool.submit(lambda: asyncio.run(_identity(address))).result()
        except Exception as error:  # what listens there may answer anything
            why = " ".join(str(error).split())[:200] or f"nothing within {CONNECT:.0f} s"
        else:
            why = "" if found == "Scheduler" else f"it is a {found.lower()}"
    if why:
        raise LayerflightError(
            f"no Dask scheduler answers at {address} ({why}); start one with `dask scheduler` and give the address "
            "that it prints, as in tcp://10.0.0.1:8786"
        )


async def _identity(address: str) -> str:
    """What answers there: "Scheduler", "Worker"."""
    from distributed import rpc  # noqa: PLC0415
    from distributed.security import Security  # noqa: PLC0415

    async with rpc(address, timeout=CONNECT, connection_args=Security().get_connection_args("client")) as server:
        return str((await asyncio.wait_for(server.identity(), CONNECT))["type"])


def quiet() -> None:
    """Dask tells of lost workers and ended connections by itself: what matters is told by the build."""
    for name in ("distributed", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
