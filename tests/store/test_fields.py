"""What version 2 of the format added is read as it was written; version 1 is still read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import WorldError
from explorer.store.manifest import VERSION, LayerEntry, Manifest, Receptive, StackEntry
from explorer.store.maps import MapWriter, pack, pack_codes
from explorer.store.read import World, open_world
from explorer.store.write import WorldWriter, layer_path
from tests.worlds import make_world

RNG = np.random.default_rng(7)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return open_world(make_world(tmp_path / "a.world", images=20, layers=4))


def test_what_is_known_of_a_layer(world: World) -> None:
    entry = world.manifest.layers[1]
    assert entry.receptive == Receptive((3.0, 3.0), (1.0, 1.0), (0.5, 0.5))
    assert entry.quality == {"trustworthiness": 0.97, "recall": 0.55, "knn_accuracy": pytest.approx(0.5 + 0.4 / 3)}
    assert entry.reduction == {"pooling": "flat", "features": 192, "components": 50, "explained": 0.93}
    assert (entry.parameters, entry.method) == (1000, "umap")
    neighbours, reduced = world.neighbours(1), world.reduced(1)
    assert neighbours is not None
    assert neighbours.tolist() == [[0, 1, 2, 3, 4]] * 20
    assert reduced is not None
    assert reduced.shape == (20, 4)
    assert world.neighbours(0) is None
    assert world.reduced(0) is None


def test_what_is_known_of_the_images(world: World) -> None:
    split, brightness = world.manifest.attributes
    assert (split.name, split.names) == ("split", ("train", "test"))
    assert world.attribute(0).tolist()[:9] == [-1, -1, -1, 0, 0, 0, 1, 1, 1]
    assert (brightness.name, brightness.names) == ("brightness", ())
    values = world.attribute(1)
    known = values[np.isfinite(values)]
    assert (brightness.minimum, brightness.maximum) == (float(known.min()), float(known.max()))
    assert world.manifest.preprocess_text == "resized to 8 x 8, divided by 255"
    assert world.manifest.name == "tiny"


def test_vectors_keep_their_values(tmp_path: Path) -> None:
    softmax = RNG.dirichlet(np.full(1001, 0.01), 6).astype(np.float32)[:, :, None, None]  # (6, 1001, 1, 1)
    folder = write(tmp_path, [("softmax", softmax)])
    opened = open_world(folder)
    entry = opened.manifest.layers[0]
    assert entry.map_dtype == "float32"
    for image in range(6):
        found = opened.maps(0, image)
        assert found is not None
        assert np.array_equal(found.values, softmax[image])
    assert entry.map_range == pytest.approx(softmax.max())
    assert np.load(folder / "maps/00.scales.npy").tolist() == [1.0] * 6


def write(tmp_path: Path, layers: list[tuple[str, np.ndarray]]) -> Path:
    """A world whose maps are those given."""
    writer, entries = WorldWriter(tmp_path / "b.world"), []
    for index, (name, values) in enumerate(layers):
        with MapWriter(writer.folder / layer_path("maps", index)) as maps:
            maps.add(values, np.zeros(len(values)))
        entry = LayerEntry(name, "", values.shape[1:], (), 0.0, "", map_shape=maps.shape, map_range=maps.largest)
        entries.append(writer.layer(index, entry, np.zeros((len(values), 15), np.float32)))
    writer.finish(Manifest(VERSION, "b", len(layers[0][1]), tuple(entries), files=writer.files))
    return writer.folder


def test_batches_quantised_or_packed_elsewhere_give_the_same_bytes(tmp_path: Path) -> None:
    values = np.maximum(RNG.normal(size=(12, 5, 6, 7)), 0).astype(np.float32)
    zeros = np.mean(values == 0, axis=(1, 2, 3))
    scales = np.abs(values).max(axis=(1, 2, 3)) / np.float32(127)
    codes = np.rint(values / scales[:, None, None, None]).astype(np.int8)
    ways = {
        "values": lambda w, part: w.add(values[part], zeros[part]),
        "codes": lambda w, part: w.add_codes(codes[part], scales[part], zeros[part]),
        "packed": lambda w, part: w.add_packed(pack(values[part]), zeros[part]),
    }
    for name, add in ways.items():
        with MapWriter(tmp_path / name) as writer:
            for part in (slice(0, 5), slice(5, 12)) if name != "codes" else (slice(0, 12),):
                add(writer, part)
        assert writer.shape == (5, 6, 7)
        assert writer.largest == pytest.approx(values.max())
        for suffix in (".npy", ".offsets.npy", ".scales.npy", ".zeros.npy"):
            expected = (tmp_path / f"values{suffix}").read_bytes()
            assert (tmp_path / f"{name}{suffix}").read_bytes() == expected, (name, suffix)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    with MapWriter(tmp_path / "x") as writer:
        writer.add(np.zeros((2, 3, 4, 4), np.float32), np.ones(2))
        with pytest.raises(ValueError, match="after maps of shape"):
            writer.add(np.zeros((2, 3, 5, 5), np.float32), np.ones(2))
        with pytest.raises(ValueError, match="shares of zeros"):
            writer.add(np.zeros((2, 3, 4, 4), np.float32), np.ones(3))
    with pytest.raises(ValueError, match="stored as float32"):
        pack_codes(np.zeros((2, 3, 1, 1), np.int8), np.ones(2, np.float32))


def test_further_stacks(tmp_path: Path) -> None:
    writer = WorldWriter(tmp_path / "c.world")
    points = RNG.normal(size=(2, 3, 10, 15)).astype(np.float32)  # (stacks, layers, N, 15)
    stacks = [
        tuple(
            writer.layer(i, LayerEntry(f"layer{i}", "", (), (i - 1,) if i else (), 0.0, ""), points[s, i], stack=s)
            for i in range(3)
        )
        for s in range(2)
    ]
    predictions = RNG.integers(0, 4, 10).astype(np.int32)
    writer.array("stacks/01/predictions.npy", predictions)
    residuals = tuple(tuple(float(x) for x in row) for row in RNG.random((3, 3)))
    second = StackEntry(
        "epoch 2", stacks[1], (0, 1, 2), residuals, accuracy=0.5, preprocess_text="divided by 255",
        predictions="stacks/01/predictions.npy",
    )  # fmt: skip
    writer.finish(Manifest(VERSION, "c", 10, stacks[0], name="epoch 1", stacks=(second,), files=writer.files))
    opened = open_world(writer.folder)
    assert opened.manifest.stacks == (second,)
    assert [opened.stack(i).name for i in range(opened.stacks)] == ["epoch 1", "epoch 2"]
    for s in range(2):
        for i in range(3):
            assert np.array_equal(opened.stack(s).embedding(i), points[s, i])
    answers = opened.stack(1).answers
    assert answers.predictions is not None
    assert answers.predictions.tolist() == predictions.tolist()
    assert answers.confidences is None
    assert second.layers[2].embedding == "stacks/01/embeddings/02.npy"


def test_version_1_is_read(world: World) -> None:
    file = world.path / "manifest.json"
    data = json.loads(file.read_text())
    old = (
        "name",
        "kind",
        "shape",
        "inputs",
        "radius",
        "embedding",
        "maps",
        "map_shape",
        "map_range",
        "key",
        "residual",
    )
    layers = [{name: layer[name] for name in old} for layer in data["layers"][:3]]
    first = ("format", "title", "images", "class_names", "fine_names", "sources", "parameters", "accuracy", "files")
    file.write_text(json.dumps({name: data[name] for name in first} | {"version": 1, "layers": layers}))
    opened = open_world(world.path)
    assert opened.manifest.layers[1].quality == {}
    assert opened.manifest.layers[1].receptive is None
    assert opened.manifest.attributes == ()
    assert opened.stacks == 1
    assert opened.maps(1, 0) is not None


def test_a_stream_too_short_is_damage(world: World) -> None:
    offsets = np.load(world.path / "maps/01.offsets.npy")
    offsets[4] = offsets[3]
    np.save(world.path / "maps/01.offsets.npy", offsets)
    with pytest.raises(WorldError, match="damaged at image 3"):
        open_world(world.path).maps(1, 3)
