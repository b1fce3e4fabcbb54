"""What can be asked of the images of a world, by name: words, numbers, yes or no, file names."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.store.read import World
from explorer.types import Int32
from explorer.world.colouring import indices

Bool = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Words:
    """A category of every image; some have two levels, as a class and the group it is in."""

    levels: tuple[tuple[Int32, tuple[str, ...]], ...]
    """Codes (N,), -1 where it is not known, and the names they stand for; the finest first."""

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name of every level."""
        return frozenset(name for _, names in self.levels for name in names)

    def known(self) -> Bool:
        """(N,) whether anything is known of an image."""
        return np.asarray(np.any([codes >= 0 for codes, _ in self.levels], axis=0))

    def where(self, fits: Callable[[str], bool]) -> Bool:
        """(N,) the images of which a name fits, at any level; each name is asked once, not each image."""
        found = np.zeros(len(self.levels[0][0]), bool)
        for codes, names in self.levels:
            wanted = np.array([*(fits(name) for name in names), False])  # (K + 1,) the last for what is not known
            found |= wanted[np.where((codes < 0) | (codes >= len(names)), len(names), codes)]
        return found


@dataclass(frozen=True, eq=False)
class Numbers:
    """A number of every image, NaN where it is not known."""

    values: NDArray[Any]
    """(N,) float or integer."""


@dataclass(frozen=True, eq=False)
class Flags:
    """Yes or no for every image."""

    values: Bool
    """(N,)"""


@dataclass(frozen=True, eq=False)
class Texts:
    """A text of every image."""

    values: NDArray[Any]
    """(N,) numpy strings of any length."""


Property = Words | Numbers | Flags | Texts


class Properties(Mapping[str, Property]):
    """Properties by name, each worked out when it is first asked for.

    Args:
        makers: what works them out.
    """

    def __init__(self, makers: Mapping[str, Callable[[], Property]]) -> None:
        self._makers = dict(makers)
        self._made: dict[str, Property] = {}

    def __getitem__(self, name: str) -> Property:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def beside(self, more: Mapping[str, Callable[[], Property]]) -> Properties:
        """These and further ones, which come first where the names are the same."""
        return Properties({name: partial(self.__getitem__, name) for name in self} | dict(more))


def properties(world: World) -> Properties:
    """What a world knows of its images; its own names come before those of attributes."""
    return Properties({**_attributes(world), **_own(world)})


def _own(world: World) -> dict[str, Callable[[], Property]]:
    """What the store itself knows of the images."""
    manifest = world.manifest
    groups, classes = manifest.class_names, manifest.fine_names
    found: dict[str, Callable[[], Property]] = {
        "label": lambda: _words((world.fine_labels, classes), (world.labels, groups)),
        "index": lambda: Numbers(np.arange(manifest.images)),
    }
    if classes:
        found["group"] = lambda: _words((world.labels, groups))
    if world.predictions is not None:
        found["prediction"] = lambda: _words((world.fine_predictions, classes), (world.predictions, groups))
        verdicts = {"wrong": 0, "correct": 1}
        if world.fine_labels is not None and world.fine_predictions is not None:
            verdicts = {"wrong": 0, "right_group": 1, "correct": 2}
        for name, code in verdicts.items():
            found[name] = partial(_verdict, world, code)
    if world.confidences is not None:
        confidences = world.confidences
        found["confidence"] = lambda: Numbers(np.asarray(confidences))
    if world.file_names:
        found["file"] = lambda: Texts(_texts(world.file_names))
    return found


def _verdict(world: World, code: int) -> Flags:
    return Flags(np.asarray(indices(world, "correct") == code))


def _attributes(world: World) -> dict[str, Callable[[], Property]]:
    return {
        identifier(entry.name): partial(_attribute, world, index)
        for index, entry in enumerate(world.manifest.attributes)
    }


def _attribute(world: World, index: int) -> Property:
    names, values = world.manifest.attributes[index].names, np.asarray(world.attribute(index))
    return Words(((values, names),)) if names else Numbers(values)


def _words(*levels: tuple[Int32 | None, tuple[str, ...]]) -> Words:
    return Words(tuple((np.asarray(codes), names) for codes, names in levels if codes is not None))


def _texts(texts: Sequence[str]) -> NDArray[Any]:
    """(N,) strings; what no Unicode text can hold (half a character, of a broken file name) becomes "?"."""
    if any("\0" in text for text in texts):  # they are joined by it
        texts = [text.replace("\0", "?") for text in texts]
    plain = "\0".join(texts).encode("utf-8", "replace").decode().split("\0")
    return np.array(plain, np.dtypes.StringDType())


def identifier(name: str) -> str:
    """A name as it is written in a query: "mean colour" is mean_colour."""
    plain = re.sub(r"\W+", "_", name).strip("_") or "_"
    return f"_{plain}" if plain[0].isdigit() or keyword.iskeyword(plain) else plain
