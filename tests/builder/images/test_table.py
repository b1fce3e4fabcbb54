"""CSV files of every make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.builder.images.table import as_numbers, as_values, pick_column, read_table
from explorer.errors import ImagesError


def table(tmp_path: Path, content: bytes) -> dict[str, list[str]]:
    (tmp_path / "t.csv").write_bytes(content)
    return read_table(tmp_path / "t.csv")


def test_excel_and_blank_lines(tmp_path: Path) -> None:
    found = table(tmp_path, b'\xef\xbb\xbfFile, Label ,\r\n"a,b.png", cat,\r\n\r\nc.png,"do""g",\r\n')
    assert found == {"file": ["a,b.png", "c.png"], "label": ["cat", 'do"g'], "column 3": ["", ""]}


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "found 0 rows"),
        (b"a,b\n", "at least one row"),
        (b"a,b\n1\n", "line 2 has 1 fields, its header has 2"),
        (b"a,A\n1,2\n", "2 columns called 'a'"),
        (b"a\n\xff\n", "not UTF-8"),
        (b"a\n" + b"x" * 200_000 + b"\n", "field larger than field limit"),
        (b'a\n"' + b"x\n" * 100_000, "field larger than field limit"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, part: str) -> None:
    with pytest.raises(ImagesError) as caught:
        table(tmp_path, content)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_tables(tmp_path: Path) -> None:
    with pytest.raises(ImagesError, match="No such file"):
        read_table(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["3", "", "0"], [3, -1, 0]),
        (["3.0", "nan", ""], [3, -1, -1]),  # as pandas writes whole numbers beside missing ones
        (["12345678901234567890", "1"], ["12345678901234567890", "1"]),
        (["1.5", "2"], ["1.5", "2"]),
        (["inf", "1"], ["inf", "1"]),
        (["cat", ""], ["cat", ""]),
    ],
)
def test_words_as_labels(words: list[str], numbers: list[object]) -> None:
    assert as_numbers(words).tolist() == numbers


def test_words_as_values() -> None:
    assert np.array_equal(as_values(["1.5", "", "-2"]), [1.5, np.nan, -2], equal_nan=True)
    assert as_values(["12345678901234567890"]) == ["12345678901234567890"]
    assert as_values(["1", "x"]) == ["1", "x"]


def test_the_label_column() -> None:
    assert pick_column({"class": [], "x": []}, None, "t") == "class"
    assert pick_column({"a": [], "x": []}, None, "t") == "x"
    assert pick_column({"a": [], "x": []}, "A", "t") == "a"
