"""Sets of images: where they come from, which are chosen, how they are labelled."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.builder.images.image_set import balanced_sample, open_image_set
from explorer.errors import ImagesError
from tests.builder.tiny import CLASSES, image_folder


def idx(array: np.ndarray) -> bytes:
    return b"\0\0\x08" + bytes([array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def test_class_folders(tmp_path: Path) -> None:
    found = open_image_set(image_folder(tmp_path / "images", per_class=3))
    assert found.class_names == tuple(sorted(CLASSES))
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert found.name(0) == "blue/000.png"
    assert found.named_only


def test_a_flat_folder_has_no_labels(tmp_path: Path) -> None:
    for name in ("b.png", "a.png", ".hidden.png", "notes.txt"):
        Image.new("RGB", (4, 4)).save(tmp_path / name, "PNG")
    found = open_image_set(tmp_path)
    assert found.source.names == ["a.png", "b.png"]
    assert found.labels.tolist() == [-1, -1]
    assert found.targets is None


@pytest.mark.parametrize("zipped", [True, False])
def test_idx(tmp_path: Path, zipped: bool) -> None:
    images = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    ending = ".gz" if zipped else ""
    write = gzip.compress if zipped else bytes
    (tmp_path / f"t10k-images-idx3-ubyte{ending}").write_bytes(write(idx(images)))
    (tmp_path / f"t10k-labels-idx1-ubyte{ending}").write_bytes(write(idx(np.array([7, 1], np.uint8))))
    (tmp_path / f"train-images-idx3-ubyte{ending}").write_bytes(write(idx(np.zeros((9, 3, 4), np.uint8))))
    for path in (tmp_path, tmp_path / f"t10k-images-idx3-ubyte{ending}"):
        found = open_image_set(path)
        assert found.labels.tolist() == [7, 1]
        assert np.array_equal(found.source.read(1)[..., 0], images[1])
    assert len(open_image_set(tmp_path / f"train-images-idx3-ubyte{ending}")) == 9


def test_npz_with_a_name_per_image(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "x.npz", images=np.zeros((3, 4, 4, 3), np.uint8), labels=np.array([1, 0, 1], np.uint8),
        names=np.array(["cat", "dog", "cat"]),
    )  # fmt: skip
    found = open_image_set(tmp_path / "x.npz")
    assert found.class_names == ("dog", "cat")
    assert found.labels.tolist() == [1, 0, 1]
    assert not found.named_only


def test_npz_with_file_names(tmp_path: Path) -> None:
    images, labels = np.zeros((3, 4, 4, 3), np.uint8), np.array([1, 0, 1])
    np.savez(tmp_path / "x.npz", images=images, labels=labels, names=np.array(["a.png", "b.png", "c.png"]))
    found = open_image_set(tmp_path / "x.npz")
    assert found.class_names == ("0", "1")
    assert found.name(2) == "c.png"
    np.savez(tmp_path / "x.npz", images=images, labels=labels, class_names=np.array(["cat", "dog"]))
    assert open_image_set(tmp_path / "x.npz").class_names == ("cat", "dog")


def test_npy_channels_first(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((5, 3, 6, 7)).astype(np.float32))
    assert open_image_set(tmp_path / "x.npy").source.read(0).shape == (6, 7, 3)


def test_label_files(tmp_path: Path) -> None:
    images = image_folder(tmp_path / "images", per_class=2)
    (tmp_path / "l.txt").write_text("\n".join("abababab"))
    found = open_image_set(images, labels=tmp_path / "l.txt")
    assert found.class_names == ("a", "b")
    np.save(tmp_path / "l.npy", np.arange(8))
    (tmp_path / "n.txt").write_text("\n".join("zyxwvuts"))
    assert open_image_set(images, tmp_path / "l.npy", class_names=tmp_path / "n.txt").class_names[7] == "s"
    np.save(tmp_path / "l.npy", np.arange(7))
    with pytest.raises(ImagesError, match="has 7 labels for 8 images"):
        open_image_set(images, labels=tmp_path / "l.npy")


@pytest.mark.parametrize("limit", [1, 7, 20, 1000])
def test_a_limit_is_balanced_and_seeded(limit: int) -> None:
    labels = np.repeat(np.arange(3), [100, 50, 3]).astype(np.int32)
    rows = balanced_sample(labels, limit, seed=1)
    assert len(rows) == min(limit, 153)
    assert np.array_equal(rows, np.unique(rows))
    assert np.array_equal(rows, balanced_sample(labels, limit, seed=1))
    counts = np.bincount(labels[rows], minlength=3)
    if limit == 20:
        assert counts.tolist() in ([9, 8, 3], [8, 9, 3])
    with pytest.raises(ImagesError):
        balanced_sample(labels, 0, seed=1)


def refusal(path: Path) -> str:
    with pytest.raises(ImagesError) as caught:
        open_image_set(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_cannot_be_used(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    assert "holds no images" in refusal(tmp_path / "empty")
    (tmp_path / "x.txt").write_text("x")
    assert "not a set of images this reads" in refusal(tmp_path / "x.txt")
    (tmp_path / "x.npz").write_bytes(b"PK\x03\x04")
    assert "damaged" in refusal(tmp_path / "x.npz")
    np.savez(tmp_path / "y.npz", pictures=np.zeros(3))
    assert "no array 'images'; it has pictures" in refusal(tmp_path / "y.npz")
    np.savez(tmp_path / "y.npz", images=np.zeros((3, 4, 4), np.uint8), labels=np.zeros(2, int))
    assert "2 labels for 3 images" in refusal(tmp_path / "y.npz")
    np.save(tmp_path / "x.npy", np.zeros((3, 4)))
    assert "should be (N, h, w)" in refusal(tmp_path / "x.npy")
    np.save(tmp_path / "x.npy", np.zeros((3, 4, 4), np.int64))
    assert "int64" in refusal(tmp_path / "x.npy")
    np.save(tmp_path / "x.npy", np.zeros((0, 4, 4), np.uint8))
    assert "holds no images" in refusal(tmp_path / "x.npy")
    np.save(tmp_path / "x.npy", np.array([{}]), allow_pickle=True)
    assert "x.npy" in refusal(tmp_path / "x.npy")
    whole = idx(np.zeros((4, 5, 5), np.uint8))
    (tmp_path / "a-images-idx3-ubyte").write_bytes(whole[:-3])
    assert "should hold 4 x 5 x 5 bytes, has 97" in refusal(tmp_path / "a-images-idx3-ubyte")
    (tmp_path / "a-images-idx3-ubyte.gz").write_bytes(gzip.compress(whole)[:20])
    assert "damaged" in refusal(tmp_path / "a-images-idx3-ubyte.gz")
    (tmp_path / "a-images-idx3-ubyte").write_bytes(b"GIF89a")
    assert "not an IDX file" in refusal(tmp_path / "a-images-idx3-ubyte")
