"""Where images come from: told by the kind of place, opened by a module for each."""

from __future__ import annotations

import os
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from explorer.builder.images.arrays import ArrayImages, stored_images
from explorer.builder.images.arrow import is_saved, open_saved
from explorer.builder.images.base import ImageSource, RawImages, Wanted
from explorer.builder.images.classtable import FILE_COLUMNS
from explorer.builder.images.dataset import open_dataset
from explorer.builder.images.folder import FileImages, open_folder
from explorer.builder.images.hub import open_hub
from explorer.builder.images.idx import find_idx, open_idx
from explorer.builder.images.npz import open_npz
from explorer.builder.images.parquet import open_parquet, parquet_files
from explorer.builder.images.table import read_header, read_table
from explorer.builder.images.words import one_line, printable
from explorer.errors import ImagesError

__all__ = ["ArrayImages", "FileImages", "ImageSource", "open_images"]

_KINDS = "a folder, a CSV of files, or an IDX, .npz, .npy or .parquet file"


def open_images(place: Any, wanted: Wanted | None = None) -> RawImages:
    """The images at a place, with the labels and attributes that are kept there too.

    Args:
        place: a folder of images, with a subfolder per class or flat, perhaps with a CSV that names them; a
            folder of IDX or parquet files, or one that ``datasets.save_to_disk`` wrote; a CSV of files; an IDX
            (.gz), .npz, .npy or .parquet file; "hf:ID"; or a map-style data set in hand.
        wanted: which columns, which split.

    Raises:
        ImagesError: nothing there that this reads.
    """
    wanted = wanted or Wanted()
    if not isinstance(place, str | os.PathLike):
        return open_dataset(place, wanted)
    if str(place).startswith("hf:"):
        return open_hub(str(place).removeprefix("hf:"), wanted)
    path = Path(place)
    where = printable(path)
    try:
        if not path.exists():
            raise ImagesError(f"{where} does not exist; --images takes {_KINDS}")
        found = _open_folder(path, wanted, where) if path.is_dir() else _open_file(path, wanted, where)
        return replace(found, origin=printable(path.resolve().name)) if path.name in ("", "..") else found
    except (OSError, ValueError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise ImagesError(f"{where} is damaged or cannot be read ({one_line(error)})") from error


def _open_file(path: Path, wanted: Wanted, where: str) -> RawImages:
    kind = path.suffix.lower()
    if wanted.split is not None:
        raise ImagesError(f"{where} has no splits; leave --split out")
    if kind == ".npz":
        return open_npz(path, wanted)
    if kind == ".parquet":
        return open_parquet(path, wanted)
    if kind == ".csv":
        return _open_csv(path, wanted, where)
    _no_columns(wanted, where)
    if kind == ".npy":
        return RawImages(stored_images(path, "", wanted.scratch), None, (), printable(path.name))
    if "idx" in path.name:
        return open_idx(path, wanted.scratch)
    raise ImagesError(f"{where} is not a set of images this reads; give {_KINDS}")


def _open_folder(folder: Path, wanted: Wanted, where: str) -> RawImages:
    if is_saved(folder):
        return open_saved(folder, wanted)
    if any(folder.glob("*.parquet")):
        return open_parquet(folder, wanted)
    idx = find_idx(folder, wanted.split)
    if idx is not None:
        _no_columns(wanted, where)
        return open_idx(idx, wanted.scratch)
    if wanted.split is not None:
        part = folder / wanted.split
        if part.is_dir():
            return _open_folder(part, replace(wanted, split=None), printable(part))
        if parquet_files(folder):
            return open_parquet(folder, wanted)
        raise ImagesError(f"{where} has no split {wanted.split!r}: there is no folder of that name in it")
    found = open_folder(folder)
    if found is None and parquet_files(folder):  # looked for last: a million image files may be in the way
        return open_parquet(folder, wanted)
    table = _table_in(folder, where) if found is None or (found.labels is None and not wanted.labelled) else None
    if table is not None:
        return _open_csv(table, wanted, where) if found is None or wanted.image_column else replace(found, table=table)
    if found is None:
        raise ImagesError(f"{where} holds no images; it should hold image files, or a subfolder of them per class")
    _no_columns(wanted, where)
    return found


def _open_csv(path: Path, wanted: Wanted, where: str) -> RawImages:
    """The files a table names, below the folder the table is in."""
    table = read_table(path)
    asked = wanted.image_column.lower() if wanted.image_column else None
    column = asked or next((x for x in FILE_COLUMNS if x in table), None)
    if column is None or column not in table:
        raise ImagesError(
            f"{where} has no column {asked or 'file'!r} that names the images; it has {', '.join(table):.300}; "
            "name it with --image-column"
        )
    files = [os.path.relpath(x, path.parent.absolute()) if os.path.isabs(x) else x for x in table[column]]
    return RawImages(FileImages(path.parent, files), None, (), printable(path.name), table=path, table_key=column)


def _table_in(folder: Path, where: str) -> Path | None:
    """The CSV in a folder that names files; None where there is none."""
    tables = [x for x in sorted(folder.iterdir()) if x.suffix.lower() == ".csv" and x.is_file()]
    named = [x for x in tables if set(read_header(x)) & set(FILE_COLUMNS)]
    if len(named) > 1:
        raise ImagesError(
            f"{where} holds {printable(named[0].name)} and {printable(named[1].name)}; keep the one that counts"
        )
    return named[0] if named else None


def _no_columns(wanted: Wanted, where: str) -> None:
    """Refuse to leave a choice unheeded."""
    for asked, option in ((wanted.image_column, "--image-column"), (wanted.label_column, "--label-column")):
        if asked is not None:
            raise ImagesError(f"{where} has no columns; leave {option} {asked} out")
