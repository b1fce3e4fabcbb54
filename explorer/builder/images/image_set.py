"""The set of images a world is built on: which ones, in which order, with which labels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from explorer.builder.images.attributes import Attribute
from explorer.builder.images.base import ImageSource
from explorer.builder.images.classtable import from_table
from explorer.builder.images.labels import number_labels, read_labels, read_names
from explorer.builder.images.sources import open_images
from explorer.errors import ImagesError
from explorer.types import Int32


@dataclass(frozen=True)
class ImageSet:
    """Images with labels. ``chosen`` points into the source; all other arrays are aligned with it."""

    source: ImageSource
    chosen: NDArray[np.int64]
    """(N,) indices into the source, ascending."""
    labels: Int32
    """(N,) what the points are coloured by: indices into ``class_names``, -1 unknown."""
    class_names: tuple[str, ...]
    targets: Int32 | None
    """(N,) the class index the network should give, -1 unknown; None when labels say nothing about it."""
    fine_names: tuple[str, ...]
    """Names of the network's classes where ``labels`` are groups of them, else empty."""
    groups: Int32 | None
    """(K,) the label of each of the network's classes, where ``labels`` are groups of them, else None."""
    named_only: bool
    """True when ``targets`` are only the alphabetical order of names: right if all classes are there."""
    origin: str
    attributes: tuple[Attribute, ...] = ()
    """What else is known of each image, by which points can be coloured."""
    notes: tuple[str, ...] = ()
    """What was left out of the attributes and why, a line each, for the person who builds."""

    def __len__(self) -> int:
        return len(self.chosen)

    def name(self, row: int) -> str:
        """Identity of the image in a row."""
        return self.source.names[int(self.chosen[row])]

    def take(self, rows: NDArray[np.int64]) -> ImageSet:
        """The same set with only these rows, in this order."""
        return replace(
            self,
            chosen=self.chosen[rows],
            labels=self.labels[rows],
            targets=None if self.targets is None else self.targets[rows],
            attributes=tuple(x.take(rows) for x in self.attributes),
        )

    def stamp(self) -> str:
        """Hash of the images and of the choice among them; labels are not in it."""
        return hashlib.sha256(self.source.stamp().encode() + self.chosen.tobytes()).hexdigest()


def open_image_set(
    path: Path | str | Dataset[Any],
    labels: Path | None = None,
    label_column: str | None = None,
    class_names: Path | None = None,
    limit: int | None = None,
    seed: int = 0,
    *,
    image_column: str | None = None,
    split: str | None = None,
    scratch: Path | None = None,
) -> ImageSet:
    """Open images and join them with their labels.

    Args:
        path: see ``sources.open_images``.
        labels: a label per image (.npy, .txt, or .csv with one row per image), or a table of files or of
            classes (.csv, see ``classtable.from_table``); default: what comes with the images.
        label_column: the CSV column to colour by.
        class_names: names of the labels, a line each or a JSON list.
        limit: at most this many images, balanced over the classes.
        seed: of that sample.
        image_column: where a dataset or an archive has several, the column or array that holds the images.
        split: where a dataset has several parts ("train", "test"), the one to open.
        scratch: folder for what must be unpacked to be read piece by piece, shared by all worker processes;
            default: a temporary one, removed when this process ends.

    Raises:
        ImagesError: nothing there, or labels that do not fit.
    """
    if not isinstance(path, str | Path):
        raise ImagesError(f"--images takes a path, found a {type(path).__name__}")
    if image_column is not None or split is not None:
        raise ImagesError(f"{path} has no columns and no splits to choose from")
    raw = open_images(Path(path))
    count = len(raw.source.names)
    everything = np.arange(count, dtype=np.int64)
    found: ImageSet
    if labels is not None and Path(labels).suffix.lower() == ".csv":
        found = from_csv(raw.source, everything, Path(labels), label_column, raw.labels, raw.origin)
    elif labels is not None:
        read = read_labels(Path(labels), class_names)
        if len(read.values) != count:
            raise ImagesError(f"{labels} has {len(read.values)} labels for {count} images in {path}")
        found = ImageSet(raw.source, everything, read.values, read.names, read.values, (), None, False, raw.origin)
    elif raw.labels is not None:
        names = _names(class_names) or raw.class_names
        words = raw.labels.dtype.kind not in "iu"
        numbered = number_labels(raw.labels, names, str(path))
        values = numbered.values
        found = ImageSet(raw.source, everything, values, numbered.names, values, (), None, words, raw.origin)
    else:
        unknown = np.full(count, -1, np.int32)
        found = ImageSet(raw.source, everything, unknown, _names(class_names), None, (), None, False, raw.origin)
    return found if limit is None else found.take(balanced_sample(found.labels, limit, seed))


def from_csv(
    source: ImageSource,
    chosen: NDArray[np.int64],
    table: Path,
    column: str | None,
    own_labels: NDArray[Any] | None,
    origin: str,
) -> ImageSet:
    """Images joined with a CSV of files or of classes."""
    joined = from_table(table, source.names, column, own_labels)
    return ImageSet(
        source, chosen, joined.labels.values, joined.labels.names, joined.targets, joined.fine_names, joined.groups,
        joined.targets is not None and joined.named_only, origin,
    )  # fmt: skip


def balanced_sample(labels: Int32, limit: int, seed: int) -> NDArray[np.int64]:
    """At most ``limit`` rows, as evenly over the classes as there are images; ascending.

    Each class is shuffled, then dealt out in turns: a class that runs out leaves its turns to the others.
    """
    if limit < 1:
        raise ImagesError(f"--limit should be at least 1, found {limit}")
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))  # (N,)
    turn = np.empty(len(labels), np.int64)
    for value in np.unique(labels):
        rows = order[labels[order] == value]
        turn[rows] = np.arange(len(rows))
    ranked = order[np.argsort(turn[order], kind="stable")]
    return np.sort(ranked[:limit]).astype(np.int64)


def _names(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        return read_names(Path(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ImagesError(f"{path} cannot be read ({error}); --class-names takes a text file, a name a line") from error
