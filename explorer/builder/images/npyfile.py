"""Reads .npy files of unknown origin: the header is believed only where the file's length agrees with it.

The format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from explorer.builder.images.words import one_line, printable
from explorer.errors import ImagesError

_MAGIC = b"\x93NUMPY"

_DAMAGED = (
    ValueError, EOFError, TypeError, AttributeError, IndexError, KeyError, MemoryError, OverflowError, RecursionError,
    SyntaxError, TokenError,
)  # fmt: skip
"""What numpy raises for headers that are none: it evaluates them as Python literals."""


@dataclass(frozen=True)
class NpyHeader:
    """What a .npy file says of itself, found possible."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    """Whether the first axis varies fastest."""
    offset: int
    """Bytes before the first value."""

    @property
    def nbytes(self) -> int:
        """Bytes of the values."""
        return prod(self.shape) * self.dtype.itemsize


def read_header(file: IO[bytes], size: int, where: str) -> NpyHeader:
    """The header of a .npy file, checked against the file's length.

    Args:
        file: at its beginning; left at the first value.
        size: bytes of the whole file.
        where: its name, for errors.

    Raises:
        ImagesError: not a .npy file, torn, of Python objects or of records.
    """
    start = file.read(len(_MAGIC))
    if start != _MAGIC:
        kind = "a zip archive (an .npz?)" if start.startswith(b"PK") else "not a .npy file"
        raise ImagesError(f"{where} is {'empty' if not start else kind}; write it with numpy.save")
    try:
        version, ahead = tuple(file.read(2)), 8
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"version {'.'.join(map(str, version))}")
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        counted = _Counted(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # headers of Python 2 are read with a warning
            shape, fortran, dtype = read(counted)
    except _DAMAGED as error:
        raise ImagesError(f"{where} is damaged: its header cannot be read ({error!s:.80}); write it again") from error
    if dtype.hasobject or dtype.kind not in "biufUS" or not dtype.itemsize:
        raise ImagesError(f"{where} should hold plain numbers or strings, found {dtype!s:.60}; save them as such")
    if any(isinstance(x, bool) or x < 0 for x in shape):
        raise ImagesError(f"{where} is damaged: its header says shape {shape!s:.60}; write it again")
    header = NpyHeader(shape, dtype, fortran, ahead + counted.count)
    if header.offset + header.nbytes != size:
        raise ImagesError(
            f"{where} should have {header.offset + header.nbytes} bytes for {shape!s:.60} {dtype!s:.30}, has {size}; "
            "it is torn: copy or write it again"
        )
    return header


def load_npy(path: Path) -> NDArray[Any]:
    """The array of a .npy file.

    Raises:
        ImagesError: missing, unreadable, or not a .npy file of plain numbers or strings.
    """
    try:
        with open(path, "rb") as file:
            header = read_header(file, path.stat().st_size, printable(path))
            return read_values(file, header)
    except (OSError, EOFError) as error:
        raise ImagesError(f"{printable(path)} cannot be read ({one_line(error)}); check the path") from error


def read_values(file: IO[bytes], header: NpyHeader) -> NDArray[Any]:
    """The values behind a header, whose file is at the first of them."""
    raw = np.empty(header.nbytes, np.uint8)
    read_into(file, raw)
    order = "F" if header.fortran else "C"
    return raw.view(header.dtype).reshape(header.shape, order=order)  # type: ignore[call-overload,no-any-return]


def read_into(file: IO[bytes], raw: NDArray[np.uint8]) -> None:
    """Fill (n,) bytes from a file.

    Raises:
        EOFError: the file ends before.
    """
    done = 0
    while done < len(raw):
        count = file.readinto(raw[done:])  # type: ignore[attr-defined]
        if not count:
            raise EOFError(f"the file ends {len(raw) - done} bytes early")
        done += count


class _Counted:
    """A stream that knows how much was read of it: zip members cannot tell."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.count = file, 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self.count += len(data)
        return data
