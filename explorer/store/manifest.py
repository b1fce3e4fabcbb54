"""The manifest of a world: what is in the folder, as frozen values, to JSON and back.

docs/format.md describes the whole folder for readers in other languages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from explorer.errors import WorldError

FORMAT = "layerflight-world"
VERSION = 1
MANIFEST_NAME = "manifest.json"

_T = TypeVar("_T")


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
    """Dotted module name; "input" for the images themselves; unique in a world."""
    kind: str
    """Type of the module, as in "Conv2d"; may be empty."""
    shape: tuple[int, ...]
    """Shape of one image's activation, (C, h, w) or (K,); empty when not known."""
    inputs: tuple[int, ...]
    """Indices of the chosen layers that feed this one; always smaller than its own."""
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
    """Procrustes residual to the previous layer: 0 same shape, 1 unrelated. 0 for the first layer."""


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
    """By path relative to the world; every file but the manifest."""


def to_json(manifest: Manifest) -> str:
    """The manifest as JSON text, the same text for the same manifest."""
    return json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1, sort_keys=False) + "\n"


def from_json(text: str, where: str) -> Manifest:
    """The manifest in ``text``.

    Args:
        text: content of a manifest.json.
        where: how to call the file in an error.

    Raises:
        WorldError: not JSON, another format, a newer version, or a field missing or of the wrong type.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise WorldError(f"{where} is not valid JSON ({error}); the world is damaged, build it again") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise WorldError(f"{where} is not the manifest of a layerflight world (format is not {FORMAT!r})")
    version = _get(data, "version", int, where)
    if version > VERSION:
        raise WorldError(f"{where} has format version {version}, this layerflight reads up to {VERSION}; upgrade it")
    files = _get(data, "files", dict, where)
    return Manifest(
        version=version,
        title=_get(data, "title", str, where),
        images=_get(data, "images", int, where),
        layers=tuple(_layer(x, i, where) for i, x in enumerate(_get(data, "layers", list, where))),
        class_names=_strings(data, "class_names", where),
        fine_names=_strings(data, "fine_names", where),
        sources=_get(data, "sources", dict, where),
        parameters=_get(data, "parameters", dict, where),
        accuracy=None if data.get("accuracy") is None else _number(data, "accuracy", where),
        files={
            name: FileEntry(_get(x, "sha256", str, f"{where}: {name}"), _get(x, "bytes", int, f"{where}: {name}"))
            for name, x in files.items()
        },
    )


def _layer(data: Any, index: int, where: str) -> LayerEntry:
    where = f"{where}: layer {index}"
    if not isinstance(data, Mapping):
        raise WorldError(f"{where} should be an object, found {data!r:.60}; build the world again")
    maps = None if data.get("maps") is None else _get(data, "maps", str, where)
    map_shape = _ints(data, "map_shape", where) if maps else None
    if map_shape is not None and len(map_shape) != 3:
        raise WorldError(f"{where}: 'map_shape' should be three numbers, found {list(map_shape)}; build it again")
    inputs = _ints(data, "inputs", where)
    if any(not 0 <= i < index for i in inputs):
        raise WorldError(f"{where}: 'inputs' {list(inputs)} do not come before it; build the world again")
    return LayerEntry(
        name=_get(data, "name", str, where),
        kind=_get(data, "kind", str, where),
        shape=_ints(data, "shape", where),
        inputs=inputs,
        radius=_number(data, "radius", where),
        embedding=_get(data, "embedding", str, where),
        maps=maps,
        map_shape=(map_shape[0], map_shape[1], map_shape[2]) if map_shape else None,
        map_range=_number(data, "map_range", where),
        key=_get(data, "key", str, where),
        residual=_number(data, "residual", where),
    )


def _get(data: Any, name: str, kind: type[_T], where: str) -> _T:
    value = data.get(name) if isinstance(data, Mapping) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise WorldError(f"{where}: {name!r} should be {kind.__name__}, found {value!r:.60}; build the world again")
    return value


def _number(data: Any, name: str, where: str) -> float:
    value = data.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise WorldError(f"{where}: {name!r} should be a number, found {value!r:.60}; build the world again")
    return float(value)


def _ints(data: Any, name: str, where: str) -> tuple[int, ...]:
    values = _get(data, name, list, where)
    if not all(isinstance(x, int) for x in values):
        raise WorldError(f"{where}: {name!r} should be whole numbers, found {values!r:.60}; build the world again")
    return tuple(values)


def _strings(data: Any, name: str, where: str) -> tuple[str, ...]:
    values = _get(data, name, list, where)
    if not all(isinstance(x, str) for x in values):
        raise WorldError(f"{where}: {name!r} should be strings, found {values!r:.60}; build the world again")
    return tuple(values)
