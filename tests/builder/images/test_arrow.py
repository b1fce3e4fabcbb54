"""Data sets of Hugging Face's library: written by it, read without it."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explorer.builder.images import hub
from explorer.builder.images.image_set import open_image_set
from explorer.errors import ImagesError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the library's own dependencies say when they are imported
    datasets = pytest.importorskip("datasets")


@pytest.fixture(autouse=True)
def _quiet() -> None:
    datasets.disable_progress_bars()


def made(count: int = 250, first: int = 0) -> Any:
    features = datasets.Features(
        image=datasets.Image(), label=datasets.ClassLabel(names=["cat", "dog", "hen"]),
        coarse=datasets.ClassLabel(names=["beast", "bird"]), age=datasets.Value("float32"),
    )  # fmt: skip
    images = [Image.fromarray(np.full((4, 4), first + i, np.uint8)) for i in range(count)]
    labels = [i % 3 for i in range(count)]
    return datasets.Dataset.from_dict(
        {"image": images, "label": labels, "coarse": [x // 2 for x in labels], "age": [i / 2 for i in range(count)]},
        features,
    )


def check(found: Any, count: int = 250) -> None:
    assert [int(x[0, 0, 0]) for x in found.source.batch(found.chosen)] == list(range(count))
    assert found.class_names == ("cat", "dog", "hen")
    assert found.labels.tolist() == [i % 3 for i in range(count)]
    assert not found.named_only
    coarse, age = found.attributes
    assert coarse.names == ("beast", "bird")
    assert coarse.values.tolist() == [i % 3 // 2 for i in range(count)]
    assert age.values.tolist() == [i / 2 for i in range(count)]


def test_save_to_disk(tmp_path: Path) -> None:
    made().save_to_disk(str(tmp_path / "d"), num_shards=3)
    found = open_image_set(tmp_path / "d")
    check(found)
    assert [int(x[0, 0, 0]) for x in found.source.batch([249, 3, 3, 100])] == [249, 3, 3, 100]
    copy = pickle.loads(pickle.dumps(found.source))
    assert int(copy.read(201)[0, 0, 0]) == 201
    assert open_image_set(tmp_path / "d").stamp() == found.stamp()


def test_splits_of_save_to_disk(tmp_path: Path) -> None:
    datasets.DatasetDict({"train": made(9), "test": made(7, 100)}).save_to_disk(str(tmp_path / "d"))
    assert len(open_image_set(tmp_path / "d")) == 7
    assert len(open_image_set(tmp_path / "d", split="train")) == 9
    with pytest.raises(ImagesError, match="no split 'dev'; it has test, train"):
        open_image_set(tmp_path / "d", split="dev")


def test_a_selection_is_saved_as_it_is(tmp_path: Path) -> None:
    made().select([5, 3, 200]).save_to_disk(str(tmp_path / "d"))
    assert [int(x[0, 0, 0]) for x in open_image_set(tmp_path / "d").source.batch(range(3))] == [5, 3, 200]


def test_to_parquet(tmp_path: Path) -> None:
    made().to_parquet(str(tmp_path / "x.parquet"))
    found = open_image_set(tmp_path / "x.parquet")
    assert len(found) == 250
    check(found)


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prepared data set of two splits, in a cache of its own."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    made(9).to_parquet(str(tmp_path / "set" / "train.parquet"))
    made(6).to_parquet(str(tmp_path / "set" / "test.parquet"))
    return tmp_path / "set"


def test_names_of_data_sets(cached: Path) -> None:
    check(open_image_set(f"hf:{cached}"), 6)
    assert len(open_image_set(Path(f"hf:{cached}"), split="train")) == 9
    with pytest.raises(ImagesError, match=r"no split 'train\[:5\]'; it has test, train"):
        open_image_set(f"hf:{cached}", split="train[:5]")


def test_the_cache_of_the_hub_is_enough(cached: Path, tmp_path: Path) -> None:
    open_image_set(f"hf:{cached}")
    (tmp_path / "cache" / "set").rename(tmp_path / "cache" / "owner___name")  # as one from the hub is kept
    for file in list((tmp_path / "cache").rglob("set-*.arrow")):
        file.rename(file.with_name(file.name.replace("set-", "name-")))
    code = "from explorer.builder.images.image_set import open_image_set; print(len(open_image_set('hf:owner/name')))"
    environment = {"HF_DATASETS_CACHE": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | environment)
    assert done.stdout == "6\n"


def test_the_hub_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*args: Any) -> None:
        raise ConnectionError("Couldn't reach the Hub\nat all")

    monkeypatch.setattr(datasets, "load_dataset", offline)
    with pytest.raises(ImagesError, match=r"hf:owner/name cannot be opened .*reach the Hub at all.*; check name"):
        open_image_set("hf:owner/name")

    def missing(name: str, what: str) -> None:
        raise ImagesError(f"{what} needs {name}")

    monkeypatch.setattr(hub, "optional", missing)
    with pytest.raises(ImagesError, match="hf:owner/name needs datasets"):
        open_image_set(Path("hf:owner/name"))


def test_damaged_folders(tmp_path: Path) -> None:
    made(9).save_to_disk(str(tmp_path / "d"))
    file = next((tmp_path / "d").glob("*.arrow"))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImagesError, match="d is damaged or incomplete"):
        open_image_set(tmp_path / "d")
    file.unlink()
    with pytest.raises(ImagesError, match="d is damaged or incomplete"):
        open_image_set(tmp_path / "d")
    for content in ("{", "[]", json.dumps({"_data_files": []})):
        (tmp_path / "d" / "state.json").write_text(content)
        with pytest.raises(ImagesError, match=r"state\.json"):
            open_image_set(tmp_path / "d")
