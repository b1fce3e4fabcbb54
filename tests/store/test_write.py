"""A world written is the world read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.errors import WorldError
from explorer.store.read import open_world
from explorer.store.write import LayerArrays, WorldArrays, write_world
from tests.worlds import CLASSES, make_world


def test_round_trip(tmp_path: Path) -> None:
    world = open_world(make_world(tmp_path / "a.world", images=20, layers=3))
    assert world.manifest.images == 20
    assert [x.name for x in world.manifest.layers] == ["input", "layer1", "layer2"]
    assert world.manifest.class_names == CLASSES
    assert world.labels.tolist() == [i % 4 for i in range(20)]
    assert world.image_name(5) == "square/0005.png"
    assert world.label_text(2) == "cross"
    assert world.thumbnails is not None
    assert np.array_equal(world.preview(3), world.thumbnails[3])
    for i in range(3):
        points = world.embedding(i)
        assert points.shape == (20, 15)
        assert points.dtype == np.float32
        assert np.abs(points.mean(axis=0)).max() < 1e-6
    assert not (tmp_path / "a.world.partial").exists()


def test_maps_round_trip_within_half_a_step(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    maps = np.maximum(rng.normal(size=(5, 3, 4, 6)), 0).astype(np.float32)
    maps[2] = 0
    layer = LayerArrays("conv", rng.normal(size=(5, 15)), shape=(3, 4, 6), maps=maps)
    world = open_world(write_world(tmp_path / "a.world", WorldArrays("t", [layer])))
    for i in range(5):
        stored = world.maps(0, i)
        assert stored is not None
        step = np.abs(maps[i]).max() / 127
        assert np.abs(stored.values - maps[i]).max() <= step / 2 + 1e-7
        assert np.array_equal(stored.values == 0, np.abs(maps[i]) < step / 2) or step == 0
        assert stored.zero_fraction == pytest.approx(np.mean(maps[i] == 0))
        assert stored.full_shape == (3, 4, 6)
    assert world.manifest.layers[0].map_range == pytest.approx(maps.max())


def test_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = make_world(tmp_path / "a.world"), make_world(tmp_path / "b.world")
    files = sorted(x.relative_to(first) for x in first.rglob("*") if x.is_file())
    assert files == sorted(x.relative_to(second) for x in second.rglob("*") if x.is_file())
    for name in files:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_a_world_is_replaced_and_other_things_are_not(tmp_path: Path) -> None:
    path = make_world(tmp_path / "a.world", images=20)
    make_world(path, images=30)
    assert open_world(path).manifest.images == 30
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    with pytest.raises(WorldError, match="not a world"):
        make_world(tmp_path / "mine")
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorldError, match="not a world"):
        make_world(tmp_path / "file")
    assert sorted(x.name for x in tmp_path.iterdir()) == ["a.world", "file", "mine"]
