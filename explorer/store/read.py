"""Opens a world folder for looking at: memory-mapped, nothing bulky is loaded before it is asked for."""

from __future__ import annotations

import io
import json
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.errors import WorldError
from explorer.store.files import hash_file
from explorer.store.manifest import MANIFEST_NAME, LayerEntry, Manifest
from explorer.store.parse import from_json
from explorer.types import DIMS, Float32, Int32, UInt8

# What numpy raises for files that are no arrays, or whose header lies about their size.
_UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    AttributeError,
    IndexError,
    TypeError,
    MemoryError,
    OverflowError,
    TokenError,
)


@dataclass(frozen=True)
class ActivationMaps:
    """What one layer made of one image."""

    values: Float32
    """(C, h, w) float32 in the layer's own units, pooled to at most 32x32; (K, 1, 1) for a vector."""
    zero_fraction: float
    """Exact share of zeros in the full activation, before pooling and quantising."""
    full_shape: tuple[int, ...]
    """Shape of the full activation, (C, h, w) or (K,)."""


class World:
    """A world on disk, open for reading. Make one with ``open_world``."""

    path: Path
    manifest: Manifest
    labels: Int32
    """(N,) int32 indices into ``manifest.class_names``, -1 where unknown."""
    predictions: Int32 | None
    """(N,) int32 what the network says, in the same classes as ``labels``; -1 for none of them."""
    confidences: Float32 | None
    """(N,) float32 softmax probability of the network's answer, 0 to 1."""
    fine_labels: Int32 | None
    """(N,) int32 indices into ``manifest.fine_names``, where ``labels`` are groups of those."""
    fine_predictions: Int32 | None
    thumbnails: UInt8 | None
    """(N, T, T, 3) uint8 RGB, memory-mapped, or None for embeddings without images."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Use ``open_world``; this only maps the files of a manifest that was checked."""
        n = manifest.images
        self.path, self.manifest = path, manifest
        labels = self._optional("labels.npy", (n,), np.int32)
        self.labels = np.array(labels) if labels is not None else np.full(n, -1, np.int32)
        self.predictions = self._optional("predictions.npy", (n,), np.int32)
        self.confidences = self._optional("confidences.npy", (n,), np.float32)
        self.fine_labels = self._optional("fine_labels.npy", (n,), np.int32)
        self.fine_predictions = self._optional("fine_predictions.npy", (n,), np.int32)
        self.thumbnails = self._optional("thumbnails.npy", (n, None, None, 3), np.uint8)
        self._preview_offsets = self._optional("previews.offsets.npy", (n + 1,), np.int64)
        self._embeddings = [self._array(x.embedding, (n, DIMS), np.float32) for x in manifest.layers]
        self._maps = [self._map_arrays(x) for x in manifest.layers]

    def embedding(self, layer: int) -> Float32:
        """(N, 15) float32, memory-mapped, centred and aligned to the layer before."""
        return self._embeddings[layer]

    def maps(self, layer: int, image: int) -> ActivationMaps | None:
        """Activation maps of one image in one layer, None when the layer has none."""
        entry, arrays = self.manifest.layers[layer], self._maps[layer]
        if arrays is None or entry.map_shape is None:
            return None
        stream, offsets, scales, zeros = arrays
        packed = stream[offsets[image] : offsets[image + 1]].tobytes()
        try:
            dtype = np.dtype(entry.map_dtype).newbyteorder("<")
            size = int(np.prod(entry.map_shape)) * dtype.itemsize
            # No more than belongs here: a few bytes of zlib can stand for gigabytes.
            codes = np.frombuffer(zlib.decompressobj().decompress(packed, size + 1), dtype).reshape(
                entry.map_shape
            )  # (C, h, w)
        except (zlib.error, ValueError) as error:
            raise WorldError(f"{self.path}/{entry.maps}.npy is damaged at image {image}; build it again") from error
        values = codes.astype(np.float32) * scales[image]  # (C, h, w)
        return ActivationMaps(values, float(zeros[image]), entry.shape)

    def preview(self, image: int) -> UInt8 | None:
        """(h, w, 3) uint8 RGB: the preview where one is stored, else the thumbnail, else None."""
        if self._preview_offsets is not None:
            start, stop = (int(x) for x in self._preview_offsets[image : image + 2])
            if stop > start:
                return self._decode_preview(image, start, stop)
        return None if self.thumbnails is None else np.array(self.thumbnails[image])

    def image_name(self, image: int) -> str:
        """File name or other identity of the image, "image 7" when it has none."""
        return self._names[image] if self._names else f"image {image}"

    def label_text(self, image: int) -> str:
        """The image's label in words, with the fine class where there is one; empty when unlabelled."""
        return self._text(self.labels, self.fine_labels, image)

    def prediction_text(self, image: int) -> str:
        """The network's answer in words, with the fine class where there is one; empty when unknown."""
        return self._text(self.predictions, self.fine_predictions, image)

    def _text(self, coarse: Int32 | None, fine: Int32 | None, image: int) -> str:
        index = -1 if coarse is None else int(coarse[image])
        names, fine_names = self.manifest.class_names, self.manifest.fine_names
        text = "" if index < 0 else names[index] if index < len(names) else str(index)
        fine_index = -1 if fine is None else int(fine[image])
        if 0 <= fine_index < len(fine_names):
            return f"{fine_names[fine_index]} ({text})" if text else fine_names[fine_index]
        return text

    @cached_property
    def _names(self) -> list[str]:
        if "names.json" not in self.manifest.files:
            return []
        try:
            names = json.loads((self.path / "names.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise WorldError(f"{self.path}/names.json cannot be read ({error}); build the world again") from error
        if not isinstance(names, list) or len(names) != self.manifest.images:
            raise WorldError(f"{self.path}/names.json should list {self.manifest.images} names; build the world again")
        return [str(x) for x in names]

    def _decode_preview(self, image: int, start: int, stop: int) -> UInt8:
        try:
            if not 0 <= start <= stop <= self.manifest.files["previews.bin"].bytes:
                raise ValueError(f"bytes {start} to {stop} lie outside of it")
            with open(self.path / "previews.bin", "rb") as file:
                file.seek(start)
                data = file.read(stop - start)
            with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
                return np.asarray(picture.convert("RGB"))  # (h, w, 3)
        except (OSError, ValueError, KeyError, Image.DecompressionBombError) as error:
            raise WorldError(f"{self.path}/previews.bin is damaged at image {image}; build the world again") from error

    def _map_arrays(self, entry: LayerEntry) -> tuple[Any, Any, Any, Any] | None:
        if entry.maps is None:
            return None
        n = self.manifest.images
        for part in ("", ".offsets", ".scales", ".zeros"):
            if f"{entry.maps}{part}.npy" not in self.manifest.files:  # files that are listed were checked
                raise WorldError(f"{self.path}/{MANIFEST_NAME} does not list {entry.maps}{part}.npy; build it again")
        return (
            self._array(f"{entry.maps}.npy", (None,), np.uint8),
            self._array(f"{entry.maps}.offsets.npy", (n + 1,), np.int64),
            self._array(f"{entry.maps}.scales.npy", (n,), np.float32),
            self._array(f"{entry.maps}.zeros.npy", (n,), np.float32),
        )

    def _optional(self, name: str, shape: tuple[int | None, ...], dtype: Any) -> NDArray[Any] | None:
        return self._array(name, shape, dtype) if name in self.manifest.files else None

    def _array(self, name: str, shape: tuple[int | None, ...], dtype: Any) -> NDArray[Any]:
        """Map one .npy file, checked against the shape and dtype wanted; None in a shape is any size."""
        try:
            array: NDArray[Any] = np.lib.format.open_memmap(self.path / name, mode="r")
        except _UNREADABLE as error:
            raise WorldError(f"{self.path}/{name} cannot be read ({error}); build the world again") from error
        fits = array.ndim == len(shape) and all(
            want in (None, got) for want, got in zip(shape, array.shape, strict=True)
        )
        if not fits or array.dtype != np.dtype(dtype):
            wanted = "x".join("any" if x is None else str(x) for x in shape)
            raise WorldError(
                f"{self.path}/{name} should be {wanted} {np.dtype(dtype)}, "
                f"found {'x'.join(map(str, array.shape))} {array.dtype}; build the world again"
            )
        return array


def open_world(path: Path) -> World:
    """Open a world folder and check that it is whole: every file there, of its recorded length and shape.

    Contents are not hashed here (that would read everything); ``verify_world`` does.

    Raises:
        WorldError: missing, truncated, of a newer format, or not a world.
    """
    path = Path(path)
    manifest = read_manifest(path)
    if not manifest.layers or manifest.images < 1:
        raise WorldError(f"{path} holds no layers or no images; build it again")
    for name, entry in manifest.files.items():
        _check_file(path, name, entry.bytes)
    for layer in manifest.layers:
        if layer.embedding not in manifest.files:
            raise WorldError(f"{path}: the embedding of layer {layer.name!r} is not listed; build the world again")
    return World(path, manifest)


def verify_world(path: Path) -> None:
    """Read every byte of a world and compare it with the hashes in the manifest.

    Raises:
        WorldError: a file that is missing or was changed.
    """
    for name, entry in read_manifest(path).files.items():
        _check_file(Path(path), name, entry.bytes)
        if hash_file(Path(path) / name) != entry:
            raise WorldError(f"{path}/{name} was changed since it was written; build the world again")


def read_manifest(path: Path) -> Manifest:
    """The manifest of the world at ``path`` alone.

    Raises:
        WorldError: there is no world, or its manifest cannot be read.
    """
    file = Path(path) / MANIFEST_NAME
    try:
        return from_json(file.read_text(encoding="utf-8"), str(file))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WorldError(_why_missing(Path(path))) from error
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"{file} cannot be read ({error}); build the world again") from error


def _why_missing(path: Path) -> str:
    if path.is_dir():
        return f"{path} is a folder but not a world (it has no {MANIFEST_NAME})"
    if path.exists():
        return f"{path} is a file; a world is a folder NAME.world made by 'layerflight build'"
    if path.with_name(path.name + ".partial").exists():
        return f"{path} does not exist, but an interrupted build does; run the same 'layerflight build' again to finish"
    return f"{path} does not exist; make a world with 'layerflight build' or 'layerflight import'"


def _check_file(path: Path, name: str, size: int) -> None:
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise WorldError(f"{path}/{MANIFEST_NAME} names {name!r}, which lies outside the world; do not trust it")
    try:
        found = (path / name).stat().st_size
        if not (path / name).is_file():
            raise OSError("not a file")
    except (OSError, ValueError) as error:
        raise WorldError(f"{path}/{name} is missing; the world is incomplete, build it again") from error
    if found != size:
        raise WorldError(f"{path}/{name} has {found} bytes instead of {size}; it is truncated, build the world again")
