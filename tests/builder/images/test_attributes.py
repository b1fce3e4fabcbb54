"""What becomes of columns: categories, scales, or a note why not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer.builder.images.attributes import MOST_NUMBERS, MOST_WORDS, Column, take
from explorer.store.write import Attribute


def made(*pieces: Any, names: tuple[str, ...] = ()) -> tuple[Attribute | None, str]:
    column = Column("x", names)
    for piece in pieces:
        column.add(piece)
    return column.finish()


def attribute(*pieces: Any, names: tuple[str, ...] = ()) -> Attribute:
    found, note = made(*pieces, names=names)
    assert found is not None, note
    return found


def test_few_whole_numbers_are_categories() -> None:
    found = attribute([3, -1, 3], np.array([7.0, np.nan]))
    assert found.names == ("-1", "3", "7")
    assert found.values.dtype == np.int32
    assert found.values.tolist() == [1, 0, 1, 2, -1]


def test_many_or_broken_numbers_are_a_scale() -> None:
    found = attribute(np.arange(MOST_NUMBERS + 1))
    assert found.names == ()
    assert found.values.dtype == np.float32
    assert found.values.tolist() == list(range(MOST_NUMBERS + 1))
    assert attribute(np.arange(MOST_NUMBERS)).names[-1] == str(MOST_NUMBERS - 1)
    assert np.array_equal(attribute([0.5, None, 1]).values, [0.5, np.nan, 1], equal_nan=True)
    assert np.array_equal(attribute([0.5, 1e300, 10**400]).values, [0.5, np.nan, np.nan], equal_nan=True)


def test_words_are_categories_in_alphabetical_order() -> None:
    found = attribute(["b", " a"], ["", None, b"b", "a"])
    assert found.names == ("a", "b")
    assert found.values.tolist() == [1, 0, -1, -1, 1, 0]


def test_booleans() -> None:
    assert attribute([True, None, False]).values.tolist() == [1, -1, 0]
    assert attribute(np.array([True, True])).names == ("false", "true")


def test_known_names() -> None:
    found = attribute([1, 0, None, 9], names=("cat", "dog"))
    assert found.names == ("cat", "dog")
    assert found.values.tolist() == [1, 0, -1, -1]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([f"{i}.png" for i in range(7)], "names every image differently"),
        ([str(i // 2) for i in range(2 * MOST_WORDS + 2)], f"more than {MOST_WORDS} different words"),
        (["a", 3, "a"], "values of several kinds"),
        ([None, "", None], "holds nothing"),
        (np.full(3, np.nan), "holds nothing"),
        ([{}, [], {}], "neither numbers nor words"),
    ],
)
def test_what_nothing_can_be_coloured_by(values: Any, why: str) -> None:
    found, note = made(values)
    assert found is None
    assert why in note
    assert note.startswith("x is left out: ")


def test_take() -> None:
    found = take(attribute(["a", "b", "a"]), np.array([1, 0]))
    assert found.values.tolist() == [1, 0]
    assert found.names == ("a", "b")
