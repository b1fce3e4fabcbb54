"""Images in Arrow files as Hugging Face's ``datasets`` keeps them, on disk and in its cache."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.arrays import Numbered
from explorer.builder.images.base import RawImages, Wanted
from explorer.builder.images.columns import find_layout
from explorer.builder.images.encoded import EncodedImages, best_names, told
from explorer.builder.images.folder import file_stamp
from explorer.builder.images.optional import optional
from explorer.builder.images.splits import pick_split
from explorer.builder.images.words import one_line, printable
from explorer.errors import ImagesError


@dataclass(frozen=True)
class ArrowImages(EncodedImages):
    """Rows of Arrow stream files.

    A file is mapped only while rows of it are read, so that its pages do not add up in memory.
    """

    files: tuple[Path, ...]
    places: NDArray[np.int64]
    """(B, 3): file, offset of a record batch in it, index of its first image; ascending."""
    schema: Any
    """``pyarrow.Schema`` of all files."""
    column: str
    names: Sequence[str]

    def encoded(self, indices: Sequence[int]) -> list[bytes | Path | None]:
        """Content or path of the image files at these indices; None where a row has none."""
        wanted = np.asarray(indices, np.int64)
        found = np.searchsorted(self.places[:, 2], wanted, side="right") - 1
        items: dict[int, bytes | Path | None] = {}
        for place in np.unique(found).tolist():
            file, offset, first = self.places[place].tolist()
            rows = (wanted[found == place] - first).tolist()
            items.update(zip((x + first for x in rows), self._rows(self.files[file], offset, rows), strict=True))
        return [items[int(x)] for x in indices]

    def stamp(self) -> str:
        """Hash of the files' names, sizes and times of change, and of the column."""
        digest = hashlib.sha256(self.column.encode())
        for file in self.files:
            digest.update(os.fsencode(file.name) + file_stamp(file))
        return digest.hexdigest()

    def _rows(self, path: Path, offset: int, rows: list[int]) -> list[bytes | Path | None]:
        """Some rows of the record batch at ``offset``."""
        pa = optional("pyarrow", printable(path))
        try:
            with pa.memory_map(str(path)) as file:
                file.seek(offset)
                batch = pa.ipc.read_record_batch(pa.ipc.read_message(file), self.schema)
                column = batch.column(self.column)
                return [_item(column[x].as_py(), path.parent) for x in rows]
        except (OSError, ValueError, EOFError) as error:
            raise ImagesError(f"{printable(path)} cannot be read any more ({one_line(error)}); start again") from error


def is_saved(folder: Path) -> bool:
    """Whether ``save_to_disk`` of Hugging Face's ``datasets`` wrote this folder."""
    return (folder / "dataset_dict.json").is_file() or (folder / "state.json").is_file()


def open_saved(folder: Path, wanted: Wanted) -> RawImages:
    """The images of a folder written by ``save_to_disk``, of one split where there are several.

    Raises:
        ImagesError: files are missing or damaged, or no column holds images.
    """
    if (folder / "dataset_dict.json").is_file():
        splits = _told(folder / "dataset_dict.json", "splits")
        return open_saved(
            folder / pick_split(map(str, splits), wanted.split, printable(folder)), replace(wanted, split=None)
        )
    if wanted.split is not None:
        raise ImagesError(f"{printable(folder)} has no splits; leave --split out")
    names = [x.get("filename") if isinstance(x, dict) else None for x in _told(folder / "state.json", "_data_files")]
    files = [folder / Path(str(x)).name for x in names]  # in this folder, whatever the file says
    return open_arrow(files, wanted, folder.name, printable(folder))


def open_arrow(files: list[Path], wanted: Wanted, title: str, where: str) -> RawImages:
    """The images of Arrow stream files with the same columns.

    Raises:
        ImagesError: files are missing or damaged, or no column holds images.
    """
    pa = optional("pyarrow", where)
    try:
        with pa.memory_map(str(files[0])) as file:
            schema = pa.ipc.open_stream(file).schema
        layout = find_layout(schema, wanted, where)
        places, count = _places(pa, files, schema, where)
        if not count:
            raise ImagesError(f"{where} holds no images")
        labels, attributes, notes = told(_batches(pa, files), layout, where)
        paths = [y for x in _batches(pa, files) for y in _paths(x.column(layout.image))] if layout.nested else []
    except (OSError, ValueError, EOFError, IndexError, KeyError) as error:  # pyarrow's errors are of these
        raise ImagesError(f"{where} is damaged or incomplete ({one_line(error)}); save it again") from error
    source = ArrowImages(
        tuple(files), places, schema, layout.image, best_names(paths, Numbered(printable(title), count))
    )
    return RawImages(source, labels, layout.class_names, printable(title), attributes, notes)


def _places(pa: Any, files: list[Path], schema: Any, where: str) -> tuple[NDArray[np.int64], int]:
    """(B, 3) file, offset and first image of every record batch, and the number of images."""
    rows, first = [], 0
    for number, path in enumerate(files):
        with pa.memory_map(str(path)) as file:
            reader = pa.ipc.open_stream(file)
            if reader.schema.names != schema.names:
                raise ImagesError(f"{where}: {printable(path.name)} has other columns than {printable(files[0].name)}")
            while True:
                offset = file.tell()
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    break
                if batch.num_rows:
                    rows.append((number, offset, first))
                first += batch.num_rows
    return np.array(rows, np.int64).reshape(-1, 3), first


def _batches(pa: Any, files: list[Path]) -> Iterator[Any]:
    """Record batches of all files, of which only the columns looked at are read from the disk."""
    for path in files:
        with pa.memory_map(str(path)) as file:
            yield from pa.ipc.open_stream(file)


def _paths(column: Any) -> list[str | None]:
    """The paths of a column {bytes, path}."""
    if "path" not in [x.name for x in column.type.fields]:
        return [None] * len(column)
    paths: list[str | None] = column.field("path").to_pylist()
    return paths


def _item(value: Any, folder: Path) -> bytes | Path | None:
    """Bytes, or the path where only that was kept."""
    if isinstance(value, dict):
        data, path = value.get("bytes"), value.get("path")
        return data if data is not None or path is None else folder / str(path)
    content: bytes | None = value
    return content


def _told(path: Path, key: str) -> list[Any]:
    """A list in one of the JSON files that ``datasets`` writes."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))[key]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ImagesError(f"{printable(path)} is damaged ({one_line(error)}); save the data set again") from error
    if not isinstance(value, list) or not value:
        raise ImagesError(f"{printable(path)} names no {key.strip('_')}; save the data set again")
    return value
