"""Images of one array (N, h, w) or (N, h, w, c), in a file or in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.base import ImageSource
from explorer.builder.images.decode import Unreadable, decode_block
from explorer.builder.images.stored import Stored, stored_array
from explorer.builder.images.words import printable
from explorer.errors import ImagesError
from explorer.types import UInt8


class _Arrays(ImageSource):
    """What images of arrays have in common: a batch is read and converted at once."""

    def rows(self, indices: Sequence[int]) -> NDArray[Any]:
        """Images as they are stored (B, h, w) or (B, h, w, c)."""
        raise NotImplementedError

    def read(self, index: int) -> UInt8:
        """Image (h, w, 3) uint8 RGB; raises Unreadable."""
        image = next(self.stream([index]))
        if isinstance(image, Unreadable):
            raise image
        return image

    def stream(self, indices: Sequence[int]) -> Iterator[UInt8 | Unreadable]:
        """Images (h, w, 3) uint8 RGB, or why one cannot be read, all converted at once."""
        return iter(decode_block(self.rows(indices)) if len(indices) else [])


@dataclass(frozen=True)
class ArrayImages(_Arrays):
    """Images of an array in memory."""

    array: NDArray[Any]
    names: Sequence[str]

    def rows(self, indices: Sequence[int]) -> NDArray[Any]:
        """Images as they are stored (B, h, w) or (B, h, w, c)."""
        rows: NDArray[Any] = self.array[np.asarray(indices, np.int64)]
        return rows

    def stamp(self) -> str:
        """Hash of shape, type and pixels."""
        digest = hashlib.sha256(f"{self.array.shape} {self.array.dtype.str}".encode())
        for image in self.array:
            digest.update(image.tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class StoredImages(_Arrays):
    """Images of an array in a file, read piece by piece."""

    origin: Path
    part: str
    """Name of the array in an .npz, else empty."""
    stored: Stored
    channels_first: bool
    names: Sequence[str]

    def rows(self, indices: Sequence[int]) -> NDArray[Any]:
        """Images as they are stored, channels last: (B, h, w) or (B, h, w, c)."""
        rows = self._here.rows(indices)
        return np.moveaxis(rows, 1, 3) if self.channels_first else rows

    def stamp(self) -> str:
        """Hash of shape, type and pixels."""
        return self._stamp

    @cached_property
    def _stamp(self) -> str:
        return self._here.digest()

    @property
    def _here(self) -> Stored:
        """The array; unpacked again in a process that does not see where it was unpacked."""
        if self.stored.path.exists():
            return self.stored
        return stored_array(self.origin, self.part, None)


def stored_images(
    path: Path, part: str, scratch: Path | None, names: Sequence[str] | None = None, count: int | None = None
) -> StoredImages:
    """Open the images of a file.

    Args:
        path: .npz, .npy or IDX.
        part: name of the array in an .npz, else empty.
        scratch: see ``unpacked``.
        names: of the images; default: their number.
        count: how many there should be; None: any.

    Raises:
        ImagesError: no images, or of a type or shape that images do not have.
    """
    stored = stored_array(path, part, scratch)
    shape, dtype, where = stored.shape, stored.dtype, printable(path)
    first = len(shape) == 4 and shape[3] not in (1, 3, 4) and shape[1] in (1, 3, 4)
    fits = len(shape) == 3 or (len(shape) == 4 and (first or shape[3] in (1, 3, 4)))
    if not fits or dtype.kind not in "ufb":
        raise ImagesError(f"{where}: images should be (N, h, w) or (N, h, w, 3) uint8, found {shape} {dtype}")
    if dtype.kind == "u" and dtype.itemsize > 2:
        raise ImagesError(f"{where}: images should be 8 or 16 bits a value, found {dtype}")
    if 0 in shape:
        raise ImagesError(f"{where} holds no images; its array is {shape}")
    if names is None:
        names = Numbered(printable(path.name).split(".")[0], shape[0])
    if len(names) != shape[0]:
        raise ImagesError(f"{where} has {len(names)} names for {shape[0]} images")
    images = StoredImages(path, part, stored, first, names)
    _check_floats(images, where)
    return images


def _check_floats(images: StoredImages, where: str) -> None:
    """Refuse at once what was normalised for a network: its pixels cannot be shown."""
    if images.stored.dtype.kind != "f":
        return
    image = images.rows([0])
    if not (np.isfinite(image).all() and image.min() >= 0 and image.max() <= 1):
        raise ImagesError(
            f"{where}: floating-point images should be 0 to 1, found {image.min():.4g} to {image.max():.4g} in the "
            "first; save them as uint8, not normalised (see --mean, --std)"
        )


class Numbered(Sequence[str]):
    """Names of images that have none: a prefix and their number, made when asked for."""

    def __init__(self, prefix: str, count: int) -> None:
        self._prefix, self._count = prefix, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        numbers = range(self._count)[index]
        return f"{self._prefix}/{numbers:05d}" if isinstance(numbers, int) else [self[i] for i in numbers]
