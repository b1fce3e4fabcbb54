"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real networks and images; tests that need it are skipped, visibly, without it."""
    value = os.environ.get("LAYERFLIGHT_DATA")
    if not value:
        pytest.skip("LAYERFLIGHT_DATA is not set: the acceptance tests on real data do not run")
    return Path(value)
