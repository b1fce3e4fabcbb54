"""Images kept as encoded files in the rows of a table: what parquet and Arrow have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.attributes import gathered
from explorer.builder.images.base import ImageSource
from explorer.builder.images.columns import Layout
from explorer.builder.images.decode import Unreadable, decode_bytes, decode_file
from explorer.builder.images.labels import plain_labels, text
from explorer.errors import ImagesError
from explorer.store.write import Attribute
from explorer.types import UInt8

CHUNK = 4096
"""Rows of labels and attributes read at a time."""


class EncodedImages(ImageSource):
    """Rows that hold the content of an image file, or its path."""

    @abstractmethod
    def encoded(self, indices: Sequence[int]) -> list[bytes | Path | None]:
        """Content or path of the image files at these indices; None where a row has none."""

    def read(self, index: int) -> UInt8:
        """Image (h, w, 3) uint8 RGB; raises Unreadable."""
        return _decoded(self.encoded([index])[0])

    def stream(self, indices: Sequence[int]) -> Iterator[UInt8 | Unreadable]:
        """Images (h, w, 3) uint8 RGB, or why one cannot be read."""
        for item in self.encoded(indices):
            try:
                yield _decoded(item)
            except Unreadable as error:
                yield error


def told(
    chunks: Iterable[Any], layout: Layout, where: str
) -> tuple[NDArray[Any] | None, tuple[Attribute, ...], tuple[str, ...]]:
    """Labels (N,), attributes, and notes on what is neither.

    Args:
        chunks: ``pyarrow.RecordBatch`` es with the columns ``layout.scalars``.
        layout: what the columns are.
        where: the table's name, for errors.
    """
    columns, labels = layout.columns(), list[NDArray[Any]]()
    for chunk in chunks:
        if layout.label is not None:
            labels.append(_labels(chunk.column(layout.label), f"{where} column {layout.label!r}"))
        for column in columns:
            column.add(chunk.column(column.name).to_pylist())
    attributes, notes = gathered(columns)
    if layout.label is None:
        return None, attributes, layout.notes + notes
    if not labels:
        raise ImagesError(f"{where} holds no images")
    return np.concatenate(labels), attributes, layout.notes + notes


def best_names(paths: list[str | None], otherwise: Sequence[str]) -> Sequence[str]:
    """File names of the images where each has its own, else their numbers."""
    names = [x.replace("\\", "/").rsplit("/", 1)[-1] if x else "" for x in paths]
    return names if names and "" not in names and len(set(names)) == len(names) else otherwise


def _labels(column: Any, where: str) -> NDArray[Any]:
    values = column.to_pylist()
    if any(isinstance(x, str) for x in values):
        return np.array([text(x) for x in values], dtype=object)
    return plain_labels(np.array([np.nan if x is None else x for x in values]), where)


def _decoded(item: bytes | Path | None) -> UInt8:
    if item is None:
        raise Unreadable("the row holds no image")
    return decode_file(item) if isinstance(item, Path) else decode_bytes(item)
