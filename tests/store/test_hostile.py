"""Worlds made to harm: each is refused in one line."""

from __future__ import annotations

import io
import json
import shutil
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from explorer.errors import WorldError
from explorer.store.describe import describe
from explorer.store.read import open_world
from explorer.store.write import LayerArrays, WorldArrays, write_world
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


def layer(**changes: Any) -> Any:
    """A change of the manifest's second layer."""
    return lambda manifest: manifest["layers"][1].update(changes)


def whole(**changes: Any) -> Any:
    """A change of the manifest itself."""
    return lambda manifest: manifest.update(changes)


FILE = {"sha256": "", "bytes": 1}
STACK = {"name": "other", "layers": [], "aligned_to": []}
ATTRIBUTE = {"name": "size", "path": "labels.npy", "names": []}


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (layer(radius=0), "'radius' should be more than 0, found 0"),
        (layer(radius=-1.0), "'radius' should be a number of at least 0, found -1.0"),
        (layer(radius="big"), "'radius' should be a number"),
        (layer(map_shape=[4, 8]), "'map_shape' should be three positive numbers"),
        (layer(map_shape=[4, 0, 8]), "'map_shape' should be three positive numbers"),
        (layer(map_shape=[4, -8, -8]), "'map_shape' should be three positive numbers"),
        (layer(map_shape=[4, 33, 8]), "height and width at most 32"),
        (layer(map_shape=[1 << 20, 32, 32]), "'map_shape' should be"),
        (layer(map_dtype="object"), "'map_dtype' should be int8 or float32"),
        (layer(map_range=-1.0), "'map_range' should be a number of at least 0"),
        (layer(name="input"), "two layers called 'input'"),
        (layer(shape=[0, 3]), "'shape' should be a few positive numbers"),
        (layer(parameters=-5), "'parameters' should be a whole number"),
        (layer(parameters=True), "'parameters' should be int"),
        (layer(quality={"recall": "good"}), "'quality' should be finite numbers"),
        (layer(quality=[1]), "'quality' should be dict"),
        (layer(receptive={"size": [3, 3], "stride": [1], "offset": [0, 0]}), "as many axes"),
        (layer(receptive=[3]), "receptive should be an object"),
        (layer(reduction="pca"), "'reduction' should be dict"),
        (layer(embedding="/etc/passwd"), "lies outside the world"),
        (layer(embedding="embeddings/../../x.npy"), "lies outside the world"),
        (layer(neighbours="..\\\\x.npy"), "lies outside the world"),
        (layer(reduced="C:/x.npy"), "lies outside the world"),
        (layer(reduced="reduced/99.npy"), "does not list reduced/99.npy"),
        (whole(images=10**9), "should be 1000000000 int32, found 20 int32"),
        (whole(images=10**13), "'images' should be a whole number"),
        (whole(images=10**40), "'images' should be a whole number"),
        (whole(images=0), "'images' should be a whole number"),
        (whole(accuracy=1.5), "'accuracy' should be a number from 0 to 1"),
        (whole(parameters=[1]), "'parameters' should be dict"),
        (whole(sources=None), "'sources' should be dict"),
        (whole(preprocess="x"), "'preprocess' should be dict"),
        (whole(files={"a/../../b": FILE}), "lies outside the world"),
        (whole(files={"a\nb": FILE}), "lies outside the world"),
        (whole(files={"labels.npy": {"sha256": 3, "bytes": 1}}), "'sha256' should be str"),
        (whole(attributes=[ATTRIBUTE | {"path": "../x"}]), "lies outside the world"),
        (whole(attributes=[ATTRIBUTE]), "should be 20 float32, found 20 int32"),
        (whole(attributes=[3]), "attribute 0 should be an object"),
        (whole(stacks=[STACK]), "stack 1 holds no layers"),
        (whole(stacks=3), "'stacks' should be list"),
    ],
)
def test_values_that_lie(world: Path, change: Any, part: str) -> None:
    rewrite(world, change)
    with pytest.raises(WorldError) as caught:
        open_world(world)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_alignments_that_are_no_rotations(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for number, turn in enumerate((np.full((15, 15), np.nan), 2.0 * np.eye(15))):
        arrays = LayerArrays("input", rng.normal(size=(20, 15)), rotation=turn)
        path = write_world(tmp_path / f"{number}.world", WorldArrays("x", [arrays]))
        with pytest.raises(WorldError, match="should hold rotations"):
            open_world(path)


@pytest.mark.parametrize("radius", ["NaN", "Infinity", "1e400", "-1e400", "1" + "0" * 400])
def test_numbers_that_no_float_holds(world: Path, radius: str) -> None:
    rewrite(world, layer(radius="HERE"))
    file = world / "manifest.json"
    file.write_text(file.read_text().replace('"HERE"', radius))
    with pytest.raises(WorldError, match="'radius' should be a number"):
        open_world(world)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, '{"images": ' + "9" * 5000 + "}"])
