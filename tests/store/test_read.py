"""A world that is not whole is refused in one line that says what is wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.errors import WorldError
from explorer.store.manifest import VERSION
from explorer.store.read import open_world, verify_world
from tests.worlds import make_world


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return make_world(tmp_path / "a.world", images=12, layers=3)


def refusal(path: Path) -> str:
    """The message of the refusal, one line."""
    with pytest.raises(WorldError) as caught:
        open_world(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def edit_manifest(world: Path, **changes: Any) -> None:
    file = world / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_missing(tmp_path: Path) -> None:
    assert "does not exist; make a world with" in refusal(tmp_path / "no.world")


def test_interrupted_build_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.world.partial").mkdir()
    assert "an interrupted build does" in refusal(tmp_path / "a.world")


def test_a_folder_that_is_no_world(tmp_path: Path) -> None:
    assert "is a folder but not a world" in refusal(tmp_path)
    (tmp_path / "x").write_text("x")
    assert "is a file" in refusal(tmp_path / "x")


@pytest.mark.parametrize("name", ["embeddings/01.npy", "thumbnails.npy", "maps/02.npy", "labels.npy"])
def test_truncated_and_missing_files(world: Path, name: str) -> None:
    data = (world / name).read_bytes()
    (world / name).write_bytes(data[:-7])
    assert f"{name} has {len(data) - 7} bytes instead of {len(data)}" in refusal(world)
    (world / name).unlink()
    assert f"{name} is missing" in refusal(world)


def test_truncated_manifest(world: Path) -> None:
    text = (world / "manifest.json").read_text()
    (world / "manifest.json").write_text(text[: len(text) // 2])
    assert "not valid JSON" in refusal(world)
    (world / "manifest.json").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in refusal(world)


def test_newer_format(world: Path) -> None:
    edit_manifest(world, version=99)
    assert f"format version 99, this layerflight reads up to {VERSION}; upgrade it" in refusal(world)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"format": "something"}, "not the manifest of a layerflight world"),
        ({"images": "many"}, "'images' should be int, found 'many'"),
        ({"images": None}, "'images' should be int"),
        ({"layers": []}, "holds no layers"),
        ({"layers": [3]}, "layer 0"),
        ({"images": 13}, "should be 13 int32, found 12 int32"),
        ({"class_names": [1, 2]}, "'class_names' should be strings"),
        ({"files": {"../../etc/passwd": {"sha256": "", "bytes": 1}}}, "lies outside the world"),
        ({"files": {}}, "does not list embeddings/00.npy"),
        ({"accuracy": "good"}, "'accuracy' should be a number"),
    ],
)
def test_damaged_manifest(world: Path, changes: dict[str, Any], part: str) -> None:
    edit_manifest(world, **changes)
    assert part in refusal(world)


def test_layers_must_come_in_order(world: Path) -> None:
    layers = json.loads((world / "manifest.json").read_text())["layers"]
    layers[1]["inputs"] = [2]
    edit_manifest(world, layers=layers)
    assert "do not come before it" in refusal(world)


def test_array_of_the_wrong_type(world: Path) -> None:
    path = world / "embeddings/00.npy"
    np.save(path, np.zeros((12, 15), np.float64))
    files = json.loads((world / "manifest.json").read_text())["files"]
    files["embeddings/00.npy"]["bytes"] = path.stat().st_size
    edit_manifest(world, files=files)
    assert "should be 12x15 float32, found 12x15 float64" in refusal(world)


def test_damaged_maps_are_told_when_they_are_looked_at(world: Path) -> None:
    file = world / "maps/01.npy"
    file.write_bytes(file.read_bytes()[:128] + b"\0" * (file.stat().st_size - 128))
    opened = open_world(world)
    with pytest.raises(WorldError, match="damaged at image 3"):
        opened.maps(1, 3)


def test_a_world_can_be_moved(world: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "b.world"
    moved.parent.mkdir()
    shutil.move(world, moved)
    assert open_world(moved).manifest.images == 12


def test_verifying_notices_one_changed_bit(world: Path) -> None:
    verify_world(world)
    file = world / "embeddings/01.npy"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    open_world(world)
    with pytest.raises(WorldError, match=r"embeddings/01\.npy was changed"):
        verify_world(world)
