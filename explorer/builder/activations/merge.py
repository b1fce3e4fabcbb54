"""Joins the shards of a pass: a layer's reduced features and activation maps, the pictures, the answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.builder.activations.axes import Axes, joined, principal_axes, project
from explorer.builder.activations.passes import DAMAGED, Pass, load_arrays, opened, save_arrays
from explorer.builder.crew import check_interrupted
from explorer.builder.embedding.quality import kept_neighbourhoods, queried
from explorer.errors import WorldError
from explorer.store.files import save_array, sync
from explorer.store.maps import MapWriter
from explorer.store.rowfile import RowFile
from explorer.types import Float32

_ASKED = 300
"""Images of the sample whose neighbours are looked up to measure what the reduction loses."""

_CHUNK_BYTES = 16_000_000
"""Bytes of maps or previews copied at once."""


@dataclass(frozen=True)
class Outputs:
    """What a pass found of each image, and of the network's answers."""

    kept: NDArray[np.int64]
    """(N,) rows of the image set that could be read, ascending."""
    skipped: tuple[tuple[str, str], ...]
    """Name and reason of those that could not."""
    classes: NDArray[np.int64] | None
    """(N,) index of the largest output, None when the network does not end in a vector."""
    confidences: Float32 | None
    """(N,) its softmax probability."""
    outputs: int
    """Length of that vector, 0 without one."""


@dataclass(frozen=True)
class Activations:
    """One layer's activations over all images, reduced and stored."""

    pooling: str
    """How the features were made, see ``pooled.features``."""
    width: int
    """Columns of the features."""
    components: int
    """Columns of what is kept of them."""
    explained: float
    """Share of the features' variance in those, measured on the sample."""
    kept_recall: float | None
    """Share of the nearest neighbours in the features that are nearest in what is kept, on the sample."""
    map_shape: tuple[int, int, int] | None
    """(C, h, w) of the stored maps, None when none are."""
    map_range: float
    """Largest absolute value in them."""


def find_axes(work: Pass, layer: int) -> None:
    """Find the principal axes of a layer with the features of the sample, and what they lose.

    A layer narrower than the components wanted has none: it is kept as it is.
    """
    torch.set_num_threads(1)  # the decomposition rounds differently with more
    path = work.axes_path(layer)
    if load_arrays(path) is not None:
        return
    shards = [x for x in range(work.shards.sampled) if len(_array(work, x, "kept"))]
    features = joined([_array(work, shard, f"{layer}.rows") for shard in shards])  # (S, F)
    check_interrupted()
    if features.shape[1] <= work.components or len(features) < 2:
        save_arrays(path, {"explained": 1.0, "recall": 1.0})
        return
    found, reduced = principal_axes(features, work.components, work.seed)  # features are centred now
    rows = queried(len(features), work.seed)[:_ASKED]
    kept = kept_neighbourhoods(features, reduced, rows)
    arrays = {"mean": found.mean, "axes": found.axes, "explained": found.explained, "recall": kept.recall}
    save_arrays(path, arrays)


def join_layer(work: Pass, layer: int, world: Path, reduced: str, maps: str) -> Activations:
    """Put one layer of a complete pass into a world.

    Args:
        work: the pass.
        layer: which of its layers.
        world: the world's folder.
        reduced: path of the (N, K) array in it.
        maps: stem of the maps in it, if there are any.
    """
    torch.set_num_threads(1)
    data = _arrays(work.axes_path(layer))
    explained, recall = float(data["explained"]), float(data["recall"])
    axes = Axes(data["mean"], data["axes"], explained) if "axes" in data else None
    places = _places(work)
    _join_reduced(work, layer, axes, places, world / reduced)
    shape = tuple(int(x) for x in _first(work, places, f"{layer}.shape"))
    map_shape = (shape[0], shape[1], shape[2]) if len(shape) == 3 else None
    largest = _join_maps(work, layer, places, world / maps, map_shape) if map_shape else 0.0
    width = int(_first(work, places, f"{layer}.width"))
    return Activations(
        str(_first(work, places, f"{layer}.pooling")), width, width if axes is None else axes.axes.shape[1],
        round(explained, 4), round(recall, 4), map_shape, largest,
    )  # fmt: skip


def join_outputs(work: Pass) -> Outputs:
    """The answers of a complete pass, in the order of the images."""
    shards = range(len(work.shards))
    kept = np.concatenate([_array(work, x, "kept") for x in shards])
    order = np.argsort(kept, kind="stable")
    skipped = sorted((str(a), str(b)) for x in shards for a, b in _array(work, x, "skipped").reshape(-1, 2))
    outputs = max(int(_array(work, x, "outputs")) for x in shards)
    classes = np.concatenate([_array(work, x, "classes") for x in shards])
    confidences = np.concatenate([_array(work, x, "confidences") for x in shards])
    whole = outputs > 0 and len(classes) == len(kept)
    return Outputs(
        kept[order], tuple(skipped), classes[order] if whole else None, confidences[order] if whole else None, outputs
    )


