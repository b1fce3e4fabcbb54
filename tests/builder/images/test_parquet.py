"""Images in parquet files: every way they are kept, and never more than a part of them in memory."""

from __future__ import annotations

import io
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explorer.builder.images import optional, parquet
from explorer.builder.images.decode import Unreadable
from explorer.builder.images.image_set import open_image_set
from explorer.errors import ImagesError
from tests.builder.images.memory import peak

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def png(grey: int, size: int = 4) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.full((size, size), grey, np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def write(path: Path, count: int = 20, first: int = 0, rows: int = 7, **columns: Any) -> Path:
    """Images of grey levels ``first`` onwards as {bytes, path}, and further columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    images = [{"bytes": png(first + i), "path": f"d/{first + i}.png"} for i in range(count)]
    pq.write_table(pa.table({"image": images} | columns), path, row_group_size=rows)
    return path


def greys(found: Any) -> list[int]:
    return [int(x[0, 0, 0]) for x in found.source.batch(found.chosen)]


@pytest.mark.parametrize("large", [1 << 26, 0])
def test_rows_in_any_order_from_several_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    monkeypatch.setattr(parquet, "LARGE_GROUP", large)  # 0: every group is unpacked to a file
    parquet._group.cache_clear()
    found = open_image_set(write(tmp_path / "x.parquet"), scratch=tmp_path / "scratch")
    assert greys(found) == list(range(20))
    assert [int(x[0, 0, 0]) for x in found.source.batch([19, 0, 7, 7, 6])] == [19, 0, 7, 7, 6]
    with ThreadPoolExecutor(4) as pool:
        assert [int(x[0, 0, 0]) for x in pool.map(found.source.read, range(20))] == list(range(20))
    assert len(list((tmp_path / "scratch").glob("*"))) == (0 if large else 3)
    assert greys(found.take(np.array([3, 1]))) == [3, 1]
    copy = pickle.loads(pickle.dumps(found.source))
    assert int(copy.read(11)[0, 0, 0]) == 11
    assert list(found.source.names)[:2] == ["0.png", "1.png"]
    parquet._group.cache_clear()


def test_bytes_alone_and_rows_without_images(tmp_path: Path) -> None:
    table = pa.table({"picture": pa.array([png(1), None, b"junk", png(4)], pa.large_binary()), "n": [1, 2, 3, 4]})
    pq.write_table(table, tmp_path / "x.parquet")
    found = open_image_set(tmp_path / "x.parquet")
    good, none, junk, last = found.source.batch(range(4))
    assert (str(none), str(junk)) == ("the row holds no image", "not an image of a known format")
    assert not isinstance(good, Unreadable)
    assert int(last[0, 0, 0]) == 4  # type: ignore[index]
    assert found.name(2) == "x/00002"
    assert found.labels.tolist() == [-1] * 4
    assert [x.name for x in found.attributes] == ["n"]


def test_labels_and_attributes(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.parquet", 6, label=[1, 0, None, 1, 0, 1], site=["b", "a", "b", None, "a", "a"],
        age=[0.5, None, 1, 2, 3, 4], day=pa.array([1, 2, 3, 4, 5, 6], pa.timestamp("s")), text=list("uvwxyz"),
    )  # fmt: skip
    (tmp_path / "names.txt").write_text("no\nyes\n")
    found = open_image_set(path, class_names=tmp_path / "names.txt")
    assert found.labels.tolist() == [1, 0, -1, 1, 0, 1]
    assert found.class_names == ("no", "yes")
    assert [x.name for x in found.attributes] == ["site", "age"]
    assert found.attributes[0].values.tolist() == [1, 0, 1, -1, 0, 0]
    assert sorted(x.split(" is left out")[0] for x in found.notes) == ["day", "text"]
    by_site = open_image_set(path, label_column="site")
    assert by_site.class_names == ("a", "b")
    assert [x.name for x in by_site.attributes] == ["label", "age"]


def test_folders_and_splits(tmp_path: Path) -> None:
    write(tmp_path / "data" / "train-00000-of-00001.parquet", 5)
    write(tmp_path / "data" / "test-00001-of-00002.parquet", 3, first=104)
    write(tmp_path / "data" / "test-00000-of-00002.parquet", 4, first=100)
    assert greys(open_image_set(tmp_path)) == list(range(100, 107))
    assert greys(open_image_set(tmp_path, split="train")) == list(range(5))
    with pytest.raises(ImagesError, match="no split 'validation'; it has test, train"):
        open_image_set(tmp_path, split="validation")
    write(tmp_path / "plain" / "b.parquet", 2, first=7)
    write(tmp_path / "plain" / "a.parquet", 2, first=5)
    assert greys(open_image_set(tmp_path / "plain")) == [5, 6, 7, 8]


def test_the_hash_changes_with_the_file(tmp_path: Path) -> None:
    before = open_image_set(write(tmp_path / "x.parquet")).stamp()
    assert open_image_set(tmp_path / "x.parquet").stamp() == before
    assert open_image_set(write(tmp_path / "x.parquet", first=1)).stamp() != before


def refusal(path: Path, **options: Any) -> str:
    with pytest.raises(ImagesError) as caught:
        open_image_set(path, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "x.parquet", n=[1] * 20)
    pq.write_table(pa.table({"left": [png(1)], "right": [png(2)]}), tmp_path / "two.parquet")
    assert "several columns of images: left, right; choose with --image-column" in refusal(tmp_path / "two.parquet")
    assert greys(open_image_set(tmp_path / "two.parquet", image_column="right")) == [2]
    assert "column 'n' should hold encoded images as bytes, but holds int64" in refusal(path, image_column="n")
    assert "but does not exist" in refusal(path, image_column="m")
    assert "has no column 'm'; it has image, n" in refusal(path, image_column="image", label_column="m")
    pq.write_table(pa.table({"n": [1]}), tmp_path / "n.parquet")
    assert "no column of images" in refusal(tmp_path / "n.parquet")
    (tmp_path / "torn.parquet").write_bytes(path.read_bytes()[:200])
    assert "damaged or not parquet" in refusal(tmp_path / "torn.parquet")
    pq.write_table(pa.table({"image": pa.array([], pa.binary())}), tmp_path / "none.parquet")
    assert "holds no images" in refusal(tmp_path / "none.parquet")
    assert "has no splits" in refusal(path, split="train")
    write(tmp_path / "mixed" / "a.parquet", n=[1] * 20)
    write(tmp_path / "mixed" / "b.parquet")
    assert "b.parquet has other columns than a.parquet" in refusal(tmp_path / "mixed")

    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(optional.importlib, "import_module", missing)
    assert "needs pyarrow: pip install 'layerflight[hf]'" in refusal(path)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("rows", "counts"), [(100, (2_000, 30_000)), (10**6, (16_000, 45_000))])
def test_memory_does_not_grow_with_the_number_of_images(tmp_path: Path, rows: int, counts: tuple[int, int]) -> None:
    noise = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(noise, "BMP")
    peaks = []
    for count in counts:  # of 5 kB; 16,000 in one row group are more than what is held of one
        path = tmp_path / f"{count}.parquet"
        pq.write_table(pa.table({"image": [noise.getvalue()] * count}), path, row_group_size=rows, use_dictionary=False)
        peaks.append(peak(path, tmp_path / "scratch"))
    assert peaks[1] - peaks[0] < 40_000  # kB, of 140 MB more
