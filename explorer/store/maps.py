"""Packs activation maps: int8 with a scale per image, zlib, one stream per image, offsets beside them.

Vectors (maps of 1 x 1) keep their float32 values.
Zero stays zero through the quantising, and most activations after a ReLU are zero, so streams are
small and any one image is read without touching the others.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import deflate
import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from explorer.store.files import save_array, sync
from explorer.types import Float32

LEVEL = 1
"""Of libdeflate, whose streams are ordinary zlib ones made twice as fast.

ISA-L is faster still, but what its level 1 makes of the same bytes differs from process to process: one in ten had
another stream for one of 3,000 maps (python-isal 1.9.1).
"""

_HEADER = 128
"""Bytes kept for the .npy header, rewritten when the length is known."""

Shape = tuple[int, int, int]
"""(C, h, w) of one image's maps."""


@dataclass(frozen=True)
class Packed:
    """The maps of a batch, ready to be appended; can be made in another thread or process."""

    streams: list[bytes]
    """One zlib stream per image."""
    scales: Float32
    """(B,) value = code x scale."""
    shape: Shape
    largest: float
    """Largest absolute value in the batch."""


def map_dtype(shape: Shape) -> str:
    """How maps of that shape are stored: int8 is too coarse for a vector, as a softmax over 1,000 classes is."""
    return "float32" if shape[1:] == (1, 1) else "int8"


def pack(values: Float32) -> Packed:
    """Quantise and compress a batch of maps (B, C, h, w) float32, finite."""
    shape = _shape(values)
    peaks = np.abs(values).max(axis=(1, 2, 3), initial=0.0)  # (B,)
    if map_dtype(shape) == "float32":
        codes: NDArray[Any] = np.ascontiguousarray(values, np.dtype("<f4"))
        scales = np.ones(len(values), np.float32)
    else:
        scales = (peaks / 127).astype(np.float32)  # (B,)
        safe = np.where(scales > 0, scales, 1).astype(np.float32)[:, None, None, None]  # (B, 1, 1, 1)
        codes = np.rint(values / safe).astype(np.int8)  # (B, C, h, w)
    return Packed(_compressed(codes), scales, shape, float(peaks.max(initial=0.0)))


def pack_codes(codes: NDArray[np.int8], scales: Float32, largest: float | None = None) -> Packed:
    """Compress maps that are quantised already.

    Args:
        codes: (B, C, h, w) int8; not for vectors, which are stored as float32.
        scales: (B,) value = code x scale.
        largest: absolute value in the batch, where it is known.
    """
    shape = _shape(codes)
    if map_dtype(shape) != "int8":
        raise ValueError(f"maps of shape {shape} are stored as float32, not as codes")
    if largest is None:
        peaks = np.abs(codes.astype(np.int16)).max(axis=(1, 2, 3), initial=0) * scales  # (B,)
        largest = float(peaks.max(initial=0.0))
    return Packed(_compressed(codes), np.asarray(scales, np.float32), shape, largest)


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
        self._lengths = array("q")
        self._scales: list[Float32] = []
        self._zeros: list[Float32] = []
        self.shape: Shape | None = None
        """(C, h, w) of every image's maps, known after the first batch."""
        self.largest = 0.0
        """Largest absolute value added so far."""

    def add(self, values: Float32, zero_fraction: NDArray[np.floating]) -> None:
        """Append a batch.

        Args:
            values: (B, C, h, w) float32, finite.
            zero_fraction: (B,) share of zeros in the full activations.
        """
        self.add_packed(pack(values), zero_fraction)

    def add_codes(self, codes: NDArray[np.int8], scales: Float32, zeros: NDArray[np.floating]) -> None:
        """Append a batch that is quantised already.

        Args:
            codes: (B, C, h, w) int8.
            scales: (B,) value = code x scale.
            zeros: (B,) share of zeros in the full activations.
        """
        self.add_packed(pack_codes(codes, scales), zeros)

    def add_packed(self, packed: Packed, zeros: NDArray[np.floating]) -> None:
        """Append a batch that was packed elsewhere."""
        self.add_streams(packed.streams, packed.scales, zeros, packed.shape, packed.largest)

    def add_streams(
        self,
        streams: Sequence[bytes],
        scales: NDArray[np.floating],
        zeros: NDArray[np.floating],
        shape: Shape,
        largest: float,
    ) -> None:
        """Append streams that were compressed elsewhere.

        Args:
            streams: one zlib stream per image, as ``pack`` makes them.
            scales: (B,) value = code x scale.
            zeros: (B,) share of zeros in the full activations.
            shape: (C, h, w) of the maps.
            largest: largest absolute value in them.
        """
        if self.shape not in (None, shape):
            raise ValueError(f"maps of shape {shape} after maps of shape {self.shape}")
        if not len(streams) == len(scales) == len(zeros):
            raise ValueError(f"{len(streams)} streams, {len(scales)} scales and {len(zeros)} shares of zeros")
        self._file.writelines(streams)
        self._lengths.extend(len(x) for x in streams)
        self._scales.append(np.asarray(scales, np.float32))
        self._zeros.append(np.asarray(zeros, np.float32))
        self.shape, self.largest = shape, max(self.largest, float(largest))

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
        offsets = np.concatenate([[0], np.cumsum(np.asarray(self._lengths, np.int64))]).astype(np.int64)  # (N+1,)
        self._file.seek(0)
        self._file.write(_header(int(offsets[-1])))
        sync(self._file)
        side: dict[str, NDArray[np.generic]] = {
            ".offsets.npy": offsets,
            ".scales.npy": _joined(self._scales),
            ".zeros.npy": _joined(self._zeros),
        }
        for suffix, array_ in side.items():
            save_array(self._stem.with_name(self._stem.name + suffix), array_)


def _shape(batch: NDArray[Any]) -> Shape:
    _, channels, height, width = batch.shape
    return channels, height, width


def _compressed(codes: NDArray[Any]) -> list[bytes]:
    return [bytes(deflate.zlib_compress(np.ascontiguousarray(x).data, LEVEL)) for x in codes]


def _joined(parts: list[Float32]) -> Float32:
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _header(length: int) -> bytes:
    """A version 1.0 .npy header of exactly ``_HEADER`` bytes for a uint8 array (length,)."""
    fields = repr({"descr": npy.dtype_to_descr(np.dtype(np.uint8)), "fortran_order": False, "shape": (length,)})
    magic = npy.magic(1, 0)
    room = _HEADER - len(magic) - 2
    return magic + room.to_bytes(2, "little") + fields.ljust(room - 1).encode("ascii") + b"\n"