def join_pictures(work: Pass, world: Path) -> list[str]:
    """Put thumbnails and previews of a complete pass into a world; returns the files."""
    places = _places(work)
    side = work.thumbnail_side
    count = sum(len(x) for x in places)
    sizes, begins = np.zeros(count, np.int64), np.zeros(count, np.int64)
    with RowFile(world / "thumbnails.npy", np.uint8, (count, side, side, 3)) as target:
        for shard, place in enumerate(places):
            data = _arrays(work.picture_path(shard))
            target.put(place, data["thumbnails"])
            sizes[place] = data["lengths"]
            begins[place] = np.cumsum(data["lengths"]) - data["lengths"]
    names = ["thumbnails.npy"]
    if sizes.any():
        with open(world / "previews.bin", "wb") as file:
            for run in _runs(places, begins, sizes):
                file.write(_read(work.picture_path(run.shard).with_suffix(".previews"), run.begin, run.size))
            sync(file)
        save_array(world / "previews.offsets.npy", np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
        names += ["previews.bin", "previews.offsets.npy"]
    return names


def _join_reduced(work: Pass, layer: int, axes: Axes | None, places: list[NDArray[np.int64]], path: Path) -> None:
    """Write reduced/NN.npy (N, K) float32, the sample's features projected on the way."""
    columns = int(_first(work, places, f"{layer}.width")) if axes is None else axes.axes.shape[1]
    with RowFile(path, np.float32, (sum(len(x) for x in places), columns)) as target:
        for shard, place in enumerate(places):
            check_interrupted()
            if len(place):
                rows = _array(work, shard, f"{layer}.rows")  # (B, F) of the sample, (B, K) of the others
                if axes is not None and shard < work.shards.sampled:
                    rows = project(torch.from_numpy(rows), axes).numpy()
                target.put(place, rows)


def _join_maps(
    work: Pass, layer: int, places: list[NDArray[np.int64]], stem: Path, shape: tuple[int, int, int]
) -> float:
    """Write the four files of a layer's maps, streams in the order of the images; returns the largest value."""
    count = sum(len(x) for x in places)
    sizes, begins = np.zeros(count, np.int64), np.zeros(count, np.int64)
    scales, zeros = np.ones(count, np.float32), np.zeros(count, np.float32)
    largest = 0.0
    for shard, place in enumerate(places):
        own = {x: f"{layer}.{x}" for x in ("lengths", "begin", "scales", "zeros", "largest")}
        data = _arrays(work.shard_path(shard), own.values())
        lengths = data[own["lengths"]]
        sizes[place] = lengths
        begins[place] = int(data[own["begin"]]) + np.cumsum(lengths) - lengths
        scales[place], zeros[place] = data[own["scales"]], data[own["zeros"]]
        largest = max(largest, float(data[own["largest"]]))
    with MapWriter(stem) as maps:
        for run in _runs(places, begins, sizes):
            check_interrupted()
            piece = _read(work.shard_path(run.shard).with_suffix(".maps"), run.begin, run.size)
            ends = np.cumsum(sizes[run.rows]).tolist()
            streams = [piece[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]
            maps.add_streams(streams, scales[run.rows], zeros[run.rows], shape, largest)
    return largest


@dataclass(frozen=True)
class _Run:
    """Images that lie one behind the other both in the world and in a shard's file."""

    shard: int
    rows: slice
    begin: int
    size: int


def _runs(places: list[NDArray[np.int64]], begins: NDArray[np.int64], sizes: NDArray[np.int64]) -> Iterator[_Run]:
    """All images in the world's order, in as few pieces as may be, none much larger than ``_CHUNK_BYTES``."""
    shard = np.empty(len(sizes), np.int32)
    for i, place in enumerate(places):
        shard[place] = i
    follows = (shard[1:] == shard[:-1]) & (begins[1:] == begins[:-1] + sizes[:-1])
    pieces = np.cumsum(sizes) // _CHUNK_BYTES
    breaks = np.flatnonzero(~follows | (pieces[1:] != pieces[:-1])) + 1
    for first, last in zip([0, *breaks.tolist()], [*breaks.tolist(), len(sizes)], strict=True):
        if last > first:
            yield _Run(int(shard[first]), slice(first, last), int(begins[first]), int(sizes[first:last].sum()))


def _places(work: Pass) -> list[NDArray[np.int64]]:
    """For each shard, the places of its images in the world."""
    kept = [_array(work, x, "kept") for x in range(len(work.shards))]
    order = np.sort(np.concatenate(kept))
    return [np.searchsorted(order, x) for x in kept]


def _first(work: Pass, places: list[NDArray[np.int64]], name: str) -> NDArray[Any]:
    """An array of the first shard with a readable image in it."""
    return _array(work, next(i for i, place in enumerate(places) if len(place)), name)


def _arrays(path: Path, names: Iterable[str] | None = None) -> dict[str, NDArray[Any]]:
    """Some arrays of a file, or all."""
    try:
        with opened(path) as data:
            return {name: data[name] for name in names or data.files}
    except DAMAGED as error:
        raise WorldError(f"{path} is damaged ({error}); delete it and run the build again") from error


def _array(work: Pass, shard: int, name: str) -> NDArray[Any]:
    return _arrays(work.shard_path(shard), [name])[name]


def _read(path: Path, begin: int, size: int) -> bytes:
    with open(path, "rb") as file:
        file.seek(begin)
        data = file.read(size)
    if len(data) != size:
        raise WorldError(f"{path} is shorter than it was written; delete its folder and run the build again")
    return data
