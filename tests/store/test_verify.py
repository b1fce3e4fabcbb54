"""``layerflight verify`` finds what is wrong, wherever it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.errors import WorldError
from explorer.store.files import hash_file, save_array, sums
from explorer.store.folder import read_manifest
from explorer.store.verify import faults
from tests.worlds import make_world


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return make_world(tmp_path / "a.world", images=20, layers=3)


def sealed(world: Path, change: Any = lambda _: None) -> None:
    """Make the hashes right again after a change, so that only what the arrays hold is wrong."""
    file = world / "manifest.json"
    data = json.loads(file.read_text())
    for name in data["files"]:
        entry = hash_file(world / name)
        data["files"][name] = {"sha256": entry.sha256, "bytes": entry.bytes}
    change(data)
    file.write_text(json.dumps(data))
    (world / "SHA256SUMS").write_bytes(sums(read_manifest(world), file.read_bytes()))


def test_a_whole_world(world: Path) -> None:
    told: list[int] = []
    assert list(faults(world, told.append)) == []
    assert sum(told) == sum(x.bytes for x in read_manifest(world).files.values())


@pytest.mark.parametrize("seed", range(40))
def test_one_damaged_byte_anywhere_is_found(world: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    files = sorted(x for x in world.rglob("*") if x.is_file())
    file = files[seed % len(files)] if seed < len(files) else files[rng.integers(len(files))]
    data = bytearray(file.read_bytes())
    data[rng.integers(len(data))] ^= 1 << rng.integers(8)
    file.write_bytes(bytes(data))
    try:
        found = list(faults(world))
    except WorldError as error:  # a manifest that is no JSON any more
        assert file.name == "manifest.json"
        found = [str(error)]
    assert found
    assert all("\n" not in x for x in found)
    name = file.relative_to(world).as_posix()
    assert any(name in x or "SHA256SUMS" in x or "manifest.json" in x for x in found)


def test_every_fault_has_its_line(world: Path) -> None:
    (world / "labels.npy").unlink()
    (world / "maps" / "00.npy").write_bytes(b"short")
    (world / "notes.txt").write_text("x")
    (world / "more").symlink_to("/")
    lines = list(faults(world))
    assert len(lines) == 4
    for part in (
        "labels.npy is missing",
        "maps/00.npy has 5 bytes",
        "notes.txt does not belong",
        "more does not belong",
    ):
        assert sum(part in x for x in lines) == 1, part


def test_arrays_that_make_no_sense(world: Path) -> None:
    points = np.load(world / "embeddings/01.npy")
    points[3, 2] = np.nan
    save_array(world / "embeddings/01.npy", points)
    offsets = np.load(world / "maps/00.offsets.npy")
    offsets[[4, 5]] = offsets[[5, 4]]
    save_array(world / "maps/00.offsets.npy", offsets)
    labels = np.load(world / "labels.npy")
    labels[0] = 4
    save_array(world / "labels.npy", labels)
    save_array(world / "maps/01.zeros.npy", np.full(20, 1.5, np.float32))
    sealed(world)
    lines = list(faults(world))
    assert len(lines) == 4, lines
    for part in ("01.npy holds values that are not finite", "does not rise", "labels.npy holds", "01.zeros.npy holds"):
        assert sum(part in x for x in lines) == 1, part


def test_worlds_of_version_1_have_no_sums(world: Path) -> None:
    sealed(world, lambda data: data.update(version=1))
    (world / "SHA256SUMS").unlink()
    assert list(faults(world)) == []


def test_sha256sum_can_check_a_world(world: Path) -> None:
    done = subprocess.run(["sha256sum", "--quiet", "--check", "SHA256SUMS"], cwd=world, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "explorer", *command], capture_output=True, text=True)


def test_the_command(world: Path) -> None:
    done = run("verify", str(world))
    files = read_manifest(world).files
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{len(files)} files, {sum(x.bytes for x in files.values()) / 1e6:.1f} MB: all right\n"
    (world / "labels.npy").unlink()
    (world / "notes.txt").write_text("x")
    done = run("verify", str(world))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 2
    assert all(x.startswith("layerflight: ") for x in done.stderr.splitlines())
    done = run("verify", str(world / "nowhere"))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
