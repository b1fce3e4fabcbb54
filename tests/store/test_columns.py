"""Tables in terminals of any width: names and figures whole, or folded, never cut."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from explorer.store.columns import Column, FittedTable
from explorer.store.phrases import by, counted, times

NAMES = ("input", "encoder.layers.11.attention.self.query")


def table(names: tuple[str, ...] = NAMES) -> FittedTable:
    columns = [
        Column(""), Column("layer", left=True), Column("kind", 3, left=True), Column("shape", 1),
        Column("trust"), Column("maps", 2),
    ]  # fmt: skip
    made = FittedTable(columns, "2 layers", footer=[Text(x) for x in ("●", "2 become clouds", "", "", "", "")])
    for i, name in enumerate(names):
        made.add("●", name, "SelfAttentionOutput", f"197×{768 + i}", f"0.98{i}", f"{10 + i}×14")
    return made


def printed(width: int, made: FittedTable) -> list[str]:
    stream = io.StringIO()
    Console(width=width, file=stream).print(made)
    lines = stream.getvalue().splitlines()
    assert max(len(x) for x in lines) <= width
    assert "…" not in stream.getvalue()
    return lines


@pytest.mark.parametrize("width", [50, 58, 66, 80, 100, 200])
def test_names_figures_and_marks_are_whole_at_any_width(width: int) -> None:
    rows = [x.split() for x in printed(width, table())]
    for i, name in enumerate(NAMES):
        row = next(x for x in rows if name in x)
        assert row[0] == "●"
        assert f"0.98{i}" in row
    assert ["●", "2", "become", "clouds"] in rows


@pytest.mark.parametrize(
    ("width", "missing"), [(200, []), (70, ["kind"]), (58, ["kind", "maps"]), (52, ["kind", "shape", "maps"])]
)
def test_what_has_no_room_goes_in_order_and_is_named(width: int, missing: list[str]) -> None:
    lines = printed(width, table())
    head = next(x for x in lines if "layer " in x and "trust" in x)
    assert [x for x in ("kind", "shape", "maps") if x not in head] == missing
    told = [x for x in lines if x.startswith("no room for: ")]
    assert told == ([f"no room for: {', '.join(missing)}"] if missing else [])


def test_a_name_longer_than_the_terminal_is_folded_and_the_figures_stay() -> None:
    name = "features." * 12
    lines = printed(40, table((name,)))
    row = next(i for i, x in enumerate(lines) if "0.980" in x)
    pieces = [
        x.removeprefix("●").replace("0.980", "").strip() for x in lines[row:] if "clouds" not in x and "room" not in x
    ]
    assert "".join(pieces) == name


def test_columns_with_nothing_in_them_are_left_out() -> None:
    made = FittedTable([Column("layer", left=True), Column("from", 1)])
    made.add("fc", "")
    assert [x.split() for x in printed(80, made)] == [["layer"], ["fc"]]


def test_words_for_one_and_for_many() -> None:
    assert [counted(x, "layer") for x in (0, 1, 2000)] == ["0 layers", "1 layer", "2,000 layers"]
    assert [counted(x, "class") for x in (1, 2)] == ["1 class", "2 classes"]
    assert by((3, 32, 32)) == "3×32×32"
    assert times("average 16x16 of conv2x") == "average 16×16 of conv2x"
