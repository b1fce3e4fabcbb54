"""Images of an .npz: ``images``, perhaps ``labels``, ``class_names``, ``names``, and arrays with a value per image."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.arrays import stored_images
from explorer.builder.images.attributes import Column, gathered
from explorer.builder.images.base import RawImages, Wanted
from explorer.builder.images.folder import is_image
from explorer.builder.images.labels import plain_labels, text
from explorer.builder.images.npyfile import read_header, read_values
from explorer.builder.images.words import printable
from explorer.errors import ImagesError

_WIDEST = 4096
"""Bytes of one value beyond which an array holds texts, not attributes."""


def open_npz(path: Path, wanted: Wanted) -> RawImages:
    """The images of an archive.

    ``names`` are of the classes, or a name per image; where all images of a label have the same name, those
    name the labels. Other arrays with one value per image become attributes.

    Args:
        path: the archive.
        wanted: which arrays hold images and labels, where they are not called so.

    Raises:
        ImagesError: no such arrays, or of lengths that differ.
    """
    where = printable(path)
    with zipfile.ZipFile(path) as archive:
        parts = [x.removesuffix(".npy") for x in archive.namelist() if x.endswith(".npy")]
        part = _pick(parts, wanted.image_column, "images", "--image-column", where)
        if part is None:
            listed = ", ".join(parts) or "nothing"
            raise ImagesError(f"{where} has no array 'images'; it has {listed:.300}; name it with --image-column")
        label = _pick(parts, wanted.label_column, "labels", "--label-column", where)
        raw = _load(archive, label, where) if label else None
        labels = plain_labels(raw, f"{where} array {label!r}") if raw is not None else None
        names = _load(archive, "names", where) if "names" in parts else None
        classes = _load(archive, "class_names", where) if "class_names" in parts else None
        per_image, class_names = _sort_names(labels, names, classes)
        images = stored_images(path, part, wanted.scratch, per_image)
        count = len(images.names)
        if labels is not None and len(labels) != count:
            raise ImagesError(f"{where} has {len(labels)} labels for {count} images")
        others = [x for x in parts if x not in (part, label, "names", "class_names")]
        columns = [y for x in others if (y := _column(archive, x, count, where)) is not None]
    attributes, notes = gathered(columns)
    return RawImages(images, labels, class_names, printable(path.name), attributes, notes)


def _pick(parts: list[str], asked: str | None, default: str, option: str, where: str) -> str | None:
    if asked is not None and asked not in parts:
        raise ImagesError(f"{where} has no array {asked!r} ({option}); it has {', '.join(parts):.300}")
    return asked or (default if default in parts else None)


def _load(archive: zipfile.ZipFile, part: str, where: str) -> NDArray[Any]:
    with archive.open(f"{part}.npy") as member:
        size = archive.getinfo(f"{part}.npy").file_size
        return read_values(member, read_header(member, size, f"{where} array {part!r}"))


def _column(archive: zipfile.ZipFile, part: str, count: int, where: str) -> Column | None:
    """An array with one value per image; None for any other."""
    with archive.open(f"{part}.npy") as member:
        header = read_header(member, archive.getinfo(f"{part}.npy").file_size, f"{where} array {part!r}")
        if header.shape not in ((count,), (count, 1)) or header.dtype.itemsize > _WIDEST:
            return None
        column = Column(part)
        values = read_values(member, header).reshape(-1)
        column.add(values if values.dtype.kind in "biuf" else [text(x) for x in values.tolist()])
        return column


def _sort_names(
    labels: NDArray[Any] | None, names: NDArray[Any] | None, classes: NDArray[Any] | None
) -> tuple[list[str] | None, tuple[str, ...]]:
    """Names of the images and names of the classes, of what was called ``names`` and ``class_names``."""
    if classes is not None:
        return _texts(names), tuple(_texts(classes) or ())
    if names is None or labels is None:
        return _texts(names), ()
    given = _texts(names) or []
    if len(given) != len(labels):
        return None, tuple(given)
    files = all(is_image(x) for x in given)
    shared = None if files or labels.dtype.kind not in "iu" else _one_name_per_label(given, labels)
    return (given, ()) if shared is None else (None, shared)


def _texts(array: NDArray[Any] | None) -> list[str] | None:
    return None if array is None else [text(x) for x in array.reshape(-1).tolist()]


def _one_name_per_label(names: list[str], labels: NDArray[np.int64]) -> tuple[str, ...] | None:
    """The names of the labels, where all images of a label have the same name; else they name the images."""
    pairs = {x for x in zip(labels.tolist(), names, strict=True) if x[0] >= 0}
    if not pairs or len(pairs) != len({label for label, _ in pairs}):
        return None
    by_label = dict(pairs)
    if max(by_label) >= 10 * len(by_label) + 1000:
        return None  # identifiers, not classes
    return tuple(by_label.get(i, str(i)) for i in range(max(by_label) + 1))
