"""Worlds made to harm: each is refused in one line."""

from __future__ import annotations

import json
import shutil
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.errors import WorldError
from explorer.store.read import open_world
from tests.worlds import make_world


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return make_world(tmp_path / "a.world", images=20)


def rewrite(world: Path, change: Any) -> None:
    manifest = json.loads((world / "manifest.json").read_text())
    change(manifest)
    (world / "manifest.json").write_text(json.dumps(manifest))


def test_maps_that_lie_outside_the_world(world: Path, tmp_path: Path) -> None:
    for part in ("", ".offsets", ".scales", ".zeros"):
        shutil.copy(world / "maps" / f"01{part}.npy", tmp_path / f"x{part}.npy")

    def escape(manifest: dict[str, Any]) -> None:
        manifest["layers"][1]["maps"] = "../x"

    rewrite(world, escape)
    with pytest.raises(WorldError, match=r"\.\./x"):
        open_world(world)


def test_a_map_that_unpacks_to_gigabytes(world: Path) -> None:
    bomb = np.frombuffer(zlib.compress(bytes(200_000_000), 9), np.uint8)
    stream, offsets = world / "maps" / "01.npy", world / "maps" / "01.offsets.npy"
    starts = np.load(offsets)
    starts[1:] = len(bomb)
    np.save(stream, bomb)
    np.save(offsets, starts)

    def sizes(manifest: dict[str, Any]) -> None:
        for file in (stream, offsets):
            manifest["files"][f"maps/{file.name}"]["bytes"] = file.stat().st_size

    rewrite(world, sizes)
    with pytest.raises(WorldError, match="damaged at image 0"):
        open_world(world).maps(1, 0)


@pytest.mark.parametrize("content", [b"PK\x03\x04 no array", b"\x93NUMPY\x01\x00\x10\x00{'descr': (((((", b""])
def test_arrays_that_are_none(world: Path, content: bytes) -> None:
    file = world / "embeddings" / "00.npy"
    file.write_bytes(content)

    def size(manifest: dict[str, Any]) -> None:
        manifest["files"]["embeddings/00.npy"]["bytes"] = len(content)

    rewrite(world, size)
    with pytest.raises(WorldError, match="cannot be read"):
        open_world(world)


def test_names_that_are_no_list(world: Path) -> None:
    file = world / "names.json"
    if not file.exists():
        pytest.fail("the synthetic world should hold names")
    size = file.stat().st_size
    file.write_bytes(b"\xff" * size)
    with pytest.raises(WorldError, match=r"names\.json cannot be read"):
        open_world(world).image_name(0)
