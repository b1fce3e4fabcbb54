"""The old world or the new one, never half of one; one build at a time."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.errors import WorldError
from explorer.store import files
from explorer.store.read import open_world
from explorer.store.swap import beside, checked_target, exclusive, recover, writing
from tests.worlds import make_world


def test_killed_between_the_renames_brings_the_old_world_back(tmp_path: Path) -> None:
    path = make_world(tmp_path / "a.world", images=20)
    beside(path, ".partial").mkdir()
    path.rename(beside(path, ".partial") / "old")
    with pytest.raises(WorldError, match="interrupted build"):
        open_world(path)
    recover(path)
    assert open_world(path).manifest.images == 20


def test_killed_after_the_renames_the_next_build_cleans_up(tmp_path: Path) -> None:
    path = make_world(tmp_path / "a.world", images=20)
    beside(path, ".partial").mkdir()
    make_world(tmp_path / "b.world", images=30).rename(beside(path, ".partial") / "old")
    recover(path)
    assert open_world(path).manifest.images == 20
    make_world(path, images=25)
    assert open_world(path).manifest.images == 25
    assert not beside(path, ".partial").exists()


def test_a_backup_of_the_users_is_not_touched(tmp_path: Path) -> None:
    path = make_world(tmp_path / "a.world", images=20)
    backup = path.rename(tmp_path / "a.world.old")
    (backup / "my notes.txt").write_text("keep me")
    make_world(path, images=30)
    make_world(path, images=25)
    assert open_world(backup).manifest.images == 20
    assert (backup / "my notes.txt").read_text() == "keep me"


def test_two_builds_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.world"
    with (
        exclusive(beside(path, ".partial")),
        pytest.raises(WorldError, match="in use by another build"),
    ):
        make_world(path)
    assert make_world(path).exists()


HOLDING = """
import sys
from pathlib import Path
from explorer.store.swap import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_world_that_is_being_built_is_not_called_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "a.world"
    command = [sys.executable, "-c", HOLDING, str(beside(path, ".partial"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as build:
        assert build.stdout is not None
        assert build.stdout.readline() == "held\n"
        for _ in range(2):  # looking takes no lock away
            with pytest.raises(WorldError, match="is being built at this moment"):
                open_world(path)
        build.kill()
    with pytest.raises(WorldError, match="an interrupted build does"):
        open_world(path)


@pytest.mark.parametrize("content", [None, b"", b"\xff\x00", b"{}", b'{"format": "layerfl'])
def test_a_world_whose_manifest_is_damaged_can_be_built_again(tmp_path: Path, content: bytes | None) -> None:
    path = make_world(tmp_path / "a.world", images=20)
    manifest = path / "manifest.json"
    manifest.unlink() if content is None else manifest.write_bytes(content)
    with pytest.raises(WorldError):
        open_world(path)
    assert checked_target(path) == path
    assert open_world(make_world(path, images=25)).manifest.images == 25


def test_hashes_of_the_users_do_not_make_a_folder_ours(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "SHA256SUMS").write_text("00  manifest.json\n00  thesis.tex\n")
    with pytest.raises(WorldError, match=r"exists and is not a world; .* choose another output, or remove it"):
        checked_target(tmp_path / "thesis")


def test_a_full_disk_is_one_line_and_keeps_the_old_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_world(tmp_path / "a.world", images=20)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(WorldError, match="the disk is full") as caught:
        make_world(path, images=30)
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    assert not beside(path, ".partial").exists()
    assert open_world(path).manifest.images == 20
    assert open_world(make_world(path, images=30)).manifest.images == 30


def test_writing_stops_cleanly_when_the_system_refuses_more_bytes(tmp_path: Path) -> None:
    """A real refusal in the middle of a file, by the limit on file sizes."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from tests.worlds import make_world\n"
        "from explorer.errors import WorldError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "try: make_world(Path(sys.argv[1]))\n"
        "except WorldError as error: print(error)\n"
    )
    path = tmp_path / "a.world"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == f"{path} cannot be written (File too large); choose another output\n"
    assert list(tmp_path.iterdir()) == []


def test_targets_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorldError, match="cannot be written"):
        make_world(tmp_path / "file" / "a.world")
    with pytest.raises(WorldError, match="cannot be written"):
        make_world(tmp_path / ("x" * 300 + ".world"))
    for path in (Path("/"), tmp_path):
        with pytest.raises(WorldError, match="not a world"):
            checked_target(path)


def test_an_input_that_cannot_be_read_is_not_blamed_on_the_output(tmp_path: Path) -> None:
    for name in (str(tmp_path / "images" / "a.png"), str(tmp_path / "a.world.backup"), "/dev/somewhere"):
        error = PermissionError(errno.EACCES, "Permission denied", name)
        with pytest.raises(PermissionError) as caught, writing(tmp_path / "a.world"):
            raise error
        assert caught.value is error
    for name in ("a.world", "a.world/maps/00.npy", "a.world.partial/lock", "."):
        with pytest.raises(WorldError, match="cannot be written"), writing(tmp_path / "a.world"):
            raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / name))
    with pytest.raises(WorldError, match="cannot be written"), writing(tmp_path / "a.world"):
        raise OSError(errno.EFBIG, "File too large")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc on this system")
def test_where_nothing_can_be_made_is_one_line(tmp_path: Path) -> None:
    for target in ("/proc/x.world", "/proc/a/b.world", "/dev/null/x.world"):
        with pytest.raises(WorldError) as caught:
            make_world(Path(target))
        assert "\n" not in str(caught.value)
        assert target in str(caught.value)


def test_an_empty_folder_may_become_a_world(tmp_path: Path) -> None:
    (tmp_path / "a.world").mkdir()
    assert open_world(make_world(tmp_path / "a.world")).manifest.images == 60
