"""Joins images with a CSV that describes files or classes.

Two kinds of table are understood, told apart by their columns:

* a table of files has a column ``file`` (or filename, image, path): a row per image;
* a table of classes has a row per class, and some column holds what the images are called after: their
  class folder, or the part of the file name before the first underscore (as in n01440764_tench.JPEG).

A column ``index`` (or class_index, target) gives the network's own class; then the label column may
group classes coarsely, and a column ``words`` (or name, names, title) names the network's classes. What
other columns say is an attribute of the images.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.attributes import Column, gathered
from explorer.builder.images.labels import MOST_CLASSES, Labels, number_labels
from explorer.builder.images.table import as_numbers, as_values, pick_column, read_table
from explorer.builder.images.words import printable
from explorer.errors import ImagesError
from explorer.store.write import Attribute
from explorer.types import Int32

FILE_COLUMNS = ("file", "filename", "file_name", "image", "path")
_INDEX = ("index", "class_index", "target")
_WORDS = ("words", "name", "names", "title")

_KEYS: tuple[Callable[[PurePath], str], ...] = (
    lambda x: x.as_posix(),
    lambda x: x.name,
    lambda x: x.stem,
    lambda x: x.parts[0] if len(x.parts) > 1 else "",
    lambda x: x.stem.split("_")[0],
)
"""What a table may call an image, tried in this order."""


@dataclass(frozen=True)
class Joined:
    """Labels found in a table, aligned with the images."""

    labels: Labels
    targets: Int32 | None
    """(N,) class index of the network."""
    fine_names: tuple[str, ...]
    groups: Int32 | None
    """(K,) label of each class of the network."""
    named_only: bool
    attributes: tuple[Attribute, ...]
    """The columns that are none of these."""
    notes: tuple[str, ...]
    """Columns that are no attributes, and why."""


def from_table(
    path: Path,
    names: Sequence[str],
    column: str | None,
    own_labels: NDArray[Any] | None,
    class_names: tuple[str, ...] = (),
    listed_by: str | None = None,
) -> Joined:
    """Join the images called ``names`` with the CSV at ``path``.

    Args:
        path: the table, with a header.
        names: paths of the images below their folder.
        column: the column to colour by; default ``label`` or ``class``, else the last.
        own_labels: (N,) integers that came with the images, matched with the index column if nothing else is.
        class_names: names of the labels in their order, may be empty.
        listed_by: the column the images were listed from, a row for each; None: they are matched by name.

    Raises:
        ImagesError: the table cannot be read or an image is not in it.
    """
    table, where = read_table(path), printable(path)
    label = _label_column(table, column, listed_by, where)
    index = next((x for x in _INDEX if x in table and x != label), None) if label else None
    found = (np.arange(len(names)), listed_by) if listed_by else _match(table, names, own_labels, index, where)
    rows, key = found  # (N,)
    raw = as_numbers(table[label]) if label else np.full(len(next(iter(table.values()))), -1)
    per_row = number_labels(raw, class_names, f"{where} column {label!r}")
    labels = Labels(per_row.values[rows], per_row.names)
    words = next((x for x in _WORDS if x in table and x != label), None) if index is not None else None
    others = [x for x in table if x not in (label, index, words, key)]
    attributes, notes = gathered(_column(x, table[x], rows) for x in others)
    if label is None:
        return Joined(labels, None, (), None, False, attributes, notes)
    if index is None:
        named_only = raw.dtype.kind not in "iu" and not class_names
        return Joined(labels, labels.values, (), None, named_only, attributes, notes)
    classes = _classes(table[index], f"{where} column {index!r}")
    fine, groups = _grouping(classes, table[words] if words else None, per_row.values)
    return Joined(labels, classes[rows].astype(np.int32), fine, groups, False, attributes, notes)


def _label_column(table: dict[str, list[str]], asked: str | None, listed_by: str | None, where: str) -> str | None:
    """The column to colour by: by itself never the files' names or fractions. None where there is no such column."""
    fits = {x: y for x, y in table.items() if x not in (*FILE_COLUMNS, listed_by) and not _fractions(y)}
    return pick_column(table if asked else fits, asked, where) if asked or fits else None


