"""The set of images a world is built on: which ones, in which order, with which labels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from explorer.builder.images.attributes import take
from explorer.builder.images.base import ImageSource, RawImages, Wanted
from explorer.builder.images.classtable import from_table
from explorer.builder.images.labels import Labels, number_labels, raw_labels, read_names
from explorer.builder.images.sources import open_images
from explorer.builder.images.words import printable
from explorer.errors import ImagesError
from explorer.store.write import Attribute
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
    """What was left out of the attributes and why, and where labels were found, for the person who builds."""
    labels_from: str = ""
    """File that the labels come from; empty where they come with the images, or where there are none."""

    def __len__(self) -> int:
        return len(self.chosen)

    def name(self, row: int) -> str:
        """Identity of the image in a row, as text."""
        return printable(self.source.names[int(self.chosen[row])])

    def take(self, rows: NDArray[np.int64]) -> ImageSet:
        """The same set with only these rows, in this order."""
        return replace(
            self,
            chosen=self.chosen[rows],
            labels=self.labels[rows],
            targets=None if self.targets is None else self.targets[rows],
            attributes=tuple(take(x, rows) for x in self.attributes),
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
    wanted = Wanted(image_column, label_column if labels is None else None, split, labels is not None, scratch)
    raw = open_images(path, wanted)
    names = read_names(Path(class_names)) if class_names is not None else ()
    table = Path(labels) if labels is not None else raw.table
    beside = labels is None and table is not None and not Path(str(path)).is_file()  # a CSV in a folder of images
    if table is not None and table.suffix.lower() == ".csv":
        found = _from_csv(raw, table, label_column, names)
    else:
        if table is not None:
            raw = replace(raw, labels=_aligned(table, raw), class_names=())
        found = _labelled(raw, names, printable(str(path) if table is None else table))
    if table is not None:
        found = replace(found, labels_from=printable(table.name))
    if beside:
        found = replace(found, notes=(*found.notes, f"{found.labels_from}, found beside the images, {_gives(found)}"))
    return found if limit is None else found.take(balanced_sample(found.labels, limit, seed))


def _gives(images: ImageSet) -> str:
    """What a table told of images."""
    parts = ["their labels"] if np.any(images.labels >= 0) else []
    if images.attributes:
        names = ", ".join(x.name for x in images.attributes[:6])
        parts.append(f"the attribute{'s' if len(images.attributes) > 1 else ''} {names}")
    return f"gives {' and '.join(parts)}" if parts else "says nothing that points can be coloured by"


def _from_csv(raw: RawImages, table: Path, column: str | None, names: tuple[str, ...]) -> ImageSet:
    """Images joined with a CSV of files or of classes."""
    joined = from_table(
        table, raw.source.names, column, raw.labels, names, raw.table_key if table == raw.table else None
    )
    return ImageSet(
        raw.source, np.arange(len(raw.source.names)), joined.labels.values, joined.labels.names, joined.targets,
        joined.fine_names, joined.groups, joined.named_only, raw.origin, raw.attributes + joined.attributes,
        raw.notes + joined.notes,
    )  # fmt: skip


def _labelled(raw: RawImages, names: tuple[str, ...], where: str) -> ImageSet:
    """Images with the labels that came with them, or with none."""
    count = len(raw.source.names)
    everything = np.arange(count, dtype=np.int64)
    if raw.labels is None:
        unknown = np.full(count, -1, np.int32)
        known = Labels(unknown, names or raw.class_names)
        targets, words = None, False
    else:
        known = number_labels(raw.labels, names or raw.class_names, where)
        targets, words = known.values, raw.labels.dtype.kind not in "iu" and not names
    return ImageSet(
        raw.source, everything, known.values, known.names, targets, (), None, words, raw.origin, raw.attributes,
        raw.notes,
    )  # fmt: skip


def _aligned(path: Path, raw: RawImages) -> NDArray[Any]:
    """Labels (N,) of a file with one for each image, in their order."""
    labels = raw_labels(path)
    if len(labels) != len(raw.source.names):
        raise ImagesError(
            f"{printable(path)} has {len(labels)} labels for {len(raw.source.names)} images in {raw.origin}"
        )
    return labels


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
