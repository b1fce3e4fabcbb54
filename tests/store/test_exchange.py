"""Selections as tables: out and in again, by file or index, with what is missing reported."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import SelectionError
from explorer.store.exchange import COLUMNS, FORMATS, export_selection, import_selection
from explorer.store.read import World, open_world
from explorer.store.write import LayerArrays, WorldArrays, write_world
from tests.worlds import make_world

IMAGES = np.array([1, 6, 58])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return open_world(make_world(tmp_path / "a.world", images=60))


@pytest.fixture
def nameless(tmp_path: Path) -> World:
    points = np.random.default_rng(0).normal(size=(9, 15))
    return open_world(write_world(tmp_path / "b.world", WorldArrays("bare", [LayerArrays("input", points)])))


@pytest.mark.parametrize("suffix", FORMATS)
def test_out_and_in_again(world: World, tmp_path: Path, suffix: str) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    path = export_selection(world, IMAGES, tmp_path / f"x{suffix}")
    found = import_selection(world, path)
    assert found.images.tolist() == IMAGES.tolist()
    assert found.report == f"x{suffix}: 3 images"
    assert not list(tmp_path.glob("*.part"))
    empty = export_selection(world, np.arange(0), tmp_path / f"empty{suffix}")
    assert import_selection(world, empty).images.tolist() == []


def test_a_row_for_each_image(world: World, tmp_path: Path) -> None:
    export_selection(world, IMAGES, tmp_path / "x.csv")
    with open(tmp_path / "x.csv", encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == COLUMNS
    assert [row[0] for row in rows] == ["1", "6", "58"]
    assert rows[1] == ["6", "cross/0006.png", "cross", world.prediction_text(6)]


def test_parquet_has_the_same_rows(world: World, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(export_selection(world, IMAGES, tmp_path / "x.parquet"))
    assert tuple(table.column_names) == COLUMNS
    assert table.column("index").to_pylist() == [1, 6, 58]
    assert table.column("file").to_pylist()[1] == "cross/0006.png"


def test_names_decide_where_both_are_given(world: World, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("index,file\n0,cross/0006.png\n0,square/0001.png\n")
    assert import_selection(world, tmp_path / "x.csv").images.tolist() == [1, 6]


def test_what_is_not_in_the_world_is_reported(world: World, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("file\ncross/0006.png\n" + "".join(f"gone{i}.png\n" for i in range(5)))
    found = import_selection(world, tmp_path / "x.csv")
    assert found.images.tolist() == [6]
    assert found.report == "x.csv: 1 images; 5 of 6 files are not in this world: gone0.png, gone1.png, gone2.png, …"
    (tmp_path / "y.csv").write_text("index,other\n3,a\n 4 ,b\n60,c\n-1,d\nx,e\n3,f\n,g\n1e3,h\n²,i\n")
    found = import_selection(world, tmp_path / "y.csv")
    assert found.images.tolist() == [3, 4]
    assert "6 of 8 rows are not in this world: 60, -1, x, …" in found.report


def test_a_world_without_names_goes_by_index(nameless: World, tmp_path: Path) -> None:
    export_selection(nameless, np.array([2, 8]), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text().splitlines()[1] == "2,,,"
    assert import_selection(nameless, tmp_path / "x.csv").images.tolist() == [2, 8]
    (tmp_path / "y.csv").write_text("file\na.png\n")
    with pytest.raises(SelectionError, match="a column index"):
        import_selection(nameless, tmp_path / "y.csv")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "a column file or index, found nothing"),
        (b"name,label\na,b\n", "a column file or index, found nothing"),
        (b"file\ngone.png\n", "none of the 1 files of x.csv is in this world: gone.png"),
        (b"index\n99\n", "none of the 1 rows of x.csv is in this world: 99"),
        (b"file\n\xff\xfe\n", "cannot be read"),
        (b'file\n"' + b"x" * 200_000 + b'"\n', "cannot be read"),
    ],
)
def test_tables_that_do_not_fit_are_one_line(world: World, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(SelectionError, match=words) as error:
        import_selection(world, tmp_path / "x.csv")
    assert "\n" not in str(error.value)


def test_files_that_are_not_there_or_of_no_such_kind(world: World, tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match=r"cannot be read \(No such file"):
        import_selection(world, tmp_path / "gone.csv")
    with pytest.raises(SelectionError, match=r"cannot be written \(No such file"):
        export_selection(world, IMAGES, tmp_path / "gone" / "x.csv")
    for name in ("x.txt", "x", ".csv"):
        with pytest.raises(SelectionError, match=r"should end in \.csv or \.parquet"):
            export_selection(world, IMAGES, tmp_path / name)


def test_a_file_that_is_no_parquet(world: World, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "x.parquet").write_text("index\n1\n")
    with pytest.raises(SelectionError, match="cannot be read as Parquet"):
        import_selection(world, tmp_path / "x.parquet")


def test_parquet_without_pyarrow_is_one_line(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for act in (lambda: export_selection(world, IMAGES, tmp_path / "x.parquet"),
                lambda: import_selection(world, tmp_path / "x.parquet")):  # fmt: skip
        with pytest.raises(SelectionError, match=r"needs pyarrow: pip install pyarrow, or use a \.csv"):
            act()
    assert not list(tmp_path.glob("x.*"))
