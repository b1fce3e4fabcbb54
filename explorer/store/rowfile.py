"""A .npy file whose rows arrive in any order, written without ever being in memory."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

from explorer.store.files import sync


class RowFile:
    """Writes an array row by row, each to its own place. Use as a context manager.

    Not a memory map: its pages would count as this process's memory, and a full disk would end it with a signal.
    """

    def __init__(self, path: Path, dtype: DTypeLike, shape: tuple[int, ...]) -> None:
        """Create ``path``, with its folder, for an array of this shape; rows that never come are zero."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._dtype = np.dtype(dtype)
        self._row = self._dtype.itemsize * int(np.prod(shape[1:], dtype=np.int64))
        header = {"descr": npy.dtype_to_descr(self._dtype), "fortran_order": False, "shape": tuple(shape)}
        with open(path, "wb") as file:
            npy.write_array_header_1_0(file, header)
            self._begin = file.tell()
        os.truncate(path, self._begin + self._row * shape[0])
        self._file = open(path, "r+b")  # noqa: SIM115 - closed in __exit__

    def put(self, places: NDArray[np.int64], rows: NDArray[Any]) -> None:
        """Write ``rows`` (B, ...) to ``places`` (B,), ascending; neighbouring ones in one piece."""
        data = np.ascontiguousarray(rows, self._dtype)
        breaks = np.flatnonzero(np.diff(places) != 1) + 1
        for first, last in zip([0, *breaks.tolist()], [*breaks.tolist(), len(places)], strict=True):
            if last > first:
                self._file.seek(self._begin + self._row * int(places[first]))
                self._file.write(data[first:last].reshape(-1).view(np.uint8).data)

    def __enter__(self) -> RowFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        try:
            if kind is None:
                sync(self._file)
        finally:
            self._file.close()
