"""Writes what remains of a world when all layers are embedded: embeddings, labels, answers, manifest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.builder.activations.extract import Extraction
from explorer.builder.answers import Answers, judge
from explorer.builder.embedding.stack import LayerResult
from explorer.builder.images.image_set import ImageSet
from explorer.builder.model.layers import Layer
from explorer.builder.progress import Progress
from explorer.store.manifest import VERSION, LayerEntry, Manifest
from explorer.store.maps import MapWriter
from explorer.store.write import WorldWriter


@dataclass(frozen=True)
class About:
    """What the manifest says of the build itself."""

    title: str
    sources: dict[str, Any]
    parameters: dict[str, Any]


def finish_world(
    world: Path,
    images: ImageSet,
    layers: list[Layer],
    found: Extraction,
    embedded: list[LayerResult],
    about: About,
    label_offset: int,
    progress: Progress,
) -> Manifest:
    """Complete the world folder, which already holds the pictures and the maps.

    Args:
        world: the folder.
        images: the images that were read, aligned with the embeddings.
        layers: the chosen layers.
        found: the pass over the images.
        embedded: one result per layer.
        about: title, sources and parameters.
        label_offset: output i of the network stands for class i - offset.
        progress: told when there is no accuracy, and why.
    """
    writer = WorldWriter(world)
    answers = judge(images, found.classes, found.outputs, label_offset)
    if answers.note:
        progress.note(f"no accuracy: {answers.note}")
    writer.adopt([x for x in ("thumbnails.npy", "previews.bin", "previews.offsets.npy") if (world / x).exists()])
    _write_answers(writer, images, answers, found)
    writer.text("names.json", json.dumps([images.name(i) for i in range(len(images))]))
    parameters = about.parameters | {
        "features": {x.name: y.features for x, y in zip(layers, found.layers, strict=True)},
        "method": {x.name: y.method for x, y in zip(layers, embedded, strict=True)},
    }
    progress.start("write", len(layers))
    entries = []
    for index, layer in enumerate(layers):
        entries.append(_write_layer(writer, index, layer, found, embedded[index]))
        progress.advance(1, layer.name)
    manifest = Manifest(
        version=VERSION, title=about.title, images=len(images), layers=tuple(entries),
        class_names=answers.class_names, fine_names=answers.fine_names, sources=about.sources, parameters=parameters,
        accuracy=answers.accuracy, files=writer.files,
    )  # fmt: skip
    writer.finish(manifest)
    progress.finish()
    return manifest


def _write_answers(writer: WorldWriter, images: ImageSet, answers: Answers, found: Extraction) -> None:
    if np.any(images.labels >= 0):
        writer.array("labels.npy", images.labels.astype(np.int32))
    arrays = {
        "predictions": answers.predictions,
        "fine_labels": answers.fine_labels,
        "fine_predictions": answers.fine_predictions,
        "confidences": found.confidences,
    }
    for name, array in arrays.items():
        if array is not None:
            writer.array(f"{name}.npy", array)


def _write_layer(writer: WorldWriter, index: int, layer: Layer, found: Extraction, result: LayerResult) -> LayerEntry:
    embedding = f"embeddings/{index:02d}.npy"
    writer.array(embedding, result.layer.points)
    extracted = found.layers[index]
    stem = f"maps/{index:02d}" if extracted.map_shape else None
    if stem:
        writer.adopt(MapWriter.paths(stem))
    return LayerEntry(
        name=layer.name, kind=layer.kind, shape=layer.shape, inputs=layer.inputs, radius=result.layer.radius,
        embedding=embedding, maps=stem, map_shape=extracted.map_shape, map_range=extracted.map_range,
        key=result.key, residual=result.layer.residual,
    )  # fmt: skip
