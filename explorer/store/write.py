"""Writes a world folder: every file through one writer that hashes it, then one atomic swap.

A world is assembled in a folder beside its final place and renamed there when it is complete, so a
reader sees the old world or the new one and never half of one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.store.files import hash_file, save_array, sums, sync
from explorer.store.manifest import (
    MANIFEST_NAME,
    SUMS_NAME,
    VERSION,
    AttributeEntry,
    FileEntry,
    LayerEntry,
    Manifest,
    Receptive,
    to_json,
)
from explorer.store.maps import MapWriter, map_dtype
from explorer.store.swap import beside, checked_target, exclusive, recover, swap_in, writing
from explorer.types import DIMS, Float32, Float64, Int32, UInt8


@dataclass(frozen=True)
class LayerArrays:
    """One layer to be written, all in memory."""

    name: str
    embedding: NDArray[Any]
    """(N, 15) any float dtype; centred here, not turned."""
    kind: str = ""
    shape: tuple[int, ...] = ()
    inputs: tuple[int, ...] | None = None
    """None means the layer before."""
    maps: NDArray[Any] | None = None
    """(N, C, h, w) activations, at most 32x32."""
    residual: float = 0.0
    rotation: Float64 | None = None
    """(15, 15) orthogonal: how it was turned, see ``World.alignments``; None where it is not known."""
    key: str = ""
    parameters: int = 0
    receptive: Receptive | None = None
    quality: Mapping[str, float] = field(default_factory=dict)
    reduction: Mapping[str, Any] = field(default_factory=dict)
    method: str = ""
    reduced: Float32 | None = None
    """(N, K) reduced features."""
    neighbours: Int32 | None = None
    """(N, k) nearest other images in the activations."""


@dataclass(frozen=True)
class Attribute:
    """A property of the images: categorical with ``names``, else continuous."""

    name: str
    values: NDArray[Any]
    """(N,) indices into ``names``, -1 unknown; or numbers, NaN unknown."""
    names: Sequence[str] = ()


@dataclass(frozen=True)
class WorldArrays:
    """A world to be written from arrays: what ``write_world`` takes."""

    title: str
    layers: Sequence[LayerArrays]
    labels: Int32 | None = None
    """(N,) indices into ``class_names``, -1 unknown."""
    class_names: Sequence[str] = ()
    thumbnails: UInt8 | None = None
    """(N, T, T, 3) uint8."""
    predictions: Int32 | None = None
    confidences: Float32 | None = None
    names: Sequence[str] = ()
    """A name per image."""
    accuracy: float | None = None
    sources: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    fine_labels: Int32 | None = None
    fine_predictions: Int32 | None = None
    fine_names: Sequence[str] = ()
    name: str = ""
    """Of the model or checkpoint."""
    preprocess: dict[str, Any] = field(default_factory=dict)
    preprocess_text: str = ""
    attributes: Sequence[Attribute] = ()


def write_world(path: Path, world: WorldArrays) -> Path:
    """Write a world from arrays, replacing a world that is already there.

    Raises:
        WorldError: the target exists and is not a world, or cannot be written.
        ValueError: arrays of different lengths, or two layers of one name.
    """
    with writing(path):
        path = checked_target(path)
        partial = beside(path, ".partial")
        with exclusive(partial):
            recover(path)
            try:
                shutil.rmtree(partial / "world", ignore_errors=True)
                (partial / "world").mkdir()
                fill_world(partial / "world", world)
                swap_in(partial / "world", path)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    return path


def fill_world(folder: Path, world: WorldArrays) -> Manifest:
    """Write all files of ``world`` and its manifest into an existing folder."""
    n = len(world.layers[0].embedding)
    if len({x.name for x in world.layers}) < len(world.layers):
        raise ValueError(f"layers need names of their own, found {[x.name for x in world.layers]}")
    writer = WorldWriter(folder)
    optional = {
        "labels": (world.labels, np.int32),
        "predictions": (world.predictions, np.int32),
        "confidences": (world.confidences, np.float32),
        "fine_labels": (world.fine_labels, np.int32),
        "fine_predictions": (world.fine_predictions, np.int32),
        "thumbnails": (world.thumbnails, np.uint8),
    }
    for name, (array, dtype) in optional.items():
        if array is not None:
            if len(array) != n:
                raise ValueError(f"{name} has {len(array)} rows for {n} images")
            writer.array(f"{name}.npy", np.asarray(array, dtype))
    if world.names:
        writer.text("names.json", json.dumps(list(world.names)))
    writer.alignments([layer.rotation for layer in world.layers])
    entries = [_write_layer(writer, i, layer, n) for i, layer in enumerate(world.layers)]
    manifest = Manifest(
        version=VERSION, title=world.title, images=n, layers=tuple(entries), class_names=tuple(world.class_names),
        fine_names=tuple(world.fine_names), sources=world.sources, parameters=world.parameters,
        accuracy=world.accuracy, name=world.name, preprocess=world.preprocess, preprocess_text=world.preprocess_text,
        attributes=writer.attributes(world.attributes), files=writer.files,
    )  # fmt: skip
    writer.finish(manifest)
    return manifest


def _write_layer(writer: WorldWriter, index: int, layer: LayerArrays, n: int) -> LayerEntry:
    if layer.embedding.shape != (n, DIMS):
        raise ValueError(f"layer {layer.name!r}: embedding is {layer.embedding.shape}, expected {(n, DIMS)}")
    points = np.asarray(layer.embedding, np.float64)  # (N, 15)
    points -= points.mean(axis=0)
    map_shape, largest = None, 0.0
    if layer.maps is not None:
        with MapWriter(writer.folder / layer_path("maps", index)) as maps:
            maps.add(np.asarray(layer.maps, np.float32), np.mean(layer.maps == 0, axis=(1, 2, 3)))
        map_shape, largest = maps.shape, maps.largest
    entry = LayerEntry(
        name=layer.name, kind=layer.kind, shape=layer.shape, radius=0.0, embedding="",
        inputs=layer.inputs if layer.inputs is not None else ((index - 1,) if index else ()),
        map_shape=map_shape, map_range=largest, key=layer.key, residual=layer.residual, parameters=layer.parameters,
        receptive=layer.receptive, quality=dict(layer.quality), reduction=dict(layer.reduction), method=layer.method,
    )  # fmt: skip
    return writer.layer(index, entry, points.astype(np.float32), layer.reduced, layer.neighbours)


def layer_path(kind: str, index: int, stack: int = 0) -> str:
    """Where an array of a layer lies, relative to the world.

    Args:
        kind: "embeddings", "reduced", "neighbours": a file; "maps": the stem of four.
        index: of the layer in its stack.
        stack: 0 for the first one, 1, 2, ... for further ones.
    """
    folder = f"stacks/{stack:02d}/" if stack else ""
    return f"{folder}{kind}/{index:02d}" + ("" if kind == "maps" else ".npy")


def robust_radius(points: NDArray[Any]) -> float:
    """95% quantile of the norms of the rows: a few far points do not set the scale. 1 when all coincide."""
    return float(np.quantile(np.linalg.norm(points, axis=1), 0.95)) or 1.0


class WorldWriter:
    """Puts files into a world folder and keeps the list for the manifest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, FileEntry] = {}

    def array(self, name: str, array: NDArray[Any]) -> None:
        """Write one .npy file."""
        save_array(self._path(name), array)
        self.adopt([name])

    def text(self, name: str, text: str) -> None:
        """Write one UTF-8 text file."""
        with open(self._path(name), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            sync(file)
        self.adopt([name])

    def layer(
        self,
        index: int,
        entry: LayerEntry,
        points: Float32,
        reduced: Float32 | None = None,
        neighbours: Int32 | None = None,
        stack: int = 0,
    ) -> LayerEntry:
        """Write the arrays of one layer and list its maps.

        Args:
            index: of the layer in its stack.
            entry: what is known of it; paths and radius are filled in. With a ``map_shape`` the four files of
                ``layer_path("maps", index, stack)`` must be there already, and where it names ``reduced`` or
                ``neighbours``, those.
            points: (N, 15) float32, centred and aligned.
            reduced: (N, K) reduced features, to be written.
            neighbours: (N, k) nearest other images, to be written.
            stack: 0 for the first one.

        Returns:
            The entry for the manifest.
        """
        paths: dict[str, Any] = {"embedding": layer_path("embeddings", index, stack)}
        self.array(paths["embedding"], np.asarray(points, np.float32))
        if entry.map_shape:
            paths |= {"maps": layer_path("maps", index, stack), "map_dtype": map_dtype(entry.map_shape)}
            self.adopt(MapWriter.paths(paths["maps"]))
        self.adopt(x for x in (entry.reduced, entry.neighbours) if x)
        for kind, array, dtype in (("reduced", reduced, np.float32), ("neighbours", neighbours, np.int32)):
            if array is not None:
                paths[kind] = layer_path(kind, index, stack)
                self.array(paths[kind], np.asarray(array, dtype))
        return replace(entry, radius=robust_radius(points), **paths)

    def alignments(self, rotations: Sequence[Float64 | None]) -> None:
        """Write how the layers of the first stack were turned, (15, 15) each, where it is known of all."""
        known = [x for x in rotations if x is not None]
        if known and len(known) == len(rotations):
            self.array("alignments.npy", np.stack(known).astype(np.float64))

    def attributes(self, attributes: Sequence[Attribute]) -> tuple[AttributeEntry, ...]:
        """Write what the points can be coloured by beside their class; the entries for the manifest."""
        return tuple(self._attribute(f"attributes/{i:02d}.npy", x) for i, x in enumerate(attributes))

    def _attribute(self, path: str, attribute: Attribute) -> AttributeEntry:
        if attribute.names:
            self.array(path, np.asarray(attribute.values, np.int32))
            return AttributeEntry(attribute.name, path, tuple(attribute.names))
        values = np.asarray(attribute.values, np.float32)  # (N,)
        self.array(path, values)
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
        return AttributeEntry(attribute.name, path, (), low, high)

    def adopt(self, names: Iterable[str]) -> None:
        """List files that are already in the folder."""
        for name in names:
            self.files[name] = hash_file(self.folder / name)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, last of all: a folder without one is not a world."""
        text = to_json(manifest).encode()
        for name, content in ((SUMS_NAME, sums(manifest, text)), (MANIFEST_NAME, text)):
            with open(self._path(name), "wb") as file:
                file.write(content)
                sync(file)

    def _path(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
