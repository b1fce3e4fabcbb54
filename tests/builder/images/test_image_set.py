"""Sets of images: where they come from, which are chosen, how they are labelled."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.builder.images.decode import Unreadable
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


def test_file_names_in_an_npz_are_no_classes(tmp_path: Path) -> None:
    names = [f"{i}.png" for i in range(4)]  # one image a class: the names could be taken for the classes'
    np.savez(tmp_path / "x.npz", images=np.zeros((4, 4, 4), np.uint8), labels=np.arange(4), names=names)
    found = open_image_set(tmp_path / "x.npz")
    assert found.class_names == ("0", "1", "2", "3")
    assert found.name(1) == "1.png"
    assert found.attributes == ()
    (tmp_path / "c.txt").write_text("a\nb\nc\nd\n")
    assert open_image_set(tmp_path / "x.npz", class_names=tmp_path / "c.txt").class_names == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (np.array([1.0, 0.0, np.nan]), ("0", "1")),
        (np.array([b"dog", b"cat", b""]), ("cat", "dog")),
        (np.array(["dog", "cat", ""]), ("cat", "dog")),
        (np.array([[1], [0], [-7]], np.int8), ("0", "1")),
        (np.array([1, 0, -1], np.int64), ("0", "1")),
    ],
)
def test_labels_of_an_npz(tmp_path: Path, labels: np.ndarray, names: tuple[str, ...]) -> None:
    np.savez(tmp_path / "x.npz", images=np.zeros((3, 4, 4), np.uint8), labels=labels)
    found = open_image_set(tmp_path / "x.npz")
    assert found.labels.tolist() == [1, 0, -1]
    assert found.class_names == names


def test_other_arrays_of_an_npz_are_attributes(tmp_path: Path) -> None:
    np.savez_compressed(
        tmp_path / "x.npz", x_test=np.zeros((4, 4, 4), np.uint8), y_test=np.arange(4), site=np.array(list("abab")),
        age=np.array([[0.5], [1], [2], [3]]), flag=np.array([True, False, True, True]), other=np.zeros(7),
    )  # fmt: skip
    found = open_image_set(tmp_path / "x.npz", image_column="x_test", label_column="y_test")
    assert [x.name for x in found.attributes] == ["site", "age", "flag"]
    chosen = open_image_set(tmp_path / "x.npz", None, "y_test", None, 2, image_column="x_test")
    assert [len(x.values) for x in chosen.attributes] == [2, 2, 2]
    rows = chosen.chosen
    assert np.array_equal(chosen.attributes[1].values, np.array([0.5, 1, 2, 3], np.float32)[rows])
    with pytest.raises(ImagesError, match=r"no array 'images'; it has x_test, .*; name it with --image-column"):
        open_image_set(tmp_path / "x.npz")
    with pytest.raises(ImagesError, match="no array 'y'"):
        open_image_set(tmp_path / "x.npz", image_column="x_test", label_column="y")


def test_a_table_beside_the_images(tmp_path: Path) -> None:
    for name in "abc":
        Image.new("L", (4, 4)).save(tmp_path / f"{name}.png")
    (tmp_path / "notes.csv").write_text("this is,no table\nof files\n")
    (tmp_path / "labels.csv").write_text("file,label,age\nc.png,x,1.5\na.png,y,2.5\nb.png,x,3.5\n")
    found = open_image_set(tmp_path)
    assert [found.class_names[i] for i in found.labels] == ["y", "x", "x"]
    assert found.attributes[0].values.tolist() == [2.5, 3.5, 1.5]
    by_table = open_image_set(tmp_path / "labels.csv")  # in the order of the table
    assert list(by_table.source.names) == ["c.png", "a.png", "b.png"]
    assert by_table.attributes[0].values.tolist() == [1.5, 2.5, 3.5]
    (tmp_path / "l.txt").write_text("p\nq\nr\n")
    assert open_image_set(tmp_path, labels=tmp_path / "l.txt").class_names == ("p", "q", "r")
    (tmp_path / "more.csv").write_text("file,label\nc.png,x\n")
    assert "holds labels.csv and more.csv" in refusal(tmp_path)


def test_tables_of_files_anywhere(tmp_path: Path) -> None:
    image_folder(tmp_path / "images", per_class=1)
    absolute = tmp_path / "images" / "blue" / "000.png"
    (tmp_path / "t.csv").write_text(f"picture,label\nimages/red/000.png,r\n{absolute},b\nnone.png,r\n")
    found = open_image_set(tmp_path / "t.csv", image_column="Picture")
    assert found.name(1) == "images/blue/000.png"  # a world holds no absolute paths
    assert [found.class_names[i] for i in found.labels] == ["r", "b", "r"]
    good, _, bad = found.source.batch(range(3))
    assert isinstance(bad, Unreadable)
    assert good.shape == (8, 8, 3)  # type: ignore[union-attr]
    assert "has no column 'file' that names the images; it has picture, label" in refusal(tmp_path / "t.csv")


def test_splits_of_folders(tmp_path: Path) -> None:
    image_folder(tmp_path / "x" / "train", per_class=3)
    image_folder(tmp_path / "x" / "val", per_class=1)
    assert len(open_image_set(tmp_path / "x", split="val")) == 4
    assert open_image_set(tmp_path / "x", split="train").class_names == tuple(sorted(CLASSES))
    with pytest.raises(ImagesError, match="no split 'test'"):
        open_image_set(tmp_path / "x", split="test")
    for name, count in (("train", 3), ("t10k", 2)):
        (tmp_path / f"{name}-images-idx3-ubyte").write_bytes(idx(np.zeros((count, 4, 4), np.uint8)))
    assert [len(open_image_set(tmp_path, split=x)) for x in ("train", "test", "t10k")] == [3, 2, 2]


def test_names_in_the_networks_order(tmp_path: Path) -> None:
    images = image_folder(tmp_path / "images", per_class=1)
    (tmp_path / "names.txt").write_text("red\ngreen\nblue\ndark\n")
    found = open_image_set(images, class_names=tmp_path / "names.txt")
    assert found.labels.tolist() == [2, 3, 1, 0]
    assert not found.named_only


def test_the_file_at_fault_is_named(tmp_path: Path) -> None:
    images = image_folder(tmp_path / "images", per_class=1)
    np.save(tmp_path / "l.npy", np.arange(4))
    (tmp_path / "n.txt").write_bytes(b"caf\xe9\n")
    for labels in (None, tmp_path / "l.npy"):
        with pytest.raises(ImagesError, match=r"n\.txt is not UTF-8"):
            open_image_set(images, labels, class_names=tmp_path / "n.txt")
    np.savez(tmp_path / "z.npz", x=np.arange(4))
    (tmp_path / "z.npz").rename(tmp_path / "l.npy")
    with pytest.raises(ImagesError, match=r"l\.npy is a zip archive"):
        open_image_set(images, tmp_path / "l.npy")


def test_choices_that_nothing_heeds_are_refused(tmp_path: Path) -> None:
    images = image_folder(tmp_path / "images", per_class=1)
    for option in ("image_column", "label_column"):
        with pytest.raises(ImagesError, match=f"--{option.replace('_', '-')} x"):
            open_image_set(images, **{option: "x"})


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
    np.savez(tmp_path / "y.npz", images=np.zeros((3, 4, 4), np.uint8), labels=np.array([0, 1, 2**63], np.uint64))
    assert "has label 9223372036854775808; labels should be class indices" in refusal(tmp_path / "y.npz")
    np.savez(tmp_path / "y.npz", images=np.zeros((3, 4, 4), np.uint8), labels=np.array([0.5, 1, 2]))
    assert "should be (N,) whole numbers or strings, found (3,) float64" in refusal(tmp_path / "y.npz")
    np.savez_compressed(tmp_path / "y.npz", images=np.random.default_rng(0).integers(0, 255, (3, 9, 9), np.uint8))
    content = bytearray((tmp_path / "y.npz").read_bytes())
    content[200] ^= 255
    (tmp_path / "y.npz").write_bytes(content)
    assert "damaged" in refusal(tmp_path / "y.npz")
    (tmp_path / "b-images-idx3-ubyte").write_bytes(b"\0\0\x08\xff" + bytes(1020))
    assert "255 dimensions" in refusal(tmp_path / "b-images-idx3-ubyte")
    (tmp_path / "b-images-idx3-ubyte").write_bytes(b"\0\0\x08\3\0\0")
    assert "damaged" in refusal(tmp_path / "b-images-idx3-ubyte")
    (tmp_path / "a-images-idx3-ubyte.gz").write_bytes(gzip.compress(whole + b"more"))
    assert "should hold 4 x 5 x 5 bytes, has more" in refusal(tmp_path / "a-images-idx3-ubyte.gz")
