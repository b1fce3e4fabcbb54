"""The arrays of a world: headers checked when it is opened, contents fetched when asked for, no file held open.

A world of a thousand layers has five thousand files, more than a process may hold open at a time.
"""

from __future__ import annotations

import errno
import io
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from explorer.errors import WorldError
from explorer.store.manifest import MANIFEST_NAME, FileEntry

MOST_MAPPED = 24
"""Arrays kept mapped at a time, each of which costs a file handle."""

_HEADER = 4096
"""Bytes read to find a header: more than any array of ours needs."""

_UNREADABLE = (
    OSError, ValueError, EOFError, AttributeError, IndexError, TypeError, MemoryError, OverflowError, TokenError,
    RecursionError, SyntaxError,
)  # fmt: skip
"""What numpy raises for files that are no arrays, or whose header lies about their size."""

_TOO_MANY = (errno.EMFILE, errno.ENFILE)


@dataclass(frozen=True)
class ArrayFile:
    """A .npy file whose header was read and found right."""

    path: Path
    offset: int
    """Bytes before the first value."""
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool

    def mapped(self) -> NDArray[Any]:
        """The whole array, memory-mapped; the mapping lives as long as the array."""
        order = "F" if self.fortran else "C"
        try:
            return np.memmap(self.path, self.dtype, "r", self.offset, self.shape, order)  # type: ignore[call-overload, no-any-return]
        except _UNREADABLE as error:
            raise unreadable(self.path, error) from error

    def rows(self, start: int, stop: int) -> NDArray[Any]:
        """Rows ``start`` to ``stop``, read: cheaper than mapping where a few values are wanted.

        Raises:
            IndexError: rows that do not exist.
            WorldError: a file that cannot be read.
        """
        if not 0 <= start <= stop <= self.shape[0]:
            raise IndexError(f"{self.path} has no rows {start} to {stop}, only {self.shape[0]}")
        size = self.dtype.itemsize * prod(self.shape[1:])
        try:
            with open(self.path, "rb", buffering=0) as file:
                file.seek(self.offset + start * size)
                data = file.read((stop - start) * size)
            return np.frombuffer(data, self.dtype).reshape(stop - start, *self.shape[1:])
        except _UNREADABLE as error:
            raise unreadable(self.path, error) from error


class Arrays:
    """Finds the arrays of one world by name."""

    def __init__(self, world: Path, files: Mapping[str, FileEntry]) -> None:
        """Use the files listed in a manifest, whose lengths were checked."""
        self._world, self._files = world, files
        self._mapped: OrderedDict[Path, NDArray[Any]] = OrderedDict()

    def find(self, name: str, shape: tuple[int | None, ...], dtype: Any) -> ArrayFile:
        """One array, its header checked against shape and dtype; None in a shape is any size.

        Raises:
            WorldError: not listed, not an array, or another one.
        """
        path = self._world / name
        if name not in self._files:  # files that are listed were checked
            raise WorldError(f"{self._world}/{MANIFEST_NAME} does not list {name}; build the world again")
        found = _read_header(path)
        size = found.offset + found.dtype.itemsize * prod(found.shape)
        same = len(shape) == len(found.shape) and all(a in (None, b) for a, b in zip(shape, found.shape, strict=True))
        if not same or found.dtype != np.dtype(dtype):
            wanted = "x".join("any" if x is None else str(x) for x in shape)
            raise WorldError(
                f"{path} should be {wanted} {np.dtype(dtype)}, found {'x'.join(map(str, found.shape)):.60} "
                f"{found.dtype!s:.30}; build the world again"
            )
        if size != self._files[name].bytes:
            raise WorldError(f"{path} has {self._files[name].bytes} bytes, its header says {size}; build it again")
        return found

    def optional(self, name: str, shape: tuple[int | None, ...], dtype: Any) -> NDArray[Any] | None:
        """A mapped array that need not be there."""
        return self.find(name, shape, dtype).mapped() if name in self._files else None

    def mapped(self, file: ArrayFile) -> NDArray[Any]:
        """A mapped array; the last ``MOST_MAPPED`` stay so."""
        if file.path not in self._mapped:
            self._mapped[file.path] = file.mapped()
            if len(self._mapped) > MOST_MAPPED:
                self._mapped.popitem(last=False)
        self._mapped.move_to_end(file.path)
        return self._mapped[file.path]


def unreadable(path: Path, error: BaseException) -> WorldError:
    """The line for a file that cannot be read, with the way out."""
    if isinstance(error, OSError) and error.errno in _TOO_MANY:
        return WorldError(f"{path} cannot be opened: too many open files; raise the limit (ulimit -n 4096)")
    if isinstance(error, PermissionError):
        return WorldError(f"{path} cannot be read ({error.strerror}); allow reading it (chmod u+r)")
    return WorldError(f"{path} cannot be read ({error}); build the world again")


def _read_header(path: Path) -> ArrayFile:
    try:
        with open(path, "rb", buffering=0) as file:
            start = file.read(_HEADER)
        major, length = start[6], int.from_bytes(start[8:10], "little")
        if start[:6] != b"\x93NUMPY" or (major == 1 and 10 + length > len(start)):
            raise ValueError("it is not an array")
        offset, shape, fortran, dtype = _parsed(start[: 10 + length] if major == 1 else start)
    except _UNREADABLE as error:
        raise unreadable(path, error) from error
    return ArrayFile(path, offset, shape, dtype, fortran)


@lru_cache(maxsize=64)  # the arrays of one kind have equal headers, and parsing one takes longer than reading it
def _parsed(start: bytes) -> tuple[int, tuple[int, ...], bool, np.dtype[Any]]:
    stream = io.BytesIO(start)
    version = npy.read_magic(stream)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read(stream)
    if dtype.hasobject or any(x < 0 for x in shape):
        raise ValueError("it holds no plain numbers")
    return stream.tell(), shape, fortran, dtype
