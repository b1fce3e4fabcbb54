"""Embeds the layers of one network: neighbours, layouts that start from one another, alignment, quality."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.builder.activations.passes import load_arrays, save_arrays
from explorer.builder.crew import Crew, Task, run_tasks
from explorer.builder.embedding.embed import embed_layer, place_layer
from explorer.builder.embedding.neighbours import Neighbours, nearest_neighbours
from explorer.builder.embedding.quality import kept_neighbourhoods, label_accuracy, queried
from explorer.builder.embedding.tree import starting_points
from explorer.builder.keys import key_of
from explorer.builder.options import EmbedSettings
from explorer.builder.progress import Progress
from explorer.store.files import save_array
from explorer.types import Float32

REVISION = 6
"""Raised when the mathematics change, so that layers of an older version are not used again."""

STORED = 15
"""Nearest other images stored for every image."""


@dataclass(frozen=True)
class LayerWork:
    """What is embedded, and where it goes."""

    name: str
    key: str
    """Hash of everything the embedding is computed from."""
    reduced: Path
    """(N, K) float32 .npy."""
    neighbours: Path
    """(N, 15) int32 .npy to be written: the nearest other images, nearest first."""
    folder: Path
    """Where finished layers are kept."""
    settings: EmbedSettings

    @property
    def done(self) -> Path:
        """The finished embedding, in no particular frame."""
        return self.folder / f"{self.key}.npz"

    @property
    def near(self) -> Path:
        """The finished neighbours."""
        return self.folder / f"{self.key}.near.npz"


@dataclass(frozen=True)
class LayerResult:
    """One embedded layer, in no particular frame."""

    points: Float32
    """(N, 15)."""
    method: str
    """"umap", or what was done instead and why."""
    key: str


def layer_keys(
    activations: list[str], settings: EmbedSettings, starts: list[int | None], first: list[str]
) -> list[str]:
    """The key of each layer's embedding: its activations, the settings, and what it starts from.

    Args:
        activations: keys of the layers' activations.
        settings: see ``EmbedSettings``.
        starts: see ``tree.starting_points``.
        first: keys of embeddings of another network that layers start from instead, empty strings for none.
    """
    keys: dict[int, str] = {}
    versions = [version(x) for x in ("torch", "numpy", "scipy", "numba")]

    def key(layer: int) -> str:
        if layer not in keys:
            parent = starts[layer]
            keys[layer] = key_of(
                revision=REVISION, start=first[layer] or ("" if parent is None else key(parent)),
                activations=activations[layer], settings=asdict(settings), versions=versions,
            )  # fmt: skip
        return keys[layer]

    return [key(x) for x in range(len(activations))]


def embed_layers(
    layers: list[LayerWork], first: list[Path | None], crew: Crew, progress: Progress
) -> list[LayerResult]:
    """All embeddings, in the layers' order; finished ones of an interrupted run are used again.

    Args:
        layers: the layers of one network.
        first: for each an embedding of another network to start from, None to start from its own network's.
        crew: does it, layers side by side.
        progress: told of every layer.
    """
    starts = starting_points(len(layers))
    finished = {i for i, x in enumerate(layers) if _read(x) is not None}
    if finished:
        progress.note(f"{len(finished)} of {len(layers)} embeddings of the interrupted build are used again")
    tasks: dict[Hashable, Task] = {}
    for i in _begun_in_order(starts):
        layer, parent = layers[i], starts[i]
        start = first[i] or (None if parent is None else layers[parent].done)
        waits = () if first[i] is not None or parent is None else (("embed", parent),)
        # While the first layer is laid out the other cores need something to do: some neighbours are kept back.
        later = () if parent is None or i in starts else (("near", starts.index(None)),)
        tasks["near", i] = Task(find_neighbours, (layer,), later)
        tasks["embed", i] = Task(find_embedding, (layer, start), (("near", i), *waits))
    shares = [_near_share(x) for x in layers]

    def done(name: Any, result: Any) -> None:
        kind, i = name
        if i not in finished:
            progress.advance(shares[i] if kind == "near" else 1 - shares[i], layers[i].name)

    progress.start("embed", len(layers))
    progress.reuse(len(finished))
    with crew.on_layers() as executor:
        run_tasks(executor, tasks, done)
    progress.finish()
    results = [x for x in map(_read, layers) if x is not None]
    for line in _unusual([x.name for x in layers], [x.method for x in results]):
        progress.note(line)
    return results


def _begun_in_order(starts: list[int | None]) -> list[int]:
    """The layers in the order to begin them in: first the one that all others start from, then those that some do."""
    return sorted(range(len(starts)), key=lambda i: (starts[i] is not None, i not in starts))


def _near_share(work: LayerWork) -> float:
    """What part of a layer's time its neighbours are expected to take; the rest goes to its layout.

    Measured on 10,000 images: 4 nanoseconds for each pair of images and 15 picoseconds for each component of it,
    60 nanoseconds for each neighbour of each image in each epoch.
    """
    count, width = np.load(work.reduced, mmap_mode="r").shape
    settings = work.settings
    if settings.sample is not None and settings.sample < count:
        return 0.0  # they come with the placing of the images
    near, layout = (4e-9 + 15e-12 * width) * count * count, 60e-9 * count * settings.epochs * settings.neighbours
    return float(near / (near + layout))


def _unusual(names: list[str], methods: list[str]) -> list[str]:
    """A line for each way of embedding that is not the usual one, with the layers it was used for."""
    lines = []
    for method in dict.fromkeys(methods):
        mine = [name for name, x in zip(names, methods, strict=True) if x == method]
        if method not in ("umap", "umap of a sample"):
            some = f"{', '.join(mine[:4])}{f' and {len(mine) - 4} more' if len(mine) > 4 else ''}"
            lines.append(f"{'all layers' if len(mine) == len(names) else some}: {method}")
    return lines


def find_neighbours(work: LayerWork) -> None:
    """Find the nearest neighbours of every image in one layer, for the embedding and for the world."""
    torch.set_num_threads(1)
    reduced = np.load(work.reduced, mmap_mode="r")  # (N, K)
    if work.settings.sample is not None and work.settings.sample < len(reduced):
        return  # they come with the placing of the images
    saved = load_arrays(work.near)
    if saved is None:
        count = max(work.settings.neighbours, STORED + 1)
        near = nearest_neighbours(torch.from_numpy(np.array(reduced)), min(count, len(reduced)))
        saved = {"indices": near.indices, "distances": near.distances}
        save_arrays(work.near, saved)
    work.neighbours.parent.mkdir(parents=True, exist_ok=True)
    save_array(work.neighbours, saved["indices"][:, 1 : STORED + 1].astype(np.int32))


def find_embedding(work: LayerWork, start: Path | None) -> None:
    """Embed one layer, all of it or a sample of which the others are then placed."""
    torch.set_num_threads(1)
    saved = load_arrays(work.done)
    reduced = np.load(work.reduced, mmap_mode="r")  # (N, K)
    begin = None if start is None else (load_arrays(start) or {})["points"]  # (N, 15)
    sample = work.settings.sample
    if sample is not None and sample < len(reduced):
        if saved is None:
            saved = _embed_sample(work, reduced, begin, sample)
        work.neighbours.parent.mkdir(parents=True, exist_ok=True)
        save_array(work.neighbours, saved["nearest"].astype(np.int32))
    elif saved is None:
        data = load_arrays(work.near) or {}
        wanted = work.settings.neighbours
        enough = len(reduced) >= wanted + 2
        near = Neighbours(data["indices"][:, :wanted], data["distances"][:, :wanted]) if enough else None
        found = embed_layer(np.array(reduced), near, begin, work.settings)
        save_arrays(work.done, {"points": found.points, "method": found.method})


def _embed_sample(work: LayerWork, reduced: NDArray[Any], begin: Float32 | None, sample: int) -> dict[str, Any]:
    chosen = np.sort(np.random.default_rng(work.settings.seed).permutation(len(reduced))[:sample]).astype(np.int64)
    rows = np.ascontiguousarray(reduced[chosen])  # (S, K)
    wanted = work.settings.neighbours
    near = nearest_neighbours(torch.from_numpy(rows), wanted) if len(rows) >= wanted + 2 else None
    found = embed_layer(rows, near, None if begin is None else begin[chosen], work.settings)
    points, nearest = place_layer(reduced, chosen, found.points, work.settings, STORED)
    method = "umap of a sample" if found.method == "umap" else found.method
    saved = {"points": points, "method": method, "nearest": nearest}
    save_arrays(work.done, saved)
    return saved


def measure_layer(reduced: Path, embedding: Path, labels: Path | None, seed: int) -> dict[str, float]:
    """The quality figures of one layer, see ``store.manifest.QUALITY``."""
    torch.set_num_threads(1)
    high = torch.from_numpy(np.load(reduced))  # (N, K)
    high -= high.mean(0)
    low = torch.from_numpy(np.load(embedding))  # (N, 15)
    rows = queried(len(high), seed)
    kept = kept_neighbourhoods(high, low, rows)
    figures = {"trustworthiness": kept.trustworthiness, "recall": kept.recall}
    if labels is not None:
        accuracy = label_accuracy(low, np.load(labels), rows)
        figures |= {"knn_accuracy": accuracy} if np.isfinite(accuracy) else {}
    return {name: round(value, 4) for name, value in figures.items()}


def _read(work: LayerWork) -> LayerResult | None:
    data = load_arrays(work.done)
    return None if data is None else LayerResult(data["points"], str(data["method"]), work.key)
