"""Writes a world folder: every file through one writer that hashes it, then one atomic swap.

A world is assembled in a folder beside its final place and renamed there when it is complete, so a
reader sees the old world or the new one and never half of one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.store.files import hash_file, save_array, sync
from explorer.store.manifest import MANIFEST_NAME, VERSION, FileEntry, LayerEntry, Manifest, to_json
from explorer.store.maps import MapWriter
from explorer.store.swap import beside, checked_target, exclusive, recover, swap_in, writing
from explorer.types import DIMS, Float32, Int32, UInt8


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
    key: str = ""


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


def write_world(path: Path, world: WorldArrays) -> Path:
    """Write a world from arrays, replacing a world that is already there.

    Raises:
        WorldError: the target exists and is not a world, or cannot be written.
        ValueError: arrays of different lengths.
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
    writer = WorldWriter(folder)
    optional = {
        "labels": (world.labels, np.int32),
        "predictions": (world.predictions, np.int32),
        "confidences": (world.confidences, np.float32),
        "thumbnails": (world.thumbnails, np.uint8),
    }
    for name, (array, dtype) in optional.items():
        if array is not None:
            if len(array) != n:
                raise ValueError(f"{name} has {len(array)} rows for {n} images")
            writer.array(f"{name}.npy", np.asarray(array, dtype))
    if world.names:
        writer.text("names.json", json.dumps(list(world.names)))
    entries = [_write_layer(writer, i, layer, n) for i, layer in enumerate(world.layers)]
    manifest = Manifest(
        version=VERSION, title=world.title, images=n, layers=tuple(entries), class_names=tuple(world.class_names),
        sources=world.sources, parameters=world.parameters, accuracy=world.accuracy, files=writer.files,
    )  # fmt: skip
    writer.finish(manifest)
    return manifest


def _write_layer(writer: WorldWriter, index: int, layer: LayerArrays, n: int) -> LayerEntry:
    if layer.embedding.shape != (n, DIMS):
        raise ValueError(f"layer {layer.name!r}: embedding is {layer.embedding.shape}, expected {(n, DIMS)}")
    points = np.asarray(layer.embedding, np.float64)  # (N, 15)
    points -= points.mean(axis=0)
    writer.array(f"embeddings/{index:02d}.npy", points.astype(np.float32))
    stem, map_shape, largest = None, None, 0.0
    if layer.maps is not None:
        stem = f"maps/{index:02d}"
        with MapWriter(writer.folder / stem) as maps:
            maps.add(np.asarray(layer.maps, np.float32), np.mean(layer.maps == 0, axis=(1, 2, 3)))
        map_shape, largest = maps.shape, maps.largest
        writer.adopt(maps.paths(stem))
    return LayerEntry(
        name=layer.name, kind=layer.kind, shape=layer.shape, radius=robust_radius(points),
        inputs=layer.inputs if layer.inputs is not None else ((index - 1,) if index else ()),
        embedding=f"embeddings/{index:02d}.npy", maps=stem, map_shape=map_shape, map_range=largest,
        key=layer.key, residual=layer.residual,
    )  # fmt: skip


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

    def adopt(self, names: Iterable[str]) -> None:
        """List files that are already in the folder."""
        for name in names:
            self.files[name] = hash_file(self.folder / name)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, last of all: a folder without one is not a world."""
        with open(self._path(MANIFEST_NAME), "w", encoding="utf-8", newline="\n") as file:
            file.write(to_json(manifest))
            sync(file)

    def _path(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
