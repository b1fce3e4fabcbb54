"""Which columns of an Arrow table hold images, labels and attributes: parquet files and Hugging Face data sets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from explorer.builder.images.attributes import Column
from explorer.builder.images.base import Wanted
from explorer.errors import ImagesError

_IMAGE = ("image", "images", "img", "picture", "photo", "pixel_values")
_LABEL = ("label", "labels", "class", "target", "fine_label")


@dataclass(frozen=True)
class Layout:
    """What the columns of a table are."""

    image: str
    nested: bool
    """True for {bytes, path}, the way Hugging Face keeps images; False for bytes alone."""
    label: str | None
    class_names: tuple[str, ...]
    others: tuple[tuple[str, tuple[str, ...]], ...]
    """Columns with one value per image, and the names of these values where they are known."""
    notes: tuple[str, ...]
    """Columns that are none of these."""

    @property
    def scalars(self) -> list[str]:
        """Columns to be read in whole: label and attributes."""
        return ([self.label] if self.label else []) + [x for x, _ in self.others]

    def columns(self) -> list[Column]:
        """An empty gatherer for each attribute."""
        return [Column(name, names) for name, names in self.others]


def find_layout(schema: Any, wanted: Wanted, where: str) -> Layout:
    """Tell the columns of a ``pyarrow.Schema`` apart.

    Raises:
        ImagesError: no images, several columns of them, or none of the name asked for.
    """
    features = _features(schema)
    image = _image_column(schema, features, wanted.image_column, where)
    label = wanted.label_column
    if label is not None and label not in schema.names:
        raise ImagesError(f"{where} has no column {label!r}; it has {', '.join(schema.names):.300}")
    classes = [x for x in schema.names if _class_names(features, x)]
    label = label or next((x for x in _LABEL if x in schema.names), classes[0] if classes else None)
    if label is not None and not _is_scalar(schema.field(label).type):
        raise ImagesError(f"{where} column {label!r} holds {schema.field(label).type!s:.60}, not a label per image")
    rest = [x for x in schema.names if x not in (image, label)]
    others = tuple((x, _class_names(features, x)) for x in rest if _is_scalar(schema.field(x).type))
    notes = tuple(f"{x} is left out: it holds {schema.field(x).type!s:.60}" for x in rest if x not in dict(others))
    nested = hasattr(schema.field(image).type, "fields")
    return Layout(image, nested, label, _class_names(features, label) if label else (), others, notes)


def _image_column(schema: Any, features: dict[str, Any], asked: str | None, where: str) -> str:
    fits = [x for x in schema.names if _holds_images(schema.field(x).type)]
    if asked is not None:
        if asked not in fits:
            found = f"holds {schema.field(asked).type!s:.60}" if asked in schema.names else "does not exist"
            raise ImagesError(f"{where}: column {asked!r} should hold encoded images as bytes, but {found}")
        return asked
    marked = [x for x in fits if _kind(features, x) == "Image"]
    few: list[str]
    for few in (marked, fits, [x for x in fits if x in _IMAGE]):
        if len(few) == 1:
            return few[0]
    if not fits:
        raise ImagesError(
            f"{where} has no column of images, as bytes or {{bytes, path}}; it has {', '.join(schema.names):.300}"
        )
    raise ImagesError(f"{where} has several columns of images: {', '.join(fits):.300}; choose with --image-column")


def _holds_images(kind: Any) -> bool:
    """Bytes, or a struct with bytes."""
    if hasattr(kind, "fields"):
        return any(x.name == "bytes" and str(x.type) in ("binary", "large_binary") for x in kind.fields)
    return str(kind) in ("binary", "large_binary", "binary_view")


def _is_scalar(kind: Any) -> bool:
    """Numbers, booleans and words."""
    name = str(kind)
    return name.startswith(("int", "uint", "float", "halffloat", "double", "decimal", "dictionary")) or name in (
        "bool", "string", "large_string", "string_view",
    )  # fmt: skip


def _features(schema: Any) -> dict[str, Any]:
    """What Hugging Face's ``datasets`` wrote about the columns, by name."""
    try:
        told = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = told["info"]["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return features if isinstance(features, dict) else {}


def _kind(features: dict[str, Any], column: str) -> str:
    told = features.get(column)
    return str(told.get("_type", "")) if isinstance(told, dict) else ""


def _class_names(features: dict[str, Any], column: str) -> tuple[str, ...]:
    """Names of a ClassLabel's values, else empty."""
    if _kind(features, column) != "ClassLabel":
        return ()
    names = features[column].get("names")
    return tuple(str(x) for x in names) if isinstance(names, list) else ()
