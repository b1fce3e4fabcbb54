"""One pass of a network over the images: what it is to find, and where its shards lie while the build runs."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from explorer.builder.activations.axes import Axes
from explorer.builder.activations.network import Network
from explorer.builder.activations.shards import Shards, deal
from explorer.builder.images.image_set import ImageSet
from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.layers import Layer
from explorer.store.files import sync

DAMAGED = (
    OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, OverflowError, zlib.error, zipfile.BadZipFile,
)  # fmt: skip
"""What reading a file raises that a power cut left empty or half-written: it is made again."""

_BESIDE = "beside"
"""Array with the length and the CRC-32 of the file of bytes beside the arrays."""

_PIECE = 1 << 20
"""Bytes read at once to be checked."""


@dataclass(frozen=True)
class Pass:
    """Some layers of one network over all images; everything that a worker needs to do a shard of it."""

    network: Network
    images: ImageSet
    preprocess: Preprocess
    layers: tuple[Layer, ...]
    """Those this pass is to find; others may have been found before."""
    keys: tuple[str, ...]
    """Hash of all that each layer's activations are computed from."""
    input_shape: tuple[int, ...]
    """(h, w, 3) of every cropped image."""
    batch: int
    side: int
    """Largest side of the activation maps, 0 for none."""
    components: int
    seed: int
    folder: Path
    pictures: Path | None
    """Where thumbnails and previews go; None when they are there already."""
    thumbnail_side: int
    """Pixels."""

    @cached_property
    def shards(self) -> Shards:
        """The images dealt out."""
        return deal(len(self.images), self.seed)

    def shard_path(self, shard: int) -> Path:
        """The finished shard's arrays; activation maps lie beside it with the suffix ``.maps``."""
        return self.folder / f"{shard:05d}.npz"

    def picture_path(self, shard: int) -> Path:
        """The shard's thumbnails; previews lie beside it with the suffix ``.previews``."""
        if self.pictures is None:
            raise ValueError("this pass takes no pictures")
        return self.pictures / f"{shard:05d}.npz"

    def axes_path(self, layer: int) -> Path:
        """The principal axes of one of its layers."""
        return self.folder / f"axes-{layer:03d}.npz"

    def begin(self) -> None:
        """Make the folder and note what lies in it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.pictures is not None:
            self.pictures.mkdir(parents=True, exist_ok=True)
        note, keys = self.folder / "layers.json", json.dumps(list(self.keys)).encode()
        if not note.exists() or note.read_bytes() != keys:
            write_durably(note, keys)

    def is_done(self, shard: int) -> bool:
        """Whether a shard is finished, with its pictures, and undamaged."""
        if not is_whole(self.shard_path(shard), ".maps"):
            return False
        return self.pictures is None or self.has_pictures(shard)

    def has_pictures(self, shard: int) -> bool:
        """Whether a shard's thumbnails and previews are finished and undamaged."""
        return is_whole(self.picture_path(shard), ".previews")

    def is_complete(self) -> bool:
        """Whether everything is finished and undamaged."""
        layers = range(len(self.keys))
        return all(self.is_done(x) for x in range(len(self.shards))) and all(
            load_arrays(self.axes_path(x)) is not None for x in layers
        )

    def axes(self) -> list[Axes | None]:
        """The axes of each layer, None for one narrow enough to be kept as it is."""
        return _axes(tuple(self.axes_path(x) for x in range(len(self.layers))))


@lru_cache(maxsize=1)  # every shard needs them
def _axes(paths: tuple[Path, ...]) -> list[Axes | None]:
    found: list[Axes | None] = []
    for path in paths:
        with opened(path) as data:
            wide = "axes" in data
            found.append(Axes(data["mean"], data["axes"], float(data["explained"])) if wide else None)
    return found


def write_durably(path: Path, data: bytes) -> None:
    """Put a file in its place at once: whole, or not at all, whenever the power fails or the process is killed."""
    with _put_in_place(path) as file:
        file.write(data)


@contextmanager
def _put_in_place(path: Path) -> Iterator[IO[bytes]]:
    temporary = path.with_name(f"{path.name}.{uuid4().hex}.new")  # two workers may do the same shard
    with open(temporary, "wb") as file:
        yield file
        sync(file)
    temporary.replace(path)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """What ``save_arrays`` wrote, array by array; the file is closed also where numpy finds it damaged."""
    with open(path, "rb") as file, np.load(file, allow_pickle=False) as data:
        yield data


def save_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """``np.savez``, durably; the same bytes for the same arrays (zip members carry a fixed date)."""
    with _put_in_place(path) as file:
        np.savez(file, **arrays)


def save_with(path: Path, arrays: dict[str, Any], suffix: str, streams: bytes) -> None:
    """``save_arrays`` with a file of bytes beside it; the arrays come last, and stand for both."""
    write_durably(path.with_suffix(suffix), streams)
    save_arrays(path, arrays | {_BESIDE: np.array([len(streams), zlib.crc32(streams)], np.int64)})


def is_whole(path: Path, suffix: str) -> bool:
    """Whether what ``save_with`` wrote is all there, as it was."""
    try:
        with zipfile.ZipFile(path) as file:
            if file.testzip() is not None:
                return False
        with opened(path) as data:
            size, checksum = data[_BESIDE].tolist()
        return _size_and_checksum(path.with_suffix(suffix)) == (size, checksum)
    except DAMAGED:
        return False


def _size_and_checksum(path: Path) -> tuple[int, int]:
    size = checksum = 0
    with open(path, "rb") as file:
        while data := file.read(_PIECE):
            size, checksum = size + len(data), zlib.crc32(data, checksum)
    return size, checksum


def load_arrays(path: Path) -> dict[str, NDArray[Any]] | None:
    """What ``save_arrays`` wrote, None when it is damaged or not there."""
    try:
        with opened(path) as data:
            return dict(data)
    except DAMAGED:
        return None
