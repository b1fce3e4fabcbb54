"""Images in parquet files: a column of encoded images, read a row group at a time."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.arrays import Numbered
from explorer.builder.images.base import RawImages, Wanted
from explorer.builder.images.columns import find_layout
from explorer.builder.images.encoded import CHUNK, EncodedImages, best_names, told
from explorer.builder.images.folder import file_stamp
from explorer.builder.images.optional import optional
from explorer.builder.images.scratch import unpacked
from explorer.builder.images.splits import pick_split
from explorer.builder.images.words import one_line, printable
from explorer.errors import ImagesError

LARGE_GROUP = 1 << 26
"""Bytes of images beyond which a row group is not held in memory but unpacked to a file."""

_STREAM = {"buffer_size": 1 << 20, "pre_buffer": False}
"""How pyarrow reads a column in pieces rather than whole."""

_SPLIT = re.compile(r"(?:^|[/_.-])(train|test|validation|valid|val|dev)(?=[/_.-])", re.IGNORECASE)

_ONE_GROUP_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class ParquetImages(EncodedImages):
    """Rows of one or several parquet files, in the order of the files."""

    files: tuple[Path, ...]
    groups: NDArray[np.int64]
    """(G, 3): file, row group in it, index of its first image; ascending."""
    column: str
    """Dotted path of the bytes."""
    names: Sequence[str]
    scratch: Path | None

    def encoded(self, indices: Sequence[int]) -> list[bytes | Path | None]:
        """Content of the image files at these indices; None where a row has none."""
        places = np.searchsorted(self.groups[:, 2], np.asarray(indices, np.int64), side="right") - 1
        found: list[bytes | Path | None] = []
        for index, place in zip(indices, places.tolist(), strict=True):
            file, group, first = self.groups[place].tolist()
            with _ONE_GROUP_AT_A_TIME:  # a second thread waits for the group rather than reading it too
                rows = _group(self.files[file], group, self.column, self.scratch)
            found.append(rows.row(int(index) - first))
        return found

    def stamp(self) -> str:
        """Hash of the files' names, sizes and times of change, and of the column."""
        digest = hashlib.sha256(self.column.encode())
        for file in self.files:
            digest.update(os.fsencode(file.name) + file_stamp(file))
        return digest.hexdigest()


def parquet_files(folder: Path) -> list[Path]:
    """The parquet files in a folder, at any depth."""
    return sorted(x for x in folder.rglob("*.parquet") if x.is_file() and not x.name.startswith("."))


def open_parquet(path: Path, wanted: Wanted) -> RawImages:
    """The images of a parquet file, or of all in a folder; files of a split are told by their names.

    Raises:
        ImagesError: no such files, or no column of images in them.
    """
    pq, where = optional("pyarrow.parquet", printable(path)), printable(path)
    files = _of_split(path, parquet_files(path), wanted.split, where) if path.is_dir() else [path]
    try:
        opened = [pq.ParquetFile(x, **_STREAM) for x in files]
        schema = opened[0].schema_arrow
        strange = next((x for x, y in zip(files, opened, strict=True) if y.schema_arrow.names != schema.names), None)
        if strange is not None:
            raise ImagesError(f"{printable(strange)} has other columns than {files[0].name}; keep them apart")
        layout = find_layout(schema, wanted, where)
        groups = _groups([x.metadata for x in opened])
        count = sum(x.metadata.num_rows for x in opened)
        if not count:
            raise ImagesError(f"{where} holds no images")
        labels, attributes, notes = told(_scalars(opened, layout.scalars), layout, where)
        names: Sequence[str] = Numbered(printable(path.name).removesuffix(".parquet"), count)
        if layout.nested and "path" in [x.name for x in schema.field(layout.image).type.fields]:
            paths = [
                y for x in _scalars(opened, [f"{layout.image}.path"]) for y in x.column(0).field("path").to_pylist()
            ]
            names = best_names(paths, names)
        for x in opened:
            x.close()
    except (OSError, ValueError, KeyError, NotImplementedError) as error:  # pyarrow's errors are of these
        raise ImagesError(f"{where} is damaged or not parquet ({one_line(error)})") from error
    column = f"{layout.image}.bytes" if layout.nested else layout.image
    source = ParquetImages(tuple(files), groups, column, names, wanted.scratch)
    return RawImages(source, labels, layout.class_names, printable(path.name), attributes, notes)


