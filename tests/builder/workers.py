"""A Dask scheduler and workers of its own, for tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path


class Cluster:
    """A scheduler and workers, each a process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "scheduler.json"
        self._processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1")
        deadline = time.monotonic() + 60
        while not self._file.exists():
            assert time.monotonic() < deadline, "the scheduler does not start"
            time.sleep(0.05)
        text = self._file.read_text()
        self.address = text.partition('"address": "')[2].partition('"')[0]

    def hire(self, **environment: str) -> subprocess.Popen[bytes]:
        """One more worker, of one thread, without anybody to start it again."""
        return self._start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", **environment)

    def _start(self, kind: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(self._file)]
        log = open(self.folder / f"{kind}-{len(self._processes)}.log", "wb")  # noqa: SIM115
        process = subprocess.Popen(
            [*command, *arguments], cwd=self.folder, env=os.environ | environment, stdout=log, stderr=log
        )
        log.close()
        self._processes.append(process)
        return process

    def size(self) -> int:
        """Workers that have reported for work."""
        log = self.folder / "scheduler-0.log"
        return log.read_text().count("Register worker")

    def end(self) -> None:
        """Nothing is left running."""
        for process in self._processes:
            process.kill()
            process.wait()
