"""What every source of images can do, whatever it reads from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from explorer.builder.images.decode import Unreadable
from explorer.store.write import Attribute
from explorer.types import UInt8


class ImageSource(ABC):
    """Images that are decoded when they are needed.

    A source holds where its images are, never their pixels, so it costs little to pickle and a worker
    process can read from it. Reading is safe from several threads.
    """

    names: Sequence[str]
    """Identity of each image: its path below the folder, or its index."""

    @abstractmethod
    def read(self, index: int) -> UInt8:
        """Image (h, w, 3) uint8 RGB; raises Unreadable."""

    def stream(self, indices: Sequence[int]) -> Iterator[UInt8 | Unreadable]:
        """The images at these indices, in this order; in place of one that cannot be read, why.

        Files are decoded one by one as they are asked for: large photographs need not be held together.
        """
        for index in indices:
            try:
                yield self.read(index)
            except Unreadable as error:
                yield error

    def batch(self, indices: Sequence[int]) -> list[UInt8 | Unreadable]:
        """The same at once."""
        return list(self.stream(indices))

    @abstractmethod
    def stamp(self) -> str:
        """Hash that changes when the images do: of file times and sizes, or of an array's content."""


@dataclass(frozen=True)
class Wanted:
    """What of a place is wanted, where it holds several things."""

    image_column: str | None = None
    """Column or array that holds the images."""
    label_column: str | None = None
    """Column or array that holds the labels."""
    split: str | None = None
    """"train", "test", ..."""
    labelled: bool = False
    """Whether labels come from elsewhere: then none are looked for beside the images."""
    scratch: Path | None = None
    """Folder for what must be unpacked to be read piece by piece; None: a temporary one."""


@dataclass(frozen=True)
class RawImages:
    """Images with whatever came in the same place."""

    source: ImageSource
    labels: NDArray[Any] | None
    """(N,) integers, or strings (names of class folders), None where there are none."""
    class_names: tuple[str, ...]
    origin: str
    """File or folder name, for the manifest."""
    attributes: tuple[Attribute, ...] = ()
    notes: tuple[str, ...] = ()
    """What was left out and why, a line each."""
    table: Path | None = None
    """A CSV that lies with the images and tells their labels."""
    table_key: str | None = None
    """Column of the table that the images were listed from, a row for each; None: they are matched by name."""