def _of_split(folder: Path, files: list[Path], split: str | None, where: str) -> list[Path]:
    """The files of one split, where their names tell splits apart."""
    named: dict[str, list[Path]] = {}
    for file in files:
        match = _SPLIT.search(file.relative_to(folder).as_posix())
        named.setdefault(match[1].lower() if match else "", []).append(file)
    if split is None and list(named) == [""]:
        return files
    return named[pick_split(named, split, where)]


def _groups(metadata: list[Any]) -> NDArray[np.int64]:
    """(G, 3): file, row group, first image."""
    rows, first = [], 0
    for file, told_of in enumerate(metadata):
        for group in range(told_of.num_row_groups):
            count = told_of.row_group(group).num_rows
            if count:
                rows.append((file, group, first))
            first += count
    return np.array(rows, np.int64).reshape(-1, 3)


def _scalars(files: list[Any], columns: list[str]) -> Iterator[Any]:
    """Record batches of these columns of all files."""
    if columns:
        for file in files:
            yield from file.iter_batches(batch_size=CHUNK, columns=columns)


class _Held:
    """A row group in memory."""

    def __init__(self, column: Any) -> None:
        self._column = column

    def row(self, index: int) -> bytes | None:
        """Bytes of one row."""
        value: bytes | None = self._column[index].as_py()
        return value


class _Spooled:
    """A row group in a file: (n + 1,) int64 offsets, then the bytes of all rows; an offset below 0 ends no image."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def row(self, index: int) -> bytes | None:
        """Bytes of one row."""
        with open(self._path, "rb") as file:
            file.seek(8 * index)
            begin, end = np.frombuffer(file.read(16), np.int64).tolist()
            if end < 0:
                return None
            file.seek(abs(begin))
            return file.read(end - abs(begin))


@lru_cache(maxsize=2)  # images are read in order: the group under way, and the next of another worker thread
def _group(path: Path, group: int, column: str, scratch: Path | None) -> _Held | _Spooled:
    """One row group of a column of bytes."""
    pq = optional("pyarrow.parquet", printable(path))
    try:
        with pq.ParquetFile(path, **_STREAM) as file:
            told_of = file.metadata.row_group(group)
            size = next(
                x.total_uncompressed_size for x in map(told_of.column, range(told_of.num_columns))
                if x.path_in_schema == column
            )  # fmt: skip
            if size <= LARGE_GROUP:
                return _Held(_bytes_of(file.read_row_group(group, columns=[column]).column(0).combine_chunks(), column))
            write = partial(_spool, file, group, column, told_of.num_rows)
            return _Spooled(unpacked(path, f"{column}[{group}]", size + 8 * told_of.num_rows + 8, scratch, write))
    except (OSError, ValueError, StopIteration) as error:
        raise ImagesError(f"{printable(path)} cannot be read any more ({one_line(error)}); start again") from error


def _spool(file: Any, group: int, column: str, count: int, target: IO[bytes]) -> None:
    """Write a row group as ``_Spooled`` reads it, a few rows in memory at a time."""
    offsets = np.zeros(count + 1, np.int64)
    offsets[0] = place = offsets.nbytes
    target.seek(place)
    row = 0
    for batch in file.iter_batches(batch_size=16, row_groups=[group], columns=[column]):
        for value in _bytes_of(batch.column(0), column):
            data = value.as_py()
            target.write(data or b"")
            place += len(data or b"")
            row += 1
            offsets[row] = -place if data is None else place
    target.seek(0)
    target.write(offsets.data)


def _bytes_of(column: Any, path: str) -> Any:
    """The bytes of a column, or of the struct that Hugging Face wraps them in."""
    return column.field("bytes") if path.endswith(".bytes") and hasattr(column.type, "fields") else column
