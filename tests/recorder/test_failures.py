"""Recordings that go wrong: killed, out of disk, wrong paths, wrong frames."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import RecordError
from explorer.recorder.video import VideoWriter
from tests.recorder.frames import numbered, numbers

ROOT = Path(__file__).resolve().parents[2]

KILLED = """
import os, signal, sys
from explorer.recorder.video import VideoWriter
from tests.recorder.frames import numbered
writer = VideoWriter(sys.argv[1], 320, 192, 30, live=sys.argv[2] == "live")
for number in range(160):
    writer.put(numbered(number, 320, 192))
os.kill(os.getpid(), signal.SIGKILL)
"""


def run_until_killed(target: Path, live: str) -> int:
    command = [sys.executable, "-c", KILLED, str(target), live]
    return subprocess.run(command, cwd=ROOT, timeout=120, check=False).returncode


@pytest.mark.parametrize("live", ["live", "file"])
@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".gif"])
def test_a_killed_recording_plays(tmp_path: Path, suffix: str, live: str) -> None:
    target = tmp_path / f"a{suffix}"
    assert run_until_killed(target, live) == -9
    assert not target.exists()
    played = numbers(tmp_path / f"a.part{suffix}")
    assert played == list(range(len(played)))
    assert len(played) >= 120


def test_a_killed_recording_of_pictures_has_whole_pictures(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "a"), "file"], cwd=ROOT, timeout=120, check=False
    )
    assert done.returncode == -9
    assert len(list((tmp_path / "a").glob("[0-9]*.png"))) >= 120


FULL_DISK = """
import sys
from pathlib import Path
import numpy as np
from explorer.errors import RecordError
from explorer.recorder.video import VideoWriter
disk, name, free = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
(disk / "ballast").write_bytes(bytes((256 - free) * 1024))
noise = np.random.default_rng(1).integers(0, 255, (192, 320, 3), np.uint8)
try:
    with VideoWriter(disk / name, 320, 192, 30) as writer:
        for shift in range(200):
            writer.put(np.roll(noise, 31 * shift))
except RecordError as error:
    print(error)
print(sorted(path.name for path in disk.iterdir() if not path.is_dir()))
"""


@pytest.mark.parametrize("free", [0, 4, 200])
@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.gif", "shots"])
def test_a_full_disk_is_told_in_one_line(tmp_path: Path, name: str, free: int) -> None:
    """On a file system of 256 KiB in a mount namespace of its own, which ends with the process."""
    mount = f"mount -t tmpfs -o size=256k tmpfs {tmp_path}"
    rootless = [] if os.geteuid() == 0 else ["--map-root-user"]
    own_mounts = ["unshare", "--mount", *rootless, "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*own_mounts, mount], capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    arguments = [sys.executable, "-c", FULL_DISK, str(tmp_path), name, str(free)]
    command = [*own_mounts, f'{mount} && exec "$0" "$@"', *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told, files = done.stdout.splitlines()
    assert re.fullmatch(r".*: the (video|picture) cannot be written: No space left on device", told)
    assert f"'{name}'" not in files


class Broken:
    """A sink that fails at its third frame."""

    def __init__(self) -> None:
        self.calls = 0

    def write(self, rgb: object, ticks: int) -> None:
        self.calls += 1
        if self.calls >= 3:
            raise OSError(5, f"broken at {self.calls}")

    def close(self) -> None:
        raise OSError(5, "broken at the close")


def test_the_first_error_of_the_thread_is_the_one_told(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "a.mp4", 160, 96, 30)
    writer._sink.close()
    writer._sink = Broken()
    with pytest.raises(RecordError, match="broken at 3"):  # noqa: PT012
        for number in range(1000):
            writer.put(numbered(number))
            time.sleep(0.001)
    assert not writer._thread.is_alive()
    with pytest.raises(RecordError, match="broken at 3"):
        writer.put(numbered(0))
    writer.close()


def test_an_error_in_the_thread_never_hangs_the_caller(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "a.mp4", 160, 96, 30)
    writer._sink.close()
    writer._sink = Broken()
    with pytest.raises(RecordError, match="broken at 3"):  # noqa: PT012
        for number in range(30):  # more than the queue holds, as fast as it goes
            writer.put(numbered(number))
        writer.close()
    writer.abort()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.avi", r"cannot record to \.avi; use \.mp4, \.webm, \.gif, a folder, or a name such as frame%05d\.png"),
        ("a.png", r"one number in the name, such as frame%05d\.png"),
        ("a%s.png", "one number in the name"),
        ("%d-%d.png", "one number in the name"),
        ("nowhere/a.mp4", "the folder .*nowhere does not exist; create it first"),
        ("nowhere/deep/shots", "No such file"),
        ("file/a.mp4", "does not exist"),
        ("file/shots", "Not a directory"),
        ("taken.mp4", r"is a folder|cannot record"),
    ],
)
def test_paths_that_cannot_be_written(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "file").write_text("a file, no folder")
    (tmp_path / "taken.mp4").mkdir()
    with pytest.raises(RecordError, match=told) as caught:
        VideoWriter(tmp_path / name, 160, 96, 30)
    assert "\n" not in str(caught.value)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "taken.mp4"]


def test_a_folder_without_the_right_to_write() -> None:
    with pytest.raises(RecordError, match="the video cannot be written"):
        VideoWriter("/proc/a.mp4", 160, 96, 30)


def test_an_existing_video_can_be_protected(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("precious")
    with pytest.raises(RecordError, match="exists already"):
        VideoWriter(tmp_path / "a.mp4", 160, 96, 30, overwrite=False)
    assert (tmp_path / "a.mp4").read_text() == "precious"


@pytest.mark.parametrize(
    ("width", "height", "fps"),
    [(0, 96, 30), (160, 1, 30), (160, 96, 0), (160, 96, -1), (160, 96, float("nan")), (40_000, 96, 30)],
)
def test_sizes_and_rates_that_make_no_video(tmp_path: Path, width: int, height: int, fps: float) -> None:
    with pytest.raises(RecordError, match=f"cannot record {width}x{height}"):
        VideoWriter(tmp_path / "a.mp4", width, height, fps)


def test_a_gif_faster_than_browsers_show_it(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="at most 50 frames a second, got 60"):
        VideoWriter(tmp_path / "a.gif", 160, 96, 60)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((96, 160), np.uint8),
        np.zeros((96, 160, 4), np.uint8),
        np.zeros((96, 160, 3), np.float32),
        np.zeros((0, 160, 3), np.uint8),
    ],
)
def test_frames_of_a_wrong_kind(tmp_path: Path, picture: np.ndarray) -> None:
    with VideoWriter(tmp_path / "a.mp4", 160, 96, 30) as writer:
        writer.put(numbered(0))
        with pytest.raises(ValueError, match=re.escape(str(picture.shape))):
            writer.put(picture)
    assert numbers(tmp_path / "a.mp4") == [0]


def test_live_and_computed_times_do_not_mix(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", 160, 96, 30) as writer:
        writer.put(numbered(0), 1.0)
        with pytest.raises(ValueError, match="every frame"):
            writer.put(numbered(1))
