"""Reads label files: .npy, .txt with one label a line, .csv with a header."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.npyfile import load_npy
from explorer.builder.images.table import as_numbers, pick_column, read_table
from explorer.builder.images.words import one_line, printable
from explorer.errors import ImagesError
from explorer.types import Int32

MOST_CLASSES = 1_000_000
"""A larger index is an identifier, not a class: every index below it gets a name."""


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
    raw = raw_labels(path, column)
    return number_labels(raw, read_names(names_file) if names_file else (), printable(path))


def number_labels(raw: NDArray[Any], names: tuple[str, ...], where: str) -> Labels:
    """Indices and names for labels given as numbers or words.

    Args:
        raw: (N,) integers (negative: unknown) or strings (empty: unknown).
        names: class names, may be empty.
        where: the source, for errors.
    """
    if raw.dtype.kind in "iu":
        top = max(int(raw.max()), -1) if len(raw) else -1
        if names and top >= len(names):
            raise ImagesError(
                f"{where} has label {top} but there are only {len(names)} class names (0 to {top} needed)"
            )
        if top > MOST_CLASSES:
            raise ImagesError(f"{where} has label {top}; labels should be class indices 0, 1, 2, ...")
        values = np.maximum(raw.astype(np.int64), -1)
        return Labels(values.astype(np.int32), names or tuple(str(i) for i in range(top + 1)))
    words = [str(x).strip() for x in raw]
    known = names or tuple(sorted({x for x in words if x}))
    index = {x: i for i, x in enumerate(known)}
    missing = sorted({x for x in words if x and x not in index})
    if missing:
        raise ImagesError(f"{where} has the label {missing[0]!r:.80}, which is not among the {len(known)} class names")
    return Labels(np.array([index.get(x, -1) for x in words], np.int32), known)


def plain_labels(array: NDArray[Any], where: str) -> NDArray[Any]:
    """Labels of any array as (N,) integers (-1 unknown) or strings (N,) object.

    Raises:
        ImagesError: not one whole number or string for each image.
    """
    flat = array.reshape(-1) if array.ndim == 2 and 1 in array.shape else array
    kind = flat.dtype.kind
    if kind == "f" and np.all(np.isnan(flat) | ((flat == np.round(flat)) & (np.abs(flat) < 2**53))):
        return np.where(np.isnan(flat), -1, flat).astype(np.int64)
    if flat.ndim != 1 or kind not in "biuSUO":
        raise ImagesError(f"{where} should be (N,) whole numbers or strings, found {array.shape} {array.dtype}")
    if kind in "biu":
        return flat.astype(np.int64) if kind != "u" or flat.dtype.itemsize < 8 else flat
    return np.array([text(x) for x in flat.tolist()], dtype=object)


def text(value: Any) -> str:
    """A label as a word; None is no label."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return "" if value is None else str(value)


def read_names(path: Path) -> tuple[str, ...]:
    """Class names: a JSON list, or one name a line.

    Raises:
        ImagesError: the file cannot be read, or is no list.
    """
    content = _read_text(path)
    if path.suffix.lower() != ".json":
        return tuple(line.strip() for line in content.splitlines() if line.strip())
    try:
        names = json.loads(content)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ImagesError(
            f"{printable(path)} is not valid JSON ({error}); it should be a list of class names"
        ) from error
    if not isinstance(names, list):
        raise ImagesError(f"{printable(path)} should hold a list of class names, found {type(names).__name__}")
    return tuple(str(x) for x in names)


def raw_labels(path: Path, column: str | None = None) -> NDArray[Any]:
    """The labels of a file as they are: (N,) integers (negative: unknown) or words; see ``read_labels``."""
    kind = path.suffix.lower()
    if kind == ".csv":
        table = read_table(path)
        return as_numbers(table[pick_column(table, column, printable(path))])
    if kind == ".npy":
        return plain_labels(load_npy(path), printable(path))
    if kind in (".txt", ""):
        return as_numbers([line.strip() for line in _read_text(path).splitlines()])
    raise ImagesError(f"{printable(path)} is not a label file this reads; give .npy, .csv or .txt")


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ImagesError(f"{printable(path)} cannot be read ({one_line(error)}); check the path") from error
    except UnicodeDecodeError as error:
        raise ImagesError(f"{printable(path)} is not UTF-8 text ({error.reason}); save it as UTF-8") from error