def test_json_that_breaks_parsers(world: Path, text: str) -> None:
    (world / "manifest.json").write_text(text)
    with pytest.raises(WorldError, match="not valid JSON"):
        open_world(world)


def a_further_stack(world: Path, **changes: Any) -> None:
    """A stack with one layer, whose arrays are those of the first stack's."""

    def add(manifest: dict[str, Any]) -> None:
        one = manifest["layers"][0] | {"inputs": []}
        stack = {"name": "epoch 2", "layers": [one], "aligned_to": [0], "residuals": [[0.1]] * len(manifest["layers"])}
        manifest["stacks"] = [stack | changes]

    rewrite(world, add)


def test_further_stacks_are_checked_too(world: Path) -> None:
    a_further_stack(world)
    assert open_world(world).stack(1).embedding(0).shape == (20, 15)
    for changes, part in (
        ({"aligned_to": [9]}, "'aligned_to' should be"),
        ({"residuals": [[0.1]]}, "'residuals' should be"),
        ({"predictions": "../../x.npy"}, "lies outside the world"),
        ({"predictions": "x.npy"}, "not listed"),
    ):
        a_further_stack(world, **changes)
        with pytest.raises(WorldError, match=part):
            open_world(world)


def test_links_out_of_the_world(world: Path, tmp_path: Path) -> None:
    file = world / "embeddings" / "01.npy"
    file.rename(tmp_path / "elsewhere.npy")
    file.symlink_to(tmp_path / "elsewhere.npy")
    with pytest.raises(WorldError, match="link out of the world"):
        open_world(world)


def test_a_world_may_be_reached_through_a_link(world: Path, tmp_path: Path) -> None:
    (tmp_path / "link.world").symlink_to(world)
    assert open_world(tmp_path / "link.world").manifest.images == 20


def printed(world: Path) -> str:
    stream = io.StringIO()
    Console(width=100, file=stream).print(describe(open_world(world)))
    return stream.getvalue()


def test_names_that_drive_a_terminal_or_fill_it(world: Path) -> None:
    rewrite(
        world,
        whole(
            class_names=["\x1b[2J\x07red", "line\nbreak", "\ud800", "x" * 10_000_000],
            title="\u202etitle\x00",
            parameters={"method": [1], "\x1b[31m": "\x1b[0m", "deep": [[[[[[[1]]]]]]]},
            sources={"model": {"a": {"b": None}}},
        ),
    )
    text = printed(world)
    assert "red, line break" in text
    assert all(x.isprintable() or x == "\n" for x in text)
    assert len(text) < 5_000
    names = open_world(world).manifest.class_names
    assert max(map(len, names)) <= 500
    "".join(names).encode()  # a lone surrogate would end the viewer


def test_names_of_images_are_cleaned(world: Path) -> None:
    names = ["\x1b]0;x\x07", "y" * 2_000_000, *(str(i) for i in range(18))]
    (world / "names.json").write_text(json.dumps(names))
    rewrite(world, lambda m: m["files"]["names.json"].update(bytes=(world / "names.json").stat().st_size))
    opened = open_world(world)
    assert opened.image_name(0).isprintable()
    assert len(opened.image_name(1)) <= 500
