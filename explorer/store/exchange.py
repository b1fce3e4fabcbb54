"""Selections for other programs and from them: CSV and Parquet with the columns index, file, label, prediction."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import SelectionError
from explorer.store.read import World

COLUMNS = ("index", "file", "label", "prediction")

FORMATS = (".csv", ".parquet")

_SHOWN = 3
"""Names that a report quotes."""


@dataclass(frozen=True, eq=False)
class Imported:
    """Images that were read from a file."""

    images: NDArray[np.int32]
    """(n,) rising."""
    report: str
    """What was found and what was not, one line."""


def export_selection(world: World, images: NDArray[np.integer], path: Path) -> Path:
    """Write a table of images, a row for each: index, file, label, prediction.

    Args:
        world: an open world.
        images: (n,) their numbers.
        path: to write; the suffix chooses .csv or .parquet. A file there is replaced.

    Returns:
        ``path``.

    Raises:
        SelectionError: another suffix, no pyarrow for .parquet, or the file cannot be written.
    """
    path = Path(path)
    write = _by_suffix(path, _write_csv, _write_parquet)
    partial = path.with_name(f"{path.name}.part")
    try:
        write(partial, _rows(world, images))
        partial.replace(path)
    except OSError as error:
        raise SelectionError(f"{path} cannot be written ({error.strerror or error}); choose another file") from error
    finally:
        partial.unlink(missing_ok=True)
    return path


def import_selection(world: World, path: Path) -> Imported:
    """Read images from a table with a column ``file``, or ``index`` (counted from 0); the names decide.

    Rows whose file is none of the world's are passed over and reported.

    Raises:
        SelectionError: the file cannot be read, has neither column, or nothing in it fits the world.
    """
    path = Path(path)
    columns = _by_suffix(path, _read_csv, _read_parquet)(path)
    if "file" in columns and world.file_names:
        return _by_name(world, path, columns["file"])
    if "index" in columns:
        return _by_index(world, path, columns["index"])
    found = ", ".join(columns) or "nothing"
    wanted = "a column file or index" if world.file_names else "a column index, as this world's images have no names"
    raise SelectionError(f"{path} should have {wanted}, found {found}")


def _rows(world: World, images: NDArray[np.integer]) -> Iterator[tuple[int, str, str, str]]:
    for image in images.tolist():
        name = world.file_names[image] if world.file_names else ""
        yield image, name, world.label_text(image), world.prediction_text(image)


def _write_csv(path: Path, rows: Iterable[tuple[int, str, str, str]]) -> None:
    with open(path, "w", encoding="utf-8", newline="", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def _write_parquet(path: Path, rows: Iterable[tuple[int, str, str, str]]) -> None:
    arrow = _arrow(path)
    kinds = (arrow.int32(), arrow.string(), arrow.string(), arrow.string())
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    table = arrow.table({
        name: arrow.array(_plain(values), kind) for name, values, kind in zip(COLUMNS, columns, kinds, strict=True)
    })  # fmt: skip
    importlib.import_module("pyarrow.parquet").write_table(table, path)


def _plain(values: Iterable[Any]) -> list[Any]:
    """Values without halves of characters, which broken file names have and no table can hold."""
    return [x.encode("utf-8", "replace").decode() if isinstance(x, str) else x for x in values]


def _read_csv(path: Path) -> dict[str, list[Any]]:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            columns: dict[str, list[Any]] = {name: [] for name in rows.fieldnames or () if name in COLUMNS[:2]}
            for row in rows:
                for name, values in columns.items():
                    values.append(row[name] or "")
            return columns
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SelectionError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error})") from error


def _read_parquet(path: Path) -> dict[str, list[Any]]:
    arrow = _arrow(path)
    try:
        table = importlib.import_module("pyarrow.parquet").read_table(path)
        return {name: table.column(name).to_pylist() for name in COLUMNS[:2] if name in table.column_names}
    except (OSError, arrow.ArrowException, ValueError, KeyError) as error:
        raise SelectionError(f"{path} cannot be read as Parquet ({str(error).splitlines()[0]})") from error


def _arrow(path: Path) -> Any:
    try:
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise SelectionError(f"{path.name} needs pyarrow: pip install pyarrow, or use a .csv") from error


def _by_suffix(path: Path, as_csv: Callable[..., Any], as_parquet: Callable[..., Any]) -> Callable[..., Any]:
    suffix = path.suffix.casefold()
    if suffix not in FORMATS:
        raise SelectionError(f"{path.name or path} should end in {' or '.join(FORMATS)}")
    return as_csv if suffix == FORMATS[0] else as_parquet


def _by_name(world: World, path: Path, names: list[Any]) -> Imported:
    wanted = {str(name) for name in names}
    images = np.array([i for i, name in enumerate(world.file_names) if name in wanted], np.int32)
    missing = sorted(wanted - {world.file_names[i] for i in images.tolist()})
    return _imported(path, images, missing, len(wanted), "files")


def _by_index(world: World, path: Path, numbers: list[Any]) -> Imported:
    found, missing = set(), []
    for number in dict.fromkeys(str(x).strip() for x in numbers):
        inside = number.isascii() and number.isdigit() and len(number) < 12 and int(number) < world.manifest.images
        if inside:
            found.add(int(number))
        else:
            missing.append(number)
    return _imported(path, np.array(sorted(found), np.int32), missing, len(found) + len(missing), "rows")


def _imported(path: Path, images: NDArray[np.int32], missing: list[str], asked: int, what: str) -> Imported:
    """The images with a line that says what is missing; an error if that is all."""
    quoted = ", ".join(missing[:_SHOWN]) + (", …" if len(missing) > _SHOWN else "")
    if asked and not len(images):
        raise SelectionError(f"none of the {asked} {what} of {path.name} is in this world: {quoted}")
    report = f"{path.name}: {len(images)} images"
    if missing:
        report += f"; {len(missing)} of {asked} {what} are not in this world: {quoted}"
    return Imported(images, report)
