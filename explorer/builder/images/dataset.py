"""Images of a ``torch.utils.data.Dataset`` in hand, or of anything with ``len()`` and ``[index]``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import IterableDataset

from explorer.builder.images.arrays import Numbered
from explorer.builder.images.attributes import Column, gathered
from explorer.builder.images.base import ImageSource, RawImages, Wanted
from explorer.builder.images.decode import Unreadable, decode_array, decode_image
from explorer.builder.images.labels import plain_labels, text
from explorer.builder.images.words import one_line
from explorer.errors import ImagesError
from explorer.types import UInt8

_IMAGE = ("image", "images", "img", "pixel_values", "pixels", "x")
_LABEL = ("label", "labels", "target", "targets", "class", "y")

_TRIED = 4
"""Images looked at twice, to see whether the data set gives the same ones again."""


@dataclass(frozen=True)
class DatasetImages(ImageSource):
    """Items of a data set, decoded by the data set itself."""

    dataset: Any
    image: str | None
    """Key of the image in items that are mappings; None: the first of a tuple, or the item itself."""
    names: Sequence[str]
    content: str
    """Hash of all images."""

    def read(self, index: int) -> UInt8:
        """Image (h, w, 3) uint8 RGB; raises Unreadable."""
        return _pixels(_image_of(_item(self.dataset, index), self.image))

    def stamp(self) -> str:
        """Hash of all images."""
        return self.content


@dataclass
class _Walk:
    """What one pass over the items finds."""

    digest: Any = field(default_factory=hashlib.sha256)
    labels: list[Any] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)
    readable: int = 0
    why: str = ""


def open_dataset(dataset: Any, wanted: Wanted) -> RawImages:
    """The images of a data set, read through once for labels, attributes and a hash of the pixels.

    Items are images, tuples (image, label, ...), or mappings; images are Pillow's, arrays, or tensors of
    uint8 or of floats from 0 to 1, channels first or last (a tensor that could be both: first).

    Raises:
        ImagesError: no map-style data set, or items that are not such images.
    """
    where = type(dataset).__name__
    if wanted.split is not None:
        raise ImagesError(f"{where} has no splits; leave split out")
    count = _length(dataset, where)
    image, label = _keys(dataset, wanted, where)
    _check_repeatable(dataset, count, image, where)
    walk = _Walk()
    for index in range(count):
        _visit(walk, dataset, index, image, label)
    if not walk.readable:
        raise ImagesError(f"{where}: none of its {count} images can be read ({walk.why})")
    known = any(x is not None for x in walk.labels)
    labels = _labels(walk.labels, where) if known else None
    attributes, notes = gathered(walk.columns.values())
    source = DatasetImages(dataset, image, Numbered(where, count), walk.digest.hexdigest())
    return RawImages(source, labels, _class_names(dataset, label) if known else (), where, attributes, notes)


def _length(dataset: Any, where: str) -> int:
    """Number of items; data sets that can only be iterated have none."""
    if not hasattr(dataset, "__getitem__") or isinstance(dataset, IterableDataset):
        raise ImagesError(
            f"{where} is no set of images; give a path, or a map-style data set with len() and [index], not one that "
            "can only be iterated"
        )
    try:
        count = len(dataset)
    except (TypeError, NotImplementedError) as error:
        raise ImagesError(f"{where} has no length; give a map-style data set with len() and [index]") from error
    if not count:
        raise ImagesError(f"{where} holds no images")
    return count


def _keys(dataset: Any, wanted: Wanted, where: str) -> tuple[str | None, str | None]:
    """Keys of image and label where the first readable item is a mapping."""
    item = _first(dataset, where)
    if not isinstance(item, dict):
        if wanted.image_column or wanted.label_column:
            raise ImagesError(f"{where} gives {type(item).__name__} items, which have no named columns")
        return None, None
    found = []
    for asked, usual, what in ((wanted.image_column, _IMAGE, "image"), (wanted.label_column, _LABEL, "label")):
        if asked is not None and asked not in item:
            raise ImagesError(f"{where} has items without {asked!r}; they have {', '.join(map(str, item)):.200}")
        key = asked or next((x for x in usual if x in item), None)
        if key is None and what == "image":
            raise ImagesError(
                f"{where} has items with {', '.join(map(str, item)):.200}; name the one with the image (image_column)"
            )
        found.append(key)
    return found[0], found[1]


def _first(dataset: Any, where: str) -> Any:
    why = ""
    for index in range(min(len(dataset), 10)):
        try:
            return _item(dataset, index)
        except Unreadable as error:
            why = why or str(error)
    raise ImagesError(f"{where}: its first items cannot be read ({why})")


def _check_repeatable(dataset: Any, count: int, image: str | None, where: str) -> None:
    """Refuse data sets of normalised or of randomly changed images: neither can be shown nor built again."""
    for index in range(min(count, _TRIED)):
        try:
            first, second = (_image_of(_item(dataset, index), image) for _ in range(2))
            array = _array(first)
            if array is not None and array.dtype.kind == "f" and (array.min() < 0 or array.max() > 1):
                raise ImagesError(
                    f"{where} gives floats from {array.min():.3g} to {array.max():.3g}, expected 0 to 1: pass it "
                    "without Normalize, mean and std are applied by the build"
                )
            same = np.array_equal(_pixels(first), _pixels(second))
        except Unreadable:
            continue
        if not same:
            raise ImagesError(f"{where} gives another image the second time; pass it without random transforms")


def _visit(walk: _Walk, dataset: Any, index: int, image: str | None, label: str | None) -> None:
    """Note what one item says; what cannot be read is counted when the images are."""
    try:
        item = _item(dataset, index)
        pixels = _pixels(_image_of(item, image))
    except Unreadable as error:
        walk.why = walk.why or str(error)
        walk.labels.append(None)
        walk.digest.update(b"\0unreadable")
        for column in walk.columns.values():
            column.add([None])
        return
    walk.readable += 1
    walk.digest.update(f"{pixels.shape}".encode() + pixels.tobytes())
    walk.labels.append(_label_of(item, label))
    others = {x: y for x, y in item.items() if x not in (image, label)} if isinstance(item, dict) else {}
    for name in others:
        if name not in walk.columns:
            walk.columns[name] = Column(str(name))
            walk.columns[name].add([None] * index)
    for name, column in walk.columns.items():
        column.add([_scalar(others.get(name))])


def _item(dataset: Any, index: int) -> Any:
    try:
        return dataset[index]
    except Exception as error:  # whatever the data set's own code raises for one item
        raise Unreadable(f"the data set fails: {one_line(error)}") from error


def _image_of(item: Any, key: str | None) -> Any:
    if key is not None:
        if not isinstance(item, dict) or key not in item:
            raise Unreadable(f"the item has no {key!r}")
        return item[key]
    if isinstance(item, tuple | list):
        if not item:
            raise Unreadable("the item is empty")
        return item[0]
    return item


def _label_of(item: Any, key: str | None) -> Any:
    """The label as an int or a str, None where there is none."""
    if isinstance(item, dict):
        return _scalar(item.get(key)) if key is not None else None
    return _scalar(item[1]) if isinstance(item, tuple | list) and len(item) > 1 else None


def _scalar(value: Any) -> Any:
    """A plain number or word, also out of an array or tensor of one; None for all else."""
    if isinstance(value, torch.Tensor | np.ndarray | np.generic):
        return value.reshape(-1)[0].item() if value.shape in ((), (1,)) else None
    return value if isinstance(value, str | bool | int | float) else None


def _labels(values: list[Any], where: str) -> NDArray[Any]:
    if any(isinstance(x, str) for x in values):
        return np.array([text(x) for x in values], dtype=object)
    return plain_labels(np.array([np.nan if x is None else x for x in values], np.float64), f"{where}'s labels")


def _class_names(dataset: Any, label: str | None) -> tuple[str, ...]:
    """Names as torchvision's ``classes`` or a ClassLabel of Hugging Face tell them, also behind a ``Subset``."""
    features = getattr(dataset, "features", None)
    names = getattr(features.get(label), "names", None) if isinstance(features, dict) else None
    names = names or getattr(dataset, "classes", None)
    if names is None and hasattr(dataset, "dataset"):
        return _class_names(dataset.dataset, label)
    return tuple(str(x) for x in names) if isinstance(names, list | tuple) else ()


