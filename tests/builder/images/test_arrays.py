"""Images of arrays in files: read piece by piece, the same whatever the file's layout, cheap to hand to a worker."""

from __future__ import annotations

import gzip
import multiprocessing
import pickle
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from explorer.builder.images import stored
from explorer.builder.images.arrays import ArrayImages, StoredImages, stored_images
from explorer.builder.images.decode import Unreadable
from explorer.errors import ImagesError
from tests.builder.images.memory import peak

IMAGES = np.random.default_rng(0).integers(0, 256, (17, 5, 7, 3), dtype=np.uint8)


def idx(array: np.ndarray) -> bytes:
    return b"\0\0\x08" + bytes([array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def written(folder: Path, kind: str) -> tuple[Path, str]:
    """The images in one of the layouts, and the name of the array in it."""
    if kind == "idx":
        (folder / "x-idx4").write_bytes(idx(IMAGES))
        return folder / "x-idx4", ""
    if kind == "idx.gz":
        (folder / "x-idx4.gz").write_bytes(gzip.compress(idx(IMAGES)))
        return folder / "x-idx4.gz", ""
    laid = np.asfortranarray(IMAGES) if "fortran" in kind else IMAGES
    laid = np.ascontiguousarray(np.moveaxis(laid, 3, 1)) if "first" in kind else laid
    if "npy" in kind:
        np.save(folder / "x.npy", laid)
        return folder / "x.npy", ""
    save = np.savez_compressed if "packed" in kind else np.savez
    save(folder / "x.npz", before=np.arange(1000), images=laid, after=np.arange(3))
    return folder / "x.npz", "images"


KINDS = (
    "npy", "npy first", "npy fortran", "npz", "npz packed", "npz fortran", "npz packed fortran first", "idx", "idx.gz",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("indices", [range(17), [3], [16, 2, 2, 3, 4, 0], []])
def test_every_layout_gives_the_same_images(tmp_path: Path, kind: str, indices: list[int]) -> None:
    path, part = written(tmp_path, kind)
    source = stored_images(path, part, tmp_path / "scratch")
    found = source.batch(indices)
    assert len(found) == len(indices)
    for index, image in zip(indices, found, strict=True):
        assert np.array_equal(image, IMAGES[index])


def test_blocks_of_a_turned_array_fit_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "_BLOCK", 4 * 105)  # 4 images at a time
    values = np.asfortranarray(IMAGES.astype(">u2") * 257)
    np.save(tmp_path / "x.npy", values)
    source = stored_images(tmp_path / "x.npy", "", tmp_path)
    assert np.array_equal(np.array(source.batch(range(17))), IMAGES)


@pytest.mark.parametrize("kind", KINDS)
def test_the_hash_is_of_the_pixels(tmp_path: Path, kind: str) -> None:
    path, part = written(tmp_path, kind)
    stamp = stored_images(path, part, tmp_path / "a").stamp()
    if "first" not in kind:
        assert stamp == ArrayImages(IMAGES, [str(i) for i in range(17)]).stamp()
    assert stamp == stored_images(path, part, tmp_path / "b").stamp()


def test_one_changed_pixel_changes_the_hash(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "x.npz", images=IMAGES)
    before = stored_images(tmp_path / "x.npz", "images", None).stamp()
    changed = IMAGES.copy()
    changed[16, 4, 6, 2] ^= 1
    np.savez_compressed(tmp_path / "x.npz", images=changed)
    assert stored_images(tmp_path / "x.npz", "images", None).stamp() != before


def test_what_was_unpacked_is_found_again(tmp_path: Path) -> None:
    path, part = written(tmp_path, "npz packed")
    first = stored_images(path, part, tmp_path / "scratch").stored.path
    inode = first.stat().st_ino
    again = stored_images(path, part, tmp_path / "scratch").stored.path
    assert again == first
    assert again.stat().st_ino == inode
    assert [x.name for x in (tmp_path / "scratch").iterdir()] == [first.name]  # nothing half-made is left


def test_unpacked_files_are_removed_at_the_end(tmp_path: Path) -> None:
    path, _ = written(tmp_path, "npz packed")
    code = (
        "from pathlib import Path; from explorer.builder.images.arrays import stored_images;"
        f"print(stored_images(Path({str(path)!r}), 'images', None).stored.path)"
    )
    environment = {"TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.startswith(str(tmp_path / "layerflight-"))
    assert not list(tmp_path.glob("layerflight-*"))


def _sum(source: StoredImages) -> int:
    return int(np.sum([np.asarray(x, np.int64).sum() for x in source.batch(range(17))]))


def test_workers_read_the_same_images(tmp_path: Path) -> None:
    path, part = written(tmp_path, "npz packed")
    source = stored_images(path, part, None)
    assert len(pickle.dumps(source)) < 2000
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_sum, (source,)) == int(IMAGES.astype(np.int64).sum())


def test_a_worker_elsewhere_unpacks_for_itself(tmp_path: Path) -> None:
    path, part = written(tmp_path, "npz packed")
    source = pickle.loads(pickle.dumps(stored_images(path, part, tmp_path / "scratch")))
    source.stored.path.unlink()
    assert np.array_equal(source.read(3), IMAGES[3])


def test_floats_out_of_range_are_counted_and_normalised_ones_refused(tmp_path: Path) -> None:
    values = (IMAGES / 255).astype(np.float32)
    values[5, 0, 0, 0] = 7
    np.save(tmp_path / "x.npy", values)
    found = stored_images(tmp_path / "x.npy", "", None).batch(range(17))
    assert [i for i, x in enumerate(found) if isinstance(x, Unreadable)] == [5]
    np.save(tmp_path / "x.npy", (values - 0.5) / 0.25)
    with pytest.raises(ImagesError, match=r"should be 0 to 1, found -2 to 1.89 .*not normalised"):
        stored_images(tmp_path / "x.npy", "", None)


def test_a_file_that_shrinks_under_the_build_is_told(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", IMAGES)
    source = stored_images(tmp_path / "x.npy", "", None)
    (tmp_path / "x.npy").write_bytes(b"")
    with pytest.raises(ImagesError, match="changed while it was read"):
        source.read(2)


def test_no_room_to_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, part = written(tmp_path, "npz packed")
    (tmp_path / "full").write_text("a file, not a folder")
    with pytest.raises(ImagesError, match="cannot be written"):
        stored_images(path, part, tmp_path / "full")
    whole = (tmp_path / "a.gz", np.array([1 << 20, 1 << 20, 1 << 20], ">u4").tobytes())
    whole[0].write_bytes(gzip.compress(b"\0\0\x08\3" + whole[1] + bytes(100)))
    with pytest.raises(ImagesError, match=r"unpacks to 1152921504\.6 GB"):
        stored_images(whole[0], "", tmp_path)


def test_ten_thousand_small_images_are_read_in_no_time(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((10_000, 32, 32, 3), np.uint8))
    source = stored_images(tmp_path / "x.npy", "", None)
    begin = time.perf_counter()
    count = sum(len(source.batch(range(i, min(i + 64, 10_000)))) for i in range(0, 10_000, 64))
    assert count == 10_000
    assert time.perf_counter() - begin < 1.0  # 0.02 s on an idle machine


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("packed", [True, False])
def test_memory_does_not_grow_with_the_number_of_images(tmp_path: Path, packed: bool) -> None:
    peaks = []
    for count in (2_000, 40_000):  # 6 MB and 123 MB of pixels
        path = tmp_path / f"{count}.npz"
        (np.savez_compressed if packed else np.savez)(path, images=np.zeros((count, 32, 32, 3), np.uint8))
        peaks.append(peak(path, tmp_path / "scratch"))
    assert peaks[1] - peaks[0] < 20_000  # kB
