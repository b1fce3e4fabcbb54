"""Reads CSV files with a header, column by column."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.words import one_line, printable
from explorer.errors import ImagesError

_DIGITS = 15
"""Whole numbers of more digits are not exact as a float."""


def read_table(path: Path) -> dict[str, list[str]]:
    """A CSV file with a header, as columns by lower-case name.

    Raises:
        ImagesError: unreadable, no header, no rows, columns of one name, or rows of different lengths.
    """
    where = printable(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except UnicodeDecodeError as error:
        raise ImagesError(f"{where} is not UTF-8 text ({error.reason}); save it as UTF-8") from error
    except csv.Error as error:
        raise ImagesError(f"{where} is not a CSV file this reads ({one_line(error)}); check its quotes") from error
    except OSError as error:
        raise ImagesError(f"{where} cannot be read ({one_line(error)}); check the path") from error
    if len(rows) < 2:
        raise ImagesError(f"{where} should be a CSV file with a header and at least one row, found {len(rows)} rows")
    header = [x.strip().lower() or f"column {i}" for i, x in enumerate(rows[0], 1)]
    name, count = Counter(header).most_common(1)[0]
    if count > 1:
        raise ImagesError(f"{where} has {count} columns called {name!r:.60}; give each its own name")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            raise ImagesError(f"{where} line {number} has {len(row)} fields, its header has {len(header)}")
    return {name: [row[i].strip() for row in rows[1:]] for i, name in enumerate(header)}


def read_header(path: Path) -> list[str]:
    """The lower-case names of a CSV's columns, empty where it is no table."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return [x.strip().lower() for x in next(csv.reader(file), [])]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


def pick_column(table: dict[str, list[str]], column: str | None, where: str) -> str:
    """The column that holds the label: the one asked for, or "label" or "class", or the last."""
    if column is not None:
        if column.lower() not in table:
            raise ImagesError(f"{where} has no column {column!r}; it has {', '.join(table):.300}")
        return column.lower()
    return next((x for x in ("label", "class") if x in table), list(table)[-1])


def as_numbers(words: list[str]) -> NDArray[Any]:
    """Words (N,) as integers where every one is a whole number, empty or "nan" as -1; else as they are, object."""
    try:
        return np.array([int(x) if x else -1 for x in words], np.int64)
    except (ValueError, OverflowError):
        pass
    numbers = as_floats(words)
    if numbers is not None:
        known = numbers[~np.isnan(numbers)]
        if np.all((known == np.round(known)) & (np.abs(known) < 2**53)):
            return np.where(np.isnan(numbers), -1, numbers).astype(np.int64)
    return np.array(words, dtype=object)


def as_floats(words: list[str]) -> NDArray[np.float64] | None:
    """Words (N,) as numbers, empty as NaN; None where one is not a number."""
    try:
        return np.array([float(x) if x else np.nan for x in words], np.float64)
    except ValueError:
        return None


def as_values(words: list[str]) -> NDArray[np.float64] | list[str]:
    """Words as numbers (N,), NaN unknown, where all are; identifiers too long for a number stay words."""
    numbers = as_floats(words)
    if numbers is None or any(len(x) > _DIGITS and x.lstrip("+-").isdigit() for x in words):
        return words
    return numbers
