"""Worlds from embeddings alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.builder.imported import import_world
from explorer.errors import ImagesError
from explorer.store.read import open_world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve layers with numbers that sort wrongly as text, each a rotation of the same points."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(50, 15)) * np.arange(1, 16)
    (tmp_path / "in").mkdir()
    for i in range(12):
        turn = np.linalg.qr(rng.normal(size=(15, 15)))[0]
        name = ("Input", "Conv", "Conv", "ReLU")[min(i, 3)] + (str(i) if i > 3 else "")
        np.save(tmp_path / "in" / f"{i}-{name}.npy", (points @ turn + 7).astype(np.float32))
    return tmp_path / "in"


def test_order_names_and_alignment(folder: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "labels.npy", np.arange(50) % 3)
    world = open_world(import_world(folder, tmp_path / "a.world", tmp_path / "labels.npy"))
    names = [x.name for x in world.manifest.layers]
    assert names[:5] == ["Input", "1-Conv", "2-Conv", "ReLU", "ReLU4"]
    assert names[-1] == "ReLU11"
    assert world.manifest.class_names == ("0", "1", "2")
    for i in range(1, 12):
        assert np.allclose(world.embedding(i), world.embedding(0), atol=1e-3)
        assert world.manifest.layers[i].residual < 1e-6
        assert world.manifest.layers[i].inputs == (i - 1,)
    assert world.alignments is not None
    raw = np.load(folder / "4-ReLU4.npy")
    assert np.allclose(world.embedding(4) @ world.alignments[4].T, raw - raw.mean(axis=0), atol=1e-3)
    assert world.thumbnails is None
    assert world.preview(3) is None
    assert world.maps(0, 0) is None


def test_without_alignment_only_the_centre_moves(folder: Path, tmp_path: Path) -> None:
    world = open_world(import_world(folder, tmp_path / "a.world", align=False))
    given = np.load(folder / "5-ReLU5.npy")
    assert np.allclose(world.embedding(5), given - given.mean(0), atol=1e-4)
    assert world.labels.tolist() == [-1] * 50


@pytest.mark.parametrize("kind", ["csv", "txt", "npy"])
def test_label_files(folder: Path, tmp_path: Path, kind: str) -> None:
    words = ["dog", "cat"] * 25
    file = tmp_path / f"l.{kind}"
    if kind == "npy":
        np.save(file, np.array(words))
    else:
        file.write_text(
            "\n".join((["number,label"] if kind == "csv" else []) + [f"1,{x}" if kind == "csv" else x for x in words])
        )
    world = open_world(import_world(folder, tmp_path / "a.world", file))
    assert world.manifest.class_names == ("cat", "dog")
    assert world.label_text(0) == "dog"


def test_class_names(folder: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "l.npy", np.arange(50) % 2)
    (tmp_path / "n.json").write_text('["off", "on"]')
    world = open_world(import_world(folder, tmp_path / "a.world", tmp_path / "l.npy", tmp_path / "n.json"))
    assert world.label_text(1) == "on"


def refusal(folder: Path, tmp_path: Path, *more: Path | None) -> str:
    with pytest.raises(ImagesError) as caught:
        import_world(folder, tmp_path / "a.world", *more)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "a.world").exists()
    return str(caught.value)


def test_embeddings_that_cannot_be_used(folder: Path, tmp_path: Path) -> None:
    bad = np.zeros((50, 15), np.float32)
    bad[3, 4], bad[5, 0], bad[5, 1] = np.nan, np.inf, np.inf
    np.save(folder / "2-Conv.npy", bad)
    assert "2-Conv.npy has NaN or infinite values in 2 of 50 rows" in refusal(folder, tmp_path)
    np.save(folder / "2-Conv.npy", np.zeros((49, 15)))
    assert "has 49 rows, 0-Input.npy has 50" in refusal(folder, tmp_path)
    np.save(folder / "2-Conv.npy", np.zeros((50, 2)))
    assert "has 2 columns, expected 15" in refusal(folder, tmp_path)
    np.save(folder / "2-Conv.npy", np.zeros(50))
    assert "should be (N, 15) numbers, found (50,)" in refusal(folder, tmp_path)
    (folder / "2-Conv.npy").write_bytes(b"\x93NUMPY")
    assert "is damaged" in refusal(folder, tmp_path)
    (folder / "2-Conv.npy").rename(folder / "1-Again.npy")
    assert "two layers with the number 1: 1-Again.npy and 1-Conv.npy" in refusal(folder, tmp_path)


def test_folders_and_labels_that_cannot_be_used(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "is not a folder" in refusal(tmp_path / "none", tmp_path)
    assert "holds no NN-Name.npy" in refusal(tmp_path / "empty", tmp_path)
    np.save(tmp_path / "l.npy", np.arange(49))
    assert "has 49 labels, the embeddings have 50 rows" in refusal(folder, tmp_path, tmp_path / "l.npy")
    assert "cannot be read" in refusal(folder, tmp_path, tmp_path / "none.npy")
    (tmp_path / "l.xls").write_text("x")
    assert "give .npy, .csv or .txt" in refusal(folder, tmp_path, tmp_path / "l.xls")
    np.save(tmp_path / "l.npy", np.linspace(0, 1, 50))
    assert "whole numbers or strings" in refusal(folder, tmp_path, tmp_path / "l.npy")
    np.save(tmp_path / "l.npy", np.arange(50))
    (tmp_path / "n.txt").write_text("a\nb\n")
    assert "has label 49 but there are only 2 class names" in refusal(
        folder, tmp_path, tmp_path / "l.npy", tmp_path / "n.txt"
    )
