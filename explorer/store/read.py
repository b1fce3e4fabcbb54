"""Opens a world folder for looking at: headers are checked, nothing bulky is loaded before it is asked for."""

from __future__ import annotations

import io
import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.errors import WorldError
from explorer.store.arrays import Arrays
from explorer.store.fields import shown
from explorer.store.folder import check_file, damaged_files, read_manifest
from explorer.store.manifest import AttributeEntry, Manifest, StackEntry
from explorer.store.stack import ActivationMaps, Answers, Stack
from explorer.types import DIMS, Float32, Float64, Int32, UInt8


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
    alignments: Float64 | None
    """(L, 15, 15) float64 orthogonal: how each layer was turned, ``embedded @ alignments[layer]`` is its
    embedding here; None where it is not known."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Use ``open_world``; this only checks the arrays of a manifest whose files were checked."""
        n = manifest.images
        self.path, self.manifest = path, manifest
        self._arrays = arrays = Arrays(path, manifest.files)
        answers = self._answers("predictions.npy", "confidences.npy", "fine_predictions.npy")
        self.predictions, self.confidences = answers.predictions, answers.confidences
        self.fine_predictions = answers.fine_predictions
        first = Stack(manifest.name, manifest.layers, answers, n, arrays, path)
        self._stacks = [first, *(self._further(x) for x in manifest.stacks)]
        self._attributes = [arrays.find(x.path, (n,), attribute_dtype(x)) for x in manifest.attributes]
        self.fine_labels = arrays.optional("fine_labels.npy", (n,), np.int32)
        self.thumbnails = arrays.optional("thumbnails.npy", (n, None, None, 3), np.uint8)
        self.alignments = self._turns(arrays)
        self._preview_offsets = arrays.optional("previews.offsets.npy", (n + 1,), np.int64)
        # Last, as it takes memory for as many images as the manifest claims, which the arrays have now confirmed.
        labels = arrays.optional("labels.npy", (n,), np.int32)
        self.labels = np.array(labels) if labels is not None else np.full(n, -1, np.int32)

    def embedding(self, layer: int) -> Float32:
        """(N, 15) float32, memory-mapped, centred and aligned to the layer before."""
        return self._stacks[0].embedding(layer)

    def maps(self, layer: int, image: int) -> ActivationMaps | None:
        """Activation maps of one image in one layer, None when the layer has none."""
        return self._stacks[0].maps(layer, image)

    def reduced(self, layer: int) -> Float32 | None:
        """(N, K) float32 reduced features of a layer, memory-mapped; None when they are not kept."""
        return self._stacks[0].reduced(layer)

    def neighbours(self, layer: int) -> Int32 | None:
        """(N, k) int32 nearest other images in a layer's activations, nearest first, memory-mapped; or None."""
        return self._stacks[0].neighbours(layer)

    def stack(self, index: int) -> Stack:
        """One model or checkpoint; 0 is the one whose layers this object gives itself."""
        return self._stacks[index]

    @property
    def stacks(self) -> int:
        """How many models or checkpoints there are."""
        return len(self._stacks)

    def attribute(self, index: int) -> NDArray[Any]:
        """(N,) values of ``manifest.attributes[index]``, mapped: int32 codes (-1 unknown) or float32 (NaN unknown)."""
        return self._arrays.mapped(self._attributes[index])

    def preview(self, image: int) -> UInt8 | None:
        """(h, w, 3) uint8 RGB: the preview where one is stored, else the thumbnail, else None."""
        if self._preview_offsets is not None:
            start, stop = (int(x) for x in self._preview_offsets[image : image + 2])
            if stop > start:
                return self._decode_preview(image, start, stop)
        return None if self.thumbnails is None else np.array(self.thumbnails[image])

    def image_name(self, image: int) -> str:
        """File name or other identity of the image, "image 7" when it has none."""
        return shown(self.file_names[image]) if self.file_names else f"image {image}"

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
    def file_names(self) -> list[str]:
        """A name per image as it is stored, or none at all."""
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

    def _turns(self, arrays: Arrays) -> Float64 | None:
        found = arrays.optional("alignments.npy", (len(self.manifest.layers), DIMS, DIMS), np.float64)
        if found is None:
            return None
        turns = np.array(found)  # (L, 15, 15)
        if not np.allclose(turns @ turns.transpose(0, 2, 1), np.eye(DIMS), atol=1e-6):
            raise WorldError(f"{self.path}/alignments.npy should hold rotations, found other matrices; build it again")
        return turns

    def _answers(self, predictions: str | None, confidences: str | None, fine: str | None) -> Answers:
        n, found = self.manifest.images, self._arrays.optional
        return Answers(
            None if predictions is None else found(predictions, (n,), np.int32),
            None if confidences is None else found(confidences, (n,), np.float32),
            None if fine is None else found(fine, (n,), np.int32),
        )

    def _further(self, entry: StackEntry) -> Stack:
        """A stack beside the first one; what it names must be there."""
        answers = (entry.predictions, entry.confidences, entry.fine_predictions)
        for name in answers:
            if name is not None and name not in self.manifest.files:
                raise WorldError(f"{self.path}: {name} of {entry.name!r} is not listed; build the world again")
        layers, n = entry.layers, self.manifest.images
        return Stack(entry.name, layers, self._answers(*answers), n, self._arrays, self.path)


def attribute_dtype(entry: AttributeEntry) -> type[np.int32 | np.float32]:
    """Of the array of an attribute: codes of its names, or numbers."""
    return np.int32 if entry.names else np.float32


def open_world(path: Path) -> World:
    """Open a world folder and check that it is whole: every file there, of its recorded length and shape.

    Contents are not hashed here (that would read everything); ``verify_world`` does.

    Raises:
        WorldError: missing, truncated, of a newer format, or not a world.
    """
    path = Path(path)
    manifest = read_manifest(path)
    for name, entry in manifest.files.items():
        check_file(path, name, entry.bytes)
    return World(path, manifest)


def verify_world(path: Path) -> None:
    """Read every byte of a world and compare it with the hashes in the manifest.

    Raises:
        WorldError: a file that is missing or was changed.
    """
    for fault in damaged_files(Path(path), read_manifest(path)):
        raise WorldError(fault)
