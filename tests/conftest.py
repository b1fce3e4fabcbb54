"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

# Before torch is imported, and for the processes that tests start: threads that wait for one another by turning in
# circles come to a standstill where others want the cores. Tests of the number of threads set it themselves.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# What a shell runs in the background ignores Ctrl-C, and so would all that tests start.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real networks and images; tests that need it are skipped, visibly, without it."""
    value = os.environ.get("LAYERFLIGHT_DATA")
    if not value:
        pytest.skip("LAYERFLIGHT_DATA is not set: the acceptance tests on real data do not run")
    return Path(value)