def _array(image: Any) -> NDArray[Any] | None:
    """An array or tensor as an array, None for a Pillow image."""
    if isinstance(image, torch.Tensor):
        plain = image.detach().cpu()
        return (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy()
    return image if isinstance(image, np.ndarray) else None


def _pixels(image: Any) -> UInt8:
    """Any image as (h, w, 3) uint8 RGB; raises Unreadable."""
    if isinstance(image, Image.Image):
        try:
            return decode_image(image)
        except OSError as error:
            raise Unreadable(one_line(error)) from error
    array = _array(image)
    if array is None:
        raise Unreadable(f"expected a Pillow image, an array or a tensor, found {type(image).__name__}")
    first = array.ndim == 3 and array.shape[0] in (1, 3, 4)
    if first and (isinstance(image, torch.Tensor) or array.shape[2] not in (1, 3, 4)):
        array = np.moveaxis(array, 0, 2)  # (c, h, w) -> (h, w, c)
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (1, 3, 4))) or not array.size:
        raise Unreadable(f"expected an image (c, h, w) or (h, w, c), found {array.shape}")
    if array.dtype.kind not in "ufb" or (array.dtype.kind == "u" and array.dtype.itemsize > 2):
        raise Unreadable(f"expected uint8, or floats from 0 to 1, found {array.dtype}")
    return decode_array(array)
