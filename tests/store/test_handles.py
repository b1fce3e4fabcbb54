"""A world of more layers than a process may hold files open."""

from __future__ import annotations

import errno
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.errors import WorldError
from explorer.store.files import allow_open_files
from explorer.store.swap import writing
from tests.worlds import make_world

CODE = """
import resource, sys
from pathlib import Path
from explorer.store.read import open_world
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
world = open_world(Path(sys.argv[1]))
held = []
for layer in range(len(world.manifest.layers)):
    assert world.embedding(layer).shape == (4, 15)
    assert world.maps(layer, 3) is not None
print(len(world.manifest.layers))
"""

TAKEN = """
held = []
try:
    while True:
        held.append(open("/dev/null"))
except OSError:
    pass
"""


def test_150_layers_with_64_handles(tmp_path: Path) -> None:
    path = make_world(tmp_path / "a.world", images=4, layers=150)
    done = subprocess.run([sys.executable, "-c", CODE, str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "150\n"


def test_the_limit_is_raised_where_it_can_be() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, before[1]), before[1]))
        allow_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= min(10_240, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_no_handle_left_is_one_line(tmp_path: Path) -> None:
    path = make_world(tmp_path / "a.world", images=4, layers=2)
    code = CODE.replace("held = []", TAKEN)
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    assert "too many open files; raise the limit" in done.stderr.splitlines()[-1]
    with pytest.raises(WorldError, match="too many open files"), writing(tmp_path / "b.world"):
        raise OSError(errno.EMFILE, "Too many open files", "/somewhere/else")
