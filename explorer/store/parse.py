"""Reads a manifest, trusting nothing in it: worlds are downloaded from strangers."""

from __future__ import annotations

import json
from typing import Any

from explorer.errors import WorldError
from explorer.store.fields import Fields, is_inside, is_number
from explorer.store.manifest import (
    FORMAT,
    VERSION,
    AttributeEntry,
    FileEntry,
    LayerEntry,
    Manifest,
    Receptive,
    StackEntry,
)

MAP_SIDE = 32
"""Largest height and width of stored maps."""

_MOST_VALUES = 1 << 24
"""Values of one image's maps in one layer, at most: 64 MB once unpacked."""
_MOST_IMAGES = 1 << 40
_MOST_BYTES = 1 << 60
_MOST_PARAMETERS = 1 << 60


def from_json(text: str, where: str) -> Manifest:
    """The manifest in ``text``.

    Args:
        text: content of a manifest.json, of this or an earlier version.
        where: how to call the file in an error.

    Raises:
        WorldError: not JSON, another format, a newer version, or a field missing, of the wrong type or out of range.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WorldError(f"{where} is not valid JSON ({error}); the world is damaged, build it again") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise WorldError(f"{where} is not the manifest of a layerflight world (format is not {FORMAT!r})")
    fields = Fields(data, where)
    version = fields.get("version", int)
    if version > VERSION:
        raise WorldError(f"{where} has format version {version}, this layerflight reads up to {VERSION}; upgrade it")
    layers = _layers(fields)
    return Manifest(
        version=version,
        title=fields.text("title"),
        images=fields.count("images", 1, _MOST_IMAGES),
        layers=layers,
        class_names=fields.texts("class_names"),
        fine_names=fields.texts("fine_names"),
        sources=fields.get("sources", dict),
        parameters=fields.get("parameters", dict),
        accuracy=_accuracy(fields),
        files=_files(fields),
        name=fields.text("name", ""),
        preprocess=fields.get("preprocess", dict, {}),
        preprocess_text=fields.text("preprocess_text", ""),
        attributes=tuple(
            _attribute(Fields(x, f"{where}: attribute {i}")) for i, x in enumerate(fields.items("attributes", []))
        ),
        stacks=tuple(
            _stack(Fields(x, f"{where}: stack {i + 1}"), len(layers)) for i, x in enumerate(fields.items("stacks", []))
        ),
    )


def _files(fields: Fields) -> dict[str, FileEntry]:
    entries: dict[str, FileEntry] = {}
    for name, data in fields.get("files", dict).items():
        if not is_inside(name):
            raise WorldError(f"{fields.where} names {name!r:.200}, which lies outside the world; do not trust it")
        file = Fields(data, f"{fields.where}: {name:.200}")
        entries[name] = FileEntry(file.get("sha256", str), file.count("bytes", 0, _MOST_BYTES))
    return entries


def _layers(fields: Fields) -> tuple[LayerEntry, ...]:
    """The layers of a stack, at least one, their names unique."""
    data = fields.items("layers")
    if not data:
        raise WorldError(f"{fields.where} holds no layers; build the world again")
    layers = tuple(_layer(Fields(x, f"{fields.where}: layer {i}"), i) for i, x in enumerate(data))
    names: set[str] = set()
    for layer in layers:
        if layer.name in names:
            raise WorldError(f"{fields.where} holds two layers called {layer.name!r:.60}; build the world again")
        names.add(layer.name)
    return layers


def _layer(fields: Fields, index: int) -> LayerEntry:
    inputs = fields.ints("inputs")
    if any(not 0 <= i < index for i in inputs):
        raise WorldError(f"{fields.where}: 'inputs' {list(inputs)!s:.60} do not come before it; build the world again")
    maps = fields.optional_path("maps")
    dtype = fields.get("map_dtype", str, "int8")
    if dtype not in ("int8", "float32"):
        raise fields.wrong("map_dtype", "int8 or float32")
    radius = fields.number("radius", low=0.0)
    if not radius:
        raise fields.wrong("radius", "more than 0")
    return LayerEntry(
        name=fields.text("name"),
        kind=fields.text("kind"),
        shape=_shape(fields),
        inputs=inputs,
        radius=radius,
        embedding=fields.path("embedding"),
        maps=maps,
        map_shape=_map_shape(fields) if maps else None,
        map_range=fields.number("map_range", low=0.0),
        key=fields.text("key"),
        residual=fields.number("residual", low=0.0),
        parameters=fields.count("parameters", 0, _MOST_PARAMETERS, 0),
        receptive=_receptive(fields),
        quality=_quality(fields),
        reduction=fields.get("reduction", dict, {}),
        method=fields.text("method", ""),
        map_dtype=dtype,
        reduced=fields.optional_path("reduced"),
        neighbours=fields.optional_path("neighbours"),
    )


def _shape(fields: Fields) -> tuple[int, ...]:
    shape = fields.ints("shape")
    if len(shape) > 8 or any(not 0 < x <= _MOST_PARAMETERS for x in shape):
        raise fields.wrong("shape", "a few positive numbers")
    return shape


def _map_shape(fields: Fields) -> tuple[int, int, int]:
    shape = fields.ints("map_shape")
    if len(shape) != 3 or min(shape) < 1 or max(shape[1:]) > MAP_SIDE or shape[0] * shape[1] * shape[2] > _MOST_VALUES:
        raise fields.wrong("map_shape", f"three positive numbers, height and width at most {MAP_SIDE}")
    return shape[0], shape[1], shape[2]


def _receptive(fields: Fields) -> Receptive | None:
    if fields.data.get("receptive") is None:
        return None
    inner = Fields(fields.data["receptive"], f"{fields.where}: receptive")
    found = Receptive(inner.numbers("size"), inner.numbers("stride"), inner.numbers("offset"))
    if len({len(x) for x in found}) != 1 or not 1 <= len(found.size) <= 3:
        raise fields.wrong("receptive", "size, stride and offset of as many axes")
    return found


def _quality(fields: Fields) -> dict[str, float]:
    found = fields.get("quality", dict, {})
    if not all(is_number(x) for x in found.values()):
        raise fields.wrong("quality", "finite numbers by name")
    inner = Fields(found, f"{fields.where}: quality")
    return {name: inner.number(name) for name in found}


def _accuracy(fields: Fields) -> float | None:
    return None if fields.data.get("accuracy") is None else fields.number("accuracy", 0.0, 1.0)


def _attribute(fields: Fields) -> AttributeEntry:
    return AttributeEntry(
        name=fields.text("name"),
        path=fields.path("path"),
        names=fields.texts("names", []),
        minimum=fields.number("minimum", default=0.0),
        maximum=fields.number("maximum", default=0.0),
    )


def _stack(fields: Fields, first: int) -> StackEntry:
    """A further stack; ``first`` is the number of layers in the first one."""
    layers = _layers(fields)
    aligned_to = fields.ints("aligned_to", [])
    if aligned_to and (len(aligned_to) != len(layers) or any(not 0 <= x < first for x in aligned_to)):
        raise fields.wrong("aligned_to", f"an index into the first stack for each of {len(layers)} layers")
    return StackEntry(
        name=fields.text("name"),
        layers=layers,
        aligned_to=aligned_to,
        residuals=_residuals(fields, first, len(layers)),
        sources=fields.get("sources", dict, {}),
        parameters=fields.get("parameters", dict, {}),
        preprocess=fields.get("preprocess", dict, {}),
        preprocess_text=fields.text("preprocess_text", ""),
        accuracy=_accuracy(fields),
        predictions=fields.optional_path("predictions"),
        confidences=fields.optional_path("confidences"),
        fine_predictions=fields.optional_path("fine_predictions"),
    )


def _residuals(fields: Fields, first: int, layers: int) -> tuple[tuple[float, ...], ...]:
    rows: list[Any] = fields.items("residuals", [])
    fits = all(isinstance(row, list) and len(row) == layers and all(is_number(x) for x in row) for row in rows)
    if rows and (len(rows) != first or not fits):
        raise fields.wrong("residuals", f"{first} rows of {layers} numbers")
    return tuple(tuple(float(x) for x in row) for row in rows)
