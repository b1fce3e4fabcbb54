"""Embeds the layers one after another, each started from and turned onto the one before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import version

import torch

from explorer.builder.activations.extract import Extraction
from explorer.builder.activations.sinks import read_features
from explorer.builder.embedding.align import AlignedLayer, aligned
from explorer.builder.embedding.embed import embed_layer
from explorer.builder.model.layers import Layer
from explorer.builder.options import EmbedSettings
from explorer.builder.progress import Progress
from explorer.builder.workdir import WorkDir, key_of

REVISION = 2
"""Raised when the mathematics change, so that layers of an older version are not used again."""


@dataclass(frozen=True)
class LayerResult:
    """One finished layer."""

    layer: AlignedLayer
    method: str
    """"umap", or what was done instead and why."""
    key: str
    """Hash of everything it was computed from."""


def embed_layers(
    layers: list[Layer], found: Extraction, folder: WorkDir, settings: EmbedSettings, progress: Progress
) -> list[LayerResult]:
    """All embeddings, in the layers' order; finished ones of an interrupted run are used again.

    Args:
        layers: the chosen layers.
        found: the pass over the images; its features lie in ``folder``.
        folder: where features are read and finished layers kept.
        settings: UMAP's settings.
        progress: told of every layer.
    """
    results: list[LayerResult] = []
    reused = 0
    progress.start("embed", len(layers))
    for index, layer in enumerate(layers):
        progress.advance(0, layer.name)
        # A layer that maps all images to one place says nothing about directions: the one before it does.
        previous = next((x for x in reversed(results) if x.layer.points.any()), None)
        key = key_of(
            revision=REVISION, previous=previous.key if previous else "", layer=layer.name,
            features=found.layers[index].digest, settings=asdict(settings),
            versions=[version(x) for x in ("umap-learn", "torch", "numpy")],
        )  # fmt: skip
        saved = folder.saved_layer(key)
        if saved is None:
            result = _embed(index, previous, found, folder, settings, key)
        else:
            result, reused = LayerResult(saved[0], saved[1], key), reused + 1
        if result.method != "umap":
            progress.note(f"layer {layer.name}: {result.method}")
        results.append(result)
        progress.advance(1, layer.name)
    progress.finish()
    if reused:
        progress.note(f"{reused} of {len(layers)} layers of the interrupted build are used again")
    return results


def _embed(
    index: int, previous: LayerResult | None, found: Extraction, folder: WorkDir, settings: EmbedSettings, key: str
) -> LayerResult:
    width = found.layers[index].width
    features = torch.from_numpy(read_features(folder.work, index, len(found.kept), width))  # (N, F)
    before = previous.layer.points if previous else None
    embedded = embed_layer(features, before, settings)
    layer = aligned(embedded.points, before)
    folder.save_layer(key, layer, embedded.method)
    return LayerResult(layer, embedded.method, key)
