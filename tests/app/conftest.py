"""A screen for tests of the real window: Xvfb, and xdotool as its user's hands."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer.app.loop import Flight
from explorer.store.read import open_world
from tests.app.pilot import Pilot, XDoTool
from tests.worlds import make_world

SCREEN = (1600, 1000)


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """A virtual screen of its own; the tests fail, not skip, where the tools are missing."""
    for tool in ("Xvfb", "xdotool"):
        if shutil.which(tool) is None:
            pytest.fail(f"{tool} is needed to test the real window; `make test` installs it on Debian and Ubuntu")
    reader, writer = os.pipe()
    size = f"{SCREEN[0]}x{SCREEN[1]}x24"
    command = ["Xvfb", "-noreset", "-displayfd", str(writer), "-screen", "0", size, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        name = f":{pipe.readline().strip()}"
    before = os.environ.get("DISPLAY")
    os.environ["DISPLAY"] = name
    yield name
    if before is None:
        del os.environ["DISPLAY"]
    else:
        os.environ["DISPLAY"] = before
    server.terminate()
    server.wait()


@pytest.fixture(scope="session")
def world_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic world of 400 images and 6 layers."""
    return make_world(tmp_path_factory.mktemp("worlds") / "synthetic.world", images=400, layers=6)


@pytest.fixture
def xdotool(display: str) -> Callable[..., str]:
    """Runs xdotool with the given words and answers what it printed."""

    def run(*words: object) -> str:
        command = ["xdotool", *(str(word) for word in words)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture
def pilot(world_path: Path, xdotool: XDoTool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pilot]:
    monkeypatch.chdir(tmp_path)
    flight = Flight(open_world(world_path))
    yield Pilot(flight, xdotool, tmp_path)
    flight.close()
