"""Joins images with a CSV that describes files or classes.

Two kinds of table are understood, told apart by their columns:

* a table of files has a column ``file`` (or filename, image, path): a row per image;
* a table of classes has a row per class, and some column holds what the images are called after: their
  class folder, or the part of the file name before the first underscore (as in n01440764_tench.JPEG).

A column ``index`` (or class_index, target) gives the network's own class; then the label column may
group classes coarsely, and a column ``words`` (or name, names, title) names the network's classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.labels import Labels, as_numbers, number_labels, pick_column, read_table
from explorer.errors import ImagesError
from explorer.types import Int32

_FILE = ("file", "filename", "image", "path")
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


def from_table(path: Path, names: Sequence[str], column: str | None, own_labels: NDArray[Any] | None) -> Joined:
    """Join the images called ``names`` with the CSV at ``path``.

    Args:
        path: the table, with a header.
        names: paths of the images below their folder.
        column: the column to colour by; default ``label`` or ``class``, else the last.
        own_labels: (N,) integers that came with the images, matched with the index column if nothing else is.

    Raises:
        ImagesError: the table cannot be read or an image is not in it.
    """
    try:
        table = read_table(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ImagesError(f"{path} cannot be read ({error})") from error
    label = pick_column(table, column, str(path))
    index = next((x for x in _INDEX if x in table and x != label), None)
    rows = _match(table, names, own_labels, index, str(path))  # (N,)
    per_row = number_labels(as_numbers(table[label]), (), f"{path} column {label!r}")
    labels = Labels(per_row.values[rows], per_row.names)
    if index is None:
        numeric = as_numbers(table[label]).dtype.kind in "iu"
        return Joined(labels, labels.values, (), None, not numeric)
    classes = as_numbers(table[index])
    if classes.dtype.kind not in "iu" or classes.min(initial=0) < 0:
        raise ImagesError(f"{path} column {index!r} should hold class indices 0, 1, 2, ...")
    words = next((x for x in _WORDS if x in table and x != label), None)
    fine = ["" for _ in range(int(classes.max(initial=0)) + 1)]
    groups = np.full(len(fine), -1, np.int32)
    for row, number in enumerate(classes.tolist()):
        fine[number] = table[words][row].split(",")[0].strip() if words else str(number)
        groups[number] = per_row.values[row]
    return Joined(labels, classes[rows].astype(np.int32), tuple(fine), groups, False)


def _match(
    table: dict[str, list[str]], names: Sequence[str], own_labels: NDArray[Any] | None, index: str | None, where: str
) -> NDArray[np.int64]:
    """The row of the table for every image (N,)."""
    paths = [PurePath(x) for x in names]
    columns = [x for x in _FILE if x in table] or [x for x in table if x != index]
    best: tuple[int, str, Callable[[PurePath], str]] | None = None
    for name in columns:
        known = set(table[name]) - {""}
        for key in _KEYS:
            hits = sum(key(x) in known for x in paths)
            if hits == len(paths):
                lookup = {x: i for i, x in enumerate(table[name])}
                _check_unambiguous(table, name, {key(x) for x in paths}, where)
                return np.array([lookup[key(x)] for x in paths], np.int64)
            if hits and (best is None or hits > best[0]):
                best = (hits, name, key)
    if best is not None:
        hits, name, key = best
        known = set(table[name])
        lost = next(names[i] for i, x in enumerate(paths) if key(x) not in known)
        raise ImagesError(f"{where} column {name!r} names {hits} of {len(names)} images; {lost} is not in it")
    if own_labels is not None and index is not None and own_labels.dtype.kind in "iu":
        by_class = {int(x): i for i, x in enumerate(as_numbers(table[index]).tolist())}
        if all(int(x) in by_class for x in own_labels):
            return np.array([by_class[int(x)] for x in own_labels], np.int64)
    named = any(x in table for x in _FILE)
    if len(table[columns[0]]) == len(names) and not named:
        return np.arange(len(names))  # a row per image, in the images' order
    raise ImagesError(
        f"{where} names none of the {len(names)} images (such as {names[0]}); give it a column 'file', "
        "or a column with the names of the class folders"
    )


def _check_unambiguous(table: dict[str, list[str]], name: str, used: set[str], where: str) -> None:
    """Refuses a table in which one name stands in rows that differ: which of them is meant?"""
    rows = list(zip(*table.values(), strict=True))
    first: dict[str, tuple[str, ...]] = {}
    for value, row in zip(table[name], rows, strict=True):
        if value in used and first.setdefault(value, row) != row:
            raise ImagesError(f"{where} column {name!r} has {value!r} in rows that differ; name each image once")
