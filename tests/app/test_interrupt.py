"""Ctrl-C at the command: one line, the shell's usual code, and what is finished is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from explorer.store.read import open_world

NET = """
import torch
def net():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(144, 3))
"""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """A build of 400 small images."""
    (tmp_path / "net.py").write_text(NET)
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "images.npz",
        images=rng.integers(0, 255, (400, 8, 8), dtype=np.uint8),
        labels=np.arange(400) % 3,
    )
    words = ["--model", f"{tmp_path}/net.py:net", "--images", f"{tmp_path}/images.npz", "-o", f"{tmp_path}/out.world"]
    return [sys.executable, "-m", "explorer", "build", *words]


def interrupted_when(command: list[str], there: Path) -> subprocess.CompletedProcess[str]:
    """Starts a command and presses Ctrl-C as soon as a file or folder is there."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not there.exists():
        assert process.poll() is None, "it ended before it could be interrupted"
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    return subprocess.CompletedProcess(command, process.returncode, out, errors)


def test_a_build_is_interrupted_and_goes_on(command: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out.world"
    done = interrupted_when(command, tmp_path / "out.world.partial")
    assert done.returncode == 130
    preprocessing, untrained, said = done.stderr.splitlines()
    assert preprocessing.startswith("net: ")
    assert "as the factory made it" in untrained
    kept = f"what is finished is kept in {out}.partial, the same command goes on from there"
    there = (tmp_path / "out.world.partial").exists()
    assert said == f"layerflight: interrupted; {kept if there else 'nothing was finished yet'}"
    assert not out.exists()
    again = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert again.returncode == 0, again.stderr
    assert open_world(out).manifest.images == 400
    assert not (tmp_path / "out.world.partial").exists()


def test_an_interrupted_build_leaves_the_old_world(command: list[str], tmp_path: Path) -> None:
    assert subprocess.run(command, capture_output=True, check=False, timeout=120).returncode == 0
    before = (tmp_path / "out.world" / "manifest.json").read_bytes()
    done = interrupted_when([*command, "--seed", "1"], tmp_path / "out.world.partial")
    assert done.returncode == 130
    assert (tmp_path / "out.world" / "manifest.json").read_bytes() == before


def test_a_recording_is_interrupted_and_plays(world_path: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "explorer", "record", str(world_path), "flight", "-o", str(tmp_path / "out.mp4")]
    done = interrupted_when(command, tmp_path / "out.part.mp4")
    assert done.returncode == 130
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.mp4").exists()
