"""The manifest of a world: what is in the folder, as frozen values.

docs/format.md describes the whole folder for readers in other languages; ``store.parse`` reads a manifest.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

FORMAT = "layerflight-world"
VERSION = 2
MANIFEST_NAME = "manifest.json"
SUMS_NAME = "SHA256SUMS"
"""Hashes of all files with the manifest, as ``sha256sum --check`` reads them."""


class Receptive(NamedTuple):
    """Which input pixels one value of a map sees, per axis (height, width), in input pixels."""

    size: tuple[float, ...]
    """Side of the field."""
    stride: tuple[float, ...]
    """From the field of one value to that of the next."""
    offset: tuple[float, ...]
    """Middle of the field of the first value."""


@dataclass(frozen=True)
class FileEntry:
    """One file of the world, so that damage is noticed."""

    sha256: str
    """Hex digest of the content."""
    bytes: int
    """Length of the file."""


@dataclass(frozen=True)
class LayerEntry:
    """One layer of the network and where its data lie."""

    name: str
    """Dotted module name; "input" for the images themselves; unique in a stack."""
    kind: str
    """Type of the module, as in "Conv2d"; may be empty."""
    shape: tuple[int, ...]
    """Shape of one image's activation, (C, h, w) or (K,); empty when not known."""
    inputs: tuple[int, ...]
    """Indices of the layers of the stack that feed this one; always smaller than its own."""
    radius: float
    """95% quantile of the norms of the embedding's points, in the embedding's units."""
    embedding: str
    """Path of the (N, 15) float32 array, relative to the world."""
    maps: str | None = None
    """Relative path stem of the activation maps ("maps/03"), None when none are stored."""
    map_shape: tuple[int, int, int] | None = None
    """(C, h, w) of the stored maps."""
    map_range: float = 0.0
    """Largest absolute value in the stored maps of all images."""
    key: str = ""
    """Hash of everything this layer was computed from."""
    residual: float = 0.0
    """Procrustes residual to the layer it was turned onto: 0 same shape, 1 unrelated. 0 for the first layer."""
    parameters: int = 0
    """Trainable numbers in the module."""
    receptive: Receptive | tuple[Any, ...] | None = None
    """Receptive field, None when it is not known or is the whole image."""
    quality: dict[str, float] = field(default_factory=dict)
    """Figures of the embedding, 0 to 1, by name: see ``QUALITY``."""
    reduction: dict[str, Any] = field(default_factory=dict)
    """How the features were made: "pooling" (text), "features", "components" (counts), "explained" (share)."""
    method: str = ""
    """How the features were embedded, as in "umap"."""
    map_dtype: str = "int8"
    """"int8", or "float32" for vectors, whose values are stored as they are (scale 1)."""
    reduced: str | None = None
    """Path of the reduced features (N, K) float32, None when they are not kept."""
    neighbours: str | None = None
    """Path of (N, k) int32: the k other images nearest in the reduced features, nearest first."""


QUALITY = {
    "trustworthiness": "how few neighbours in the cloud are strangers in the layer (1: none)",
    "recall": "share of an image's nearest neighbours in the layer that are still nearest in the cloud",
    "knn_accuracy": "how often an image's nearest neighbours in the cloud name its class rightly",
    "reduction_recall": "share of an image's nearest neighbours in the layer's features that principal components keep",
}
"""What the figures of a layer mean, in one line each; others may be stored beside them."""


@dataclass(frozen=True)
class AttributeEntry:
    """A property of the images beside their class: something to colour the points by."""

    name: str
    path: str
    """Of the array (N,): int32 indices into ``names`` (-1 unknown), or float32 (NaN unknown) without names."""
    names: tuple[str, ...] = ()
    """Names of the values of a categorical attribute; empty for a continuous one."""
    minimum: float = 0.0
    """Smallest known value of a continuous attribute."""
    maximum: float = 0.0
    """Largest known value of a continuous attribute."""


@dataclass(frozen=True)
class StackEntry:
    """A further model or checkpoint over the same images, its layers aligned to the first stack's."""

    name: str
    layers: tuple[LayerEntry, ...]
    """As in the manifest; ``inputs`` are indices into this tuple."""
    aligned_to: tuple[int, ...] = ()
    """For each layer the index of the first stack's layer it was turned onto."""
    residuals: tuple[tuple[float, ...], ...] = ()
    """(layers of the first stack) rows of (layers of this one) Procrustes residuals."""
    sources: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    preprocess: dict[str, Any] = field(default_factory=dict)
    preprocess_text: str = ""
    accuracy: float | None = None
    predictions: str | None = None
    """Path of (N,) int32, in the classes of labels.npy."""
    confidences: str | None = None
    """Path of (N,) float32."""
    fine_predictions: str | None = None
    """Path of (N,) int32, in the network's own classes."""


@dataclass(frozen=True)
class Manifest:
    """Everything about a world that is not bulk data."""

    version: int
    title: str
    images: int
    """Number of images N, the same in every layer."""
    layers: tuple[LayerEntry, ...]
    class_names: tuple[str, ...] = ()
    """Names of the values in labels.npy and predictions.npy."""
    fine_names: tuple[str, ...] = ()
    """Names of the network's own classes, where labels.npy holds coarser groups of them; else empty."""
    sources: dict[str, Any] = field(default_factory=dict)
    """Where model, weights and images came from."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """How the embedding was made."""
    accuracy: float | None = None
    """Share of labelled images the network gets right, 0 to 1."""
    files: dict[str, FileEntry] = field(default_factory=dict)
    """By path relative to the world; every file but the manifest and ``SHA256SUMS``."""
    name: str = ""
    """Of the first stack: the model or checkpoint that ``layers`` belong to."""
    preprocess: dict[str, Any] = field(default_factory=dict)
    """How a picture becomes the network's input."""
    preprocess_text: str = ""
    """The same in one line for people."""
    attributes: tuple[AttributeEntry, ...] = ()
    stacks: tuple[StackEntry, ...] = ()
    """Further models or checkpoints over the same images."""


def to_json(manifest: Manifest) -> str:
    """The manifest as JSON text, the same text for the same manifest."""
    data = {"format": FORMAT, **asdict(manifest)}
    for stack in (data, *data["stacks"]):
        for layer in stack["layers"]:
            if layer["receptive"] is not None:
                layer["receptive"] = Receptive(*layer["receptive"])._asdict()
    return json.dumps(data, indent=1, sort_keys=False) + "\n"