def _fractions(words: list[str]) -> bool:
    values = as_values(words)
    return isinstance(values, np.ndarray) and as_numbers(words).dtype.kind not in "iu"


def _column(name: str, words: list[str], rows: NDArray[np.int64]) -> Column:
    """A column of the table as an attribute of the images."""
    column, values = Column(name), as_values(words)
    column.add(values[rows] if isinstance(values, np.ndarray) else [values[i] for i in rows])
    return column


def _classes(words: list[str], where: str) -> NDArray[np.int64]:
    """The network's class of every row of the table."""
    classes = as_numbers(words)
    if classes.dtype.kind not in "iu" or classes.min(initial=0) < 0 or classes.max(initial=0) > MOST_CLASSES:
        raise ImagesError(f"{where} should hold class indices 0, 1, 2, ...")
    return classes


def _grouping(classes: NDArray[np.int64], words: list[str] | None, labels: Int32) -> tuple[tuple[str, ...], Int32]:
    """Name and label of each of the network's K classes, "" and -1 where the table does not say."""
    fine = ["" for _ in range(int(classes.max(initial=0)) + 1)]
    groups = np.full(len(fine), -1, np.int32)
    for row, number in enumerate(classes.tolist()):
        fine[number] = words[row].split(",")[0].strip() if words else str(number)
        groups[number] = labels[row]
    return tuple(fine), groups


def _match(
    table: dict[str, list[str]], names: Sequence[str], own_labels: NDArray[Any] | None, index: str | None, where: str
) -> tuple[NDArray[np.int64], str | None]:
    """The row of the table for every image (N,), and the column they were found by."""
    paths = [PurePath(x) for x in names]
    columns = [x for x in FILE_COLUMNS if x in table] or [x for x in table if x != index]
    best: tuple[int, str, Callable[[PurePath], str]] | None = None
    for name in columns:
        known = set(table[name]) - {""}
        for key in _KEYS:
            hits = sum(key(x) in known for x in paths)
            if hits == len(paths):
                lookup = {x: i for i, x in enumerate(table[name])}
                _check_unambiguous(table, name, {key(x) for x in paths}, where)
                return np.array([lookup[key(x)] for x in paths], np.int64), name
            if hits and (best is None or hits > best[0]):
                best = (hits, name, key)
    if best is not None:
        hits, name, key = best
        known = set(table[name])
        lost = next(names[i] for i, x in enumerate(paths) if key(x) not in known)
        raise ImagesError(
            f"{where} column {name!r} names {hits} of {len(names)} images; {printable(lost)} is not in it"
        )
    if own_labels is not None and index is not None and own_labels.dtype.kind in "iu":
        by_class = {x: i for i, x in enumerate(as_numbers(table[index]).tolist())}  # words match no integer
        if all(x in by_class for x in own_labels.tolist()):
            return np.array([by_class[x] for x in own_labels.tolist()], np.int64), None
    named = any(x in table for x in FILE_COLUMNS)
    if len(table[columns[0]]) == len(names) and not named:
        return np.arange(len(names)), None  # a row per image, in the images' order
    raise ImagesError(
        f"{where} names none of the {len(names)} images (such as {printable(names[0])}); give it a column 'file', "
        "or a column with the names of the class folders"
    )


def _check_unambiguous(table: dict[str, list[str]], name: str, used: set[str], where: str) -> None:
    """Refuses a table in which one name stands in rows that differ: which of them is meant?"""
    rows = list(zip(*table.values(), strict=True))
    first: dict[str, tuple[str, ...]] = {}
    for value, row in zip(table[name], rows, strict=True):
        if value in used and first.setdefault(value, row) != row:
            raise ImagesError(f"{where} column {name!r} has {value!r} in rows that differ; name each image once")
