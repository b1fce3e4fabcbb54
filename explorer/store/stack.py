"""One model over the images of a world: its layers' embeddings, activation maps and answers."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import deflate
import numpy as np
from numpy.typing import NDArray

from explorer.errors import WorldError
from explorer.store.arrays import ArrayFile, Arrays
from explorer.store.manifest import LayerEntry
from explorer.store.maps import MapWriter
from explorer.types import DIMS, Float32, Int32


@dataclass(frozen=True)
class ActivationMaps:
    """What one layer made of one image."""

    values: Float32
    """(C, h, w) float32 in the layer's own units, pooled to at most 32x32; (K, 1, 1) for a vector."""
    zero_fraction: float
    """Exact share of zeros in the full activation, before pooling and quantising."""
    full_shape: tuple[int, ...]
    """Shape of the full activation, (C, h, w) or (K,)."""


@dataclass(frozen=True)
class Answers:
    """What a network says of every image; None where it is not known."""

    predictions: Int32 | None = None
    """(N,) int32 in the classes of the labels; -1 for none of them."""
    confidences: Float32 | None = None
    """(N,) float32 softmax probability of the network's answer, 0 to 1."""
    fine_predictions: Int32 | None = None
    """(N,) int32 in the network's own classes, where the labels are groups of those."""


class Stack:
    """The layers of one model or checkpoint, open for reading; row i is image i in all of them."""

    def __init__(
        self, name: str, layers: tuple[LayerEntry, ...], answers: Answers, images: int, arrays: Arrays, world: Path
    ) -> None:
        """Check the headers of all arrays of the stack.

        Raises:
            WorldError: an array is missing or of another shape or type.
        """
        self.name, self.layers, self.answers = name, layers, answers
        self._images, self._arrays, self._world = images, arrays, world
        self._embeddings = [arrays.find(x.embedding, (images, DIMS), np.float32) for x in layers]
        self._maps = [self._find_maps(x) for x in layers]
        self._reduced = [x.reduced and arrays.find(x.reduced, (images, None), np.float32) for x in layers]
        self._neighbours = [x.neighbours and arrays.find(x.neighbours, (images, None), np.int32) for x in layers]

    def embedding(self, layer: int) -> Float32:
        """(N, 15) float32, memory-mapped, centred and aligned."""
        return self._arrays.mapped(self._embeddings[layer])

    def reduced(self, layer: int) -> Float32 | None:
        """(N, K) float32 reduced features, memory-mapped; None when they are not kept."""
        return self._mapped(self._reduced[layer])

    def neighbours(self, layer: int) -> Int32 | None:
        """(N, k) int32 nearest other images in the activations, nearest first, memory-mapped; or None."""
        return self._mapped(self._neighbours[layer])

    def maps(self, layer: int, image: int) -> ActivationMaps | None:
        """Activation maps of one image in one layer, None when the layer has none."""
        entry, files = self.layers[layer], self._maps[layer]
        if files is None or entry.map_shape is None:
            return None
        stream, offsets, scales, zeros = files
        try:
            start, stop = (int(x) for x in offsets.rows(image, image + 2))
            packed = stream.rows(start, stop).tobytes()
            values = _unpacked(packed, entry.map_shape, entry.map_dtype) * scales.rows(image, image + 1)  # (C, h, w)
            return ActivationMaps(values, float(zeros.rows(image, image + 1)[0]), entry.shape)
        except (deflate.DeflateError, ValueError, IndexError) as error:
            place = f"{self._world}/{entry.maps}.npy"
            raise WorldError(f"{place} is damaged at image {image}; build the world again") from error

    def map_files(self, layer: int) -> tuple[ArrayFile, ArrayFile, ArrayFile, ArrayFile] | None:
        """Streams, offsets, scales and shares of zeros of a layer, for those who check them."""
        return self._maps[layer]

    def _mapped(self, file: ArrayFile | str | None) -> NDArray[Any] | None:
        return self._arrays.mapped(file) if isinstance(file, ArrayFile) else None

    def _find_maps(self, entry: LayerEntry) -> tuple[ArrayFile, ArrayFile, ArrayFile, ArrayFile] | None:
        if entry.maps is None:
            return None
        streams, offsets, scales, zeros = MapWriter.paths(entry.maps)
        n, find = self._images, self._arrays.find
        return (
            find(streams, (None,), np.uint8),
            find(offsets, (n + 1,), np.int64),
            find(scales, (n,), np.float32),
            find(zeros, (n,), np.float32),
        )


def _unpacked(packed: bytes, shape: tuple[int, int, int], dtype: str) -> Float32:
    """The values (C, h, w) float32 in a stream, before scaling."""
    kind = np.dtype(dtype).newbyteorder("<")
    size = prod(shape) * kind.itemsize
    # No more than belongs here: a few bytes of zlib can stand for gigabytes.
    data = deflate.zlib_decompress(packed, size)
    return np.frombuffer(data, kind).reshape(shape).astype(np.float32)
