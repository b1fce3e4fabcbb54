"""The viewer starts at once: no torch, no umap, no captum, and a first picture in two seconds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FIRST_FRAME = """
import sys, time
began = time.process_time()  # of this process: the machine may be busy with others
from pathlib import Path
from explorer.app import cli
world = cli._open(Path(sys.argv[1]))
from explorer.app.loop import Flight
flight = Flight(world)
flight.frame(1 / 60)
seconds = time.process_time() - began
flight.close()
heavy = [name for name in ("torch", "umap", "sklearn", "scipy", "numba", "captum") if name in sys.modules]
print(f"{seconds:.2f}", *heavy)
"""


def first_frame(world: Path | str, **environment: str) -> list[str]:
    command = [sys.executable, "-c", FIRST_FRAME, str(world)]
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_first_frame_comes_without_the_builders_libraries(world_path: Path, display: str) -> None:
    seconds, *heavy = first_frame(world_path)
    assert heavy == []
    assert float(seconds) < 2.0


def test_the_demo_that_is_built_already_opens_as_any_world(world_path: Path, display: str, tmp_path: Path) -> None:
    """The second start of the bare command finds the demo's world in the cache folder."""
    cache = tmp_path / "layerflight"
    cache.mkdir()
    (cache / "digits.world").symlink_to(world_path)
    seconds, *heavy = first_frame("demo", XDG_CACHE_HOME=str(tmp_path))
    assert heavy == []
    assert float(seconds) < 2.0
