"""Arrays that stay in their file: .npy, members of .npz, IDX, plain or compressed; rows are read when asked for."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.npyfile import NpyHeader, read_header, read_into
from explorer.builder.images.scratch import unpacked
from explorer.builder.images.words import printable
from explorer.errors import ImagesError

_BLOCK = 1 << 25
"""Bytes held while an array is turned from column-major to row-major."""

_LOCAL_HEADER = 30
"""Bytes before the name in a zip member's own header."""


@dataclass(frozen=True)
class Stored:
    """A row-major array of plain values somewhere in a file."""

    path: Path
    offset: int
    """Bytes before the first value."""
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return prod(self.shape[1:]) * self.dtype.itemsize

    def rows(self, indices: Sequence[int]) -> NDArray[Any]:
        """The rows at these indices (B, ...), read rather than mapped: mapped pages would stay in memory.

        Raises:
            ImagesError: the file is gone or shorter than it was.
        """
        wanted = np.asarray(indices, np.int64)  # (B,)
        raw = np.empty((len(wanted), self.row_bytes), np.uint8)
        breaks = np.flatnonzero(np.diff(wanted) != 1) + 1
        firsts = [0, *breaks.tolist()]
        try:
            with open(self.path, "rb", buffering=0) as file:
                for first, end in zip(firsts, [*firsts[1:], len(wanted)], strict=True):
                    file.seek(self.offset + int(wanted[first]) * self.row_bytes)
                    read_into(file, raw[first:end].reshape(-1))
        except (OSError, EOFError) as error:
            raise ImagesError(f"{printable(self.path)} changed while it was read; start again") from error
        return raw.view(self.dtype).reshape(len(wanted), *self.shape[1:])

    def digest(self) -> str:
        """SHA-256 of shape, type and all values."""
        digest = hashlib.sha256(f"{self.shape} {self.dtype.str}".encode())
        left = self.shape[0] * self.row_bytes
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            while left and (block := file.read(min(left, 1 << 20))):
                digest.update(block)
                left -= len(block)
        return digest.hexdigest()


def stored_array(path: Path, part: str, scratch: Path | None) -> Stored:
    """Find the array of a file, unpacked where it cannot be read piece by piece.

    Args:
        path: .npz, .npy, or IDX (.gz or not).
        part: name of the array in an .npz, else empty.
        scratch: see ``unpacked``.

    Raises:
        ImagesError: damaged, or no room to unpack it.
        OSError, EOFError, zipfile.BadZipFile, zlib.error: damaged in ways their message tells.
    """
    if part:
        return _member(path, part, scratch)
    if path.suffix.lower() == ".npy":
        with open(path, "rb") as file:
            header = read_header(file, path.stat().st_size, printable(path))
        return _row_major(path, header, path, scratch)
    return _idx(path, scratch)


def _member(path: Path, part: str, scratch: Path | None) -> Stored:
    """An array of an .npz."""
    name = f"{part}.npy"
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(name)
        if info.flag_bits & 1:
            raise ImagesError(f"{printable(path)} is encrypted; save it without a password")
        where = f"{printable(path)} array {part!r}"
        with archive.open(name) as member:
            header = read_header(member, info.file_size, where)
        if info.compress_type == zipfile.ZIP_STORED:
            with open(path, "rb") as file:
                file.seek(info.header_offset)
                local = file.read(_LOCAL_HEADER)
            names = int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
            begin = info.header_offset + _LOCAL_HEADER + names
            inside = NpyHeader(header.shape, header.dtype, header.fortran, begin + header.offset)
            return _row_major(path, inside, path, scratch)

        def write(target: IO[bytes]) -> None:
            with archive.open(name) as member:
                shutil.copyfileobj(member, target, 1 << 20)

        data = unpacked(path, part, info.file_size, scratch, write)
    return _row_major(data, header, path, scratch)


def _row_major(data: Path, header: NpyHeader, origin: Path, scratch: Path | None) -> Stored:
    """The array as it lies, or turned if its first axis varies fastest."""
    if not header.fortran or len(header.shape) < 2:
        return Stored(data, header.offset, header.shape, header.dtype)
    write = partial(_turn, data, header)
    return Stored(unpacked(origin, f"{data} turned", header.nbytes, scratch, write), 0, header.shape, header.dtype)


def _turn(data: Path, header: NpyHeader, target: IO[bytes]) -> None:
    """Write a column-major array (N, ...) row by row, a block of rows at a time."""
    count, size = header.shape[0], header.dtype.itemsize
    columns = prod(header.shape[1:])
    step = max(1, _BLOCK // max(1, columns * size))
    with open(data, "rb", buffering=0) as file:
        for first in range(0, count, step):
            block = np.empty((columns, min(step, count - first) * size), np.uint8)  # one column a row
            for column in range(columns):
                file.seek(header.offset + (column * count + first) * size)
                read_into(file, block[column])
            values = block.view(header.dtype).reshape(*header.shape[:0:-1], -1)  # (..., c, w, h, rows) reversed
            target.write(np.ascontiguousarray(values.T).data)


def _idx(path: Path, scratch: Path | None) -> Stored:
    """The unsigned bytes of an IDX file, LeCun's format: yann.lecun.com/exdb/mnist."""
    packed = path.suffix.lower() == ".gz"
    with gzip.open(path, "rb") if packed else open(path, "rb") as file:
        start = file.read(4)
        if start[:3] != b"\0\0\x08":
            raise ImagesError(f"{printable(path)} is not an IDX file of bytes (it should begin with 00 00 08)")
        ndim = start[3] if len(start) == 4 else 0
        sizes = file.read(4 * ndim)
    if not 1 <= ndim <= 4 or len(sizes) < 4 * ndim:
        raise ImagesError(f"{printable(path)} is damaged: its header says {ndim} dimensions; copy it again")
    shape = tuple(int(x) for x in np.frombuffer(sizes, ">u4"))
    offset, expected = 4 + 4 * ndim, prod(shape)
    wanted = f"{printable(path)} should hold {' x '.join(map(str, shape))} bytes"
    if not packed:
        found = path.stat().st_size - offset
        if found != expected:
            raise ImagesError(f"{wanted}, has {found}; it is torn: copy it again")
        return Stored(path, offset, shape, np.dtype(np.uint8))

    def write(target: IO[bytes]) -> None:
        with gzip.open(path, "rb") as file:
            file.read(offset)
            left = expected
            while left and (block := file.read(min(left, 1 << 20))):
                target.write(block)
                left -= len(block)
            if left or file.read(1):
                raise ImagesError(f"{wanted}, has {f'{expected - left}' if left else 'more'}; copy it again")

    return Stored(unpacked(path, "idx", expected, scratch, write), 0, shape, np.dtype(np.uint8))
