"""Shards joined: every image in its place, whichever shard it was in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.builder.activations import merge
from explorer.builder.activations.merge import join_layer, join_outputs
from explorer.builder.images.image_set import ImageSet, open_image_set
from explorer.errors import WorldError
from tests.builder.activations.small import InPlace, deal_small, joined, run, small_pass
from tests.builder.tiny import content, image_folder


@pytest.fixture
def images(tmp_path: Path) -> ImageSet:
    """47 that can be read and are worth a preview, one that cannot."""
    folder = image_folder(tmp_path / "images", size=40)
    (folder / "green" / "004.png").write_bytes(b"nothing")
    return open_image_set(folder)


@pytest.mark.parametrize(("shard", "sample"), [(8, 16), (5, 10), (7, 49), (1, 3)])
def test_many_shards_give_what_one_gives(
    tmp_path: Path, images: ImageSet, monkeypatch: pytest.MonkeyPatch, shard: int, sample: int
) -> None:
    monkeypatch.setattr(merge, "_CHUNK_BYTES", 1000)
    results = []
    for name, sizes in (("one", (1000, 1000)), ("many", (shard, sample))):
        deal_small(monkeypatch, *sizes)
        work = small_pass(tmp_path / name, InPlace(), images)
        work = replace(work, preprocess=replace(work.preprocess, size=(8, 8)))
        layers, outputs = joined(work, tmp_path / name / "world")
        results.append((layers, outputs, content(tmp_path / name / "world")))
    (one, first, wanted), (many, second, found) = results
    assert found == wanted
    assert "previews.bin" in found
    assert one == many
    assert first.skipped == second.skipped
    for a, b in ((first.kept, second.kept), (first.classes, second.classes), (first.confidences, second.confidences)):
        assert a is not None
        assert np.array_equal(a, b)


def test_a_shard_that_was_damaged_meanwhile_is_named_in_one_line(tmp_path: Path, images: ImageSet) -> None:
    work = small_pass(tmp_path, InPlace(), images)
    work = replace(work, preprocess=replace(work.preprocess, size=(8, 8)))
    run(work)
    work.shard_path(0).write_bytes(work.shard_path(0).read_bytes()[:500])
    for join in (lambda: join_outputs(work), lambda: join_layer(work, 0, tmp_path / "world", "r.npy", "m")):
        with pytest.raises(WorldError, match=r"00000\.npz is damaged .*; delete it and run the build again") as caught:
            join()
        assert "\n" not in str(caught.value)


def test_maps_that_were_cut_meanwhile_are_named_in_one_line(tmp_path: Path, images: ImageSet) -> None:
    work = small_pass(tmp_path, InPlace(), images)
    work = replace(work, preprocess=replace(work.preprocess, size=(8, 8)))
    run(work)
    maps = work.shard_path(0).with_suffix(".maps")
    maps.write_bytes(maps.read_bytes()[:500])
    with pytest.raises(WorldError, match=r"00000\.maps is shorter than it was written"):
        join_layer(work, 1, tmp_path / "world", "r.npy", "m")
