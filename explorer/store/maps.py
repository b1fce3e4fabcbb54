"""Packs activation maps: int8 with a scale per image, zlib, one stream per image, offsets beside them.

Zero stays zero through the quantising, and most activations after a ReLU are zero, so streams are
small and any one image is read without touching the others.
"""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from explorer.store.files import save_array, sync
from explorer.types import Float32

LEVEL = 1
"""zlib level: higher ones cost three times the time for a tenth of the size."""

_HEADER = 128
"""Bytes kept for the .npy header, rewritten when the length is known."""


class MapWriter:
    """Writes the four files of one layer's maps: STEM.npy, .offsets.npy, .scales.npy and .zeros.npy.

    Use as a context manager; the files are complete when it closes without an exception.
    """

    def __init__(self, stem: Path) -> None:
        """Open ``STEM.npy`` for writing, creating its folder."""
        stem.parent.mkdir(parents=True, exist_ok=True)
        self._stem = stem
        self._file = open(stem.with_name(stem.name + ".npy"), "wb")  # noqa: SIM115 - closed in __exit__
        self._file.write(b"\0" * _HEADER)
        self._lengths: list[int] = []
        self._scales: list[Float32] = []
        self._zeros: list[Float32] = []
        self.shape: tuple[int, int, int] | None = None
        """(C, h, w) of every image's maps, known after the first ``add``."""
        self.largest = 0.0
        """Largest absolute value added so far."""

    def add(self, values: Float32, zero_fraction: NDArray[np.floating]) -> None:
        """Append a batch.

        Args:
            values: (B, C, h, w) float32, finite.
            zero_fraction: (B,) share of zeros in the full activations.
        """
        peaks = np.abs(values).max(axis=(1, 2, 3))  # (B,)
        scales = (peaks / 127).astype(np.float32)  # (B,)
        safe = np.where(scales > 0, scales, 1).astype(np.float32)[:, None, None, None]  # (B, 1, 1, 1)
        codes = np.rint(values / safe).astype(np.int8)  # (B, C, h, w)
        with ThreadPoolExecutor(2) as pool:  # zlib lets go of the interpreter lock
            streams = list(pool.map(lambda x: zlib.compress(x.tobytes(), LEVEL), codes))
        for stream in streams:
            self._file.write(stream)
        self._lengths += [len(x) for x in streams]
        self._scales.append(scales)
        self._zeros.append(np.asarray(zero_fraction, np.float32))
        self.shape = (int(values.shape[1]), int(values.shape[2]), int(values.shape[3]))
        self.largest = max(self.largest, float(peaks.max(initial=0.0)))

    @staticmethod
    def paths(stem: str) -> list[str]:
        """The four files of a stem."""
        return [f"{stem}{x}" for x in (".npy", ".offsets.npy", ".scales.npy", ".zeros.npy")]

    def __enter__(self) -> MapWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._file.close()

    def _finish(self) -> None:
        offsets = np.concatenate([[0], np.cumsum(self._lengths)]).astype(np.int64)  # (N+1,)
        self._file.seek(0)
        self._file.write(_header(int(offsets[-1])))
        sync(self._file)
        side: dict[str, NDArray[np.generic]] = {
            ".offsets.npy": offsets,
            ".scales.npy": _joined(self._scales),
            ".zeros.npy": _joined(self._zeros),
        }
        for suffix, array in side.items():
            save_array(self._stem.with_name(self._stem.name + suffix), array)


def _joined(parts: list[Float32]) -> Float32:
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _header(length: int) -> bytes:
    """A version 1.0 .npy header of exactly ``_HEADER`` bytes for a uint8 array (length,)."""
    fields = repr({"descr": npy.dtype_to_descr(np.dtype(np.uint8)), "fortran_order": False, "shape": (length,)})
    magic = npy.magic(1, 0)
    room = _HEADER - len(magic) - 2
    return magic + room.to_bytes(2, "little") + fields.ljust(room - 1).encode("ascii") + b"\n"
