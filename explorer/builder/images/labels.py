"""Reads label files: .npy, .txt with one label a line, .csv with a header."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ImagesError
from explorer.types import Int32


@dataclass(frozen=True)
class Labels:
    """A label per image."""

    values: Int32
    """(N,) int32 indices into ``names``, -1 unknown."""
    names: tuple[str, ...]


def read_labels(path: Path, names_file: Path | None = None, column: str | None = None) -> Labels:
    """The labels in a file, one per image in the images' order.

    Numbers stay what they are and become their own names unless ``names_file`` gives better ones; words
    are numbered in alphabetical order.

    Args:
        path: .npy (numbers or strings), .txt (a label a line) or .csv (header; see ``column``).
        names_file: class names, a line each or a JSON list.
        column: the CSV column to use; "label" or "class" where there is one, else the last.

    Raises:
        ImagesError: the file is missing, not of these kinds, or does not fit the names.
    """
    try:
        raw = _raw_labels(path, column)
        names = read_names(names_file) if names_file else ()
    except OSError as error:
        raise ImagesError(f"{error.filename or path} cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise ImagesError(f"{path} is not UTF-8 text ({error.reason}); save it as UTF-8") from error
    return number_labels(raw, names, str(path))


def number_labels(raw: NDArray[Any], names: tuple[str, ...], where: str) -> Labels:
    """Indices and names for labels given as numbers or words.

    Args:
        raw: (N,) integers (negative: unknown) or strings (empty: unknown).
        names: class names, may be empty.
        where: the source, for errors.
    """
    if raw.dtype.kind in "iu":
        values = np.maximum(raw.astype(np.int64), -1)
        top = int(values.max(initial=-1))
        if names and top >= len(names):
            raise ImagesError(
                f"{where} has label {top} but there are only {len(names)} class names (0 to {top} needed)"
            )
        if top > 1_000_000:
            raise ImagesError(f"{where} has label {top}; labels should be class indices 0, 1, 2, ...")
        return Labels(values.astype(np.int32), names or tuple(str(i) for i in range(top + 1)))
    words = [str(x).strip() for x in raw]
    known = names or tuple(sorted({x for x in words if x}))
    index = {x: i for i, x in enumerate(known)}
    missing = sorted({x for x in words if x and x not in index})
    if missing:
        raise ImagesError(f"{where} has the label {missing[0]!r}, which is not among the {len(known)} class names")
    return Labels(np.array([index.get(x, -1) for x in words], np.int32), known)


def read_names(path: Path) -> tuple[str, ...]:
    """Class names: a JSON list, or one name a line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() != ".json":
        return tuple(line.strip() for line in text.splitlines() if line.strip())
    try:
        names = json.loads(text)
    except json.JSONDecodeError as error:
        raise ImagesError(f"{path} is not valid JSON ({error}); it should be a list of class names") from error
    if not isinstance(names, list):
        raise ImagesError(f"{path} should hold a list of class names, found {type(names).__name__}")
    return tuple(str(x) for x in names)


def read_table(path: Path) -> dict[str, list[str]]:
    """A CSV file with a header, as columns by lower-case name.

    Raises:
        ImagesError: no header, no rows, or rows of different lengths.
    """
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    if len(rows) < 2:
        raise ImagesError(f"{path} should be a CSV file with a header and at least one row, found {len(rows)} rows")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]):
            raise ImagesError(f"{path} line {number} has {len(row)} fields, its header has {len(rows[0])}")
    return {name.strip().lower(): [row[i].strip() for row in rows[1:]] for i, name in enumerate(rows[0])}


def pick_column(table: dict[str, list[str]], column: str | None, where: str) -> str:
    """The column that holds the label: the one asked for, or "label" or "class", or the last."""
    if column is not None:
        if column.lower() not in table:
            raise ImagesError(f"{where} has no column {column!r}; it has {', '.join(table)}")
        return column.lower()
    return next((x for x in ("label", "class") if x in table), list(table)[-1])


def as_numbers(words: list[str]) -> NDArray[Any]:
    """Integers where every word is one (empty: -1), else the words as they are."""
    try:
        return np.array([int(x) if x else -1 for x in words], np.int64)
    except ValueError:
        return np.array(words, dtype=str)


def _raw_labels(path: Path, column: str | None) -> NDArray[Any]:
    kind = path.suffix.lower()
    if kind == ".csv":
        table = read_table(path)
        return as_numbers(table[pick_column(table, column, str(path))])
    if kind == ".npy":
        return _npy_labels(path)
    if kind in (".txt", ""):
        return as_numbers([line.strip() for line in path.read_text(encoding="utf-8").splitlines()])
    raise ImagesError(f"{path} is not a label file this reads; give .npy, .csv or .txt")


def _npy_labels(path: Path) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ImagesError(f"{path} is not a .npy file of plain numbers or strings ({error})") from error
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.dtype.kind == "f" and np.all(array == np.round(array)):
        array = array.astype(np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iuU":
        raise ImagesError(f"{path} should be (N,) whole numbers or strings, found {array.shape} {array.dtype}")
    return array
