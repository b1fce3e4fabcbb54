"""Intents about which images are selected. ``how`` is "replace", "add" or "subtract" throughout."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.store.selections import Saved
from explorer.types import UInt8


@dataclass(frozen=True)
class SelectCategory:
    """Select the images of a category of what the points are coloured by."""

    label: int
    """Index of the category; -1, or the number of categories, for the images of which it is not known."""
    how: str = "replace"


@dataclass(frozen=True)
class SelectImages:
    """Select images by their numbers."""

    images: tuple[int, ...]
    how: str = "replace"


@dataclass(frozen=True, eq=False)
class SelectMask:
    """Select images by a mask."""

    mask: UInt8
    """(N,) uint8, not zero for each image caught."""
    how: str = "replace"


@dataclass(frozen=True)
class SelectWithin:
    """Select the images whose points lie inside a polygon in the picture, in one cloud: see ``world.catching``."""

    corners: tuple[tuple[float, float], ...]
    """Pixels."""
    how: str = "replace"


@dataclass(frozen=True)
class SelectWhere:
    """Select the images that a query describes, as in ``label == "cat" and wrong``: see ``world.query``."""

    query: str
    how: str = "replace"


@dataclass(frozen=True)
class SelectNeighbours:
    """Select an image and its nearest ones in the 15 dimensions of the current layer."""

    image: int | None = None
    """None takes the pinned image, else the one under the cursor."""
    how: str = "replace"


@dataclass(frozen=True)
class SetNeighbours:
    """How many neighbours ``SelectNeighbours`` takes."""

    count: int


@dataclass(frozen=True)
class GrowSelection:
    """Add the nearest neighbours of every selected image in the current layer."""


@dataclass(frozen=True)
class ShrinkSelection:
    """Take away selected images that have a neighbour in the current layer that is not selected."""


@dataclass(frozen=True)
class SelectAll:
    """Select every image."""


@dataclass(frozen=True)
class SelectNone:
    """Select no image."""


@dataclass(frozen=True)
class InvertSelection:
    """Select what is not selected, and nothing else."""


@dataclass(frozen=True)
class UndoSelection:
    """The selection as it was before the last change."""


@dataclass(frozen=True)
class RedoSelection:
    """The change that was undone last, done again."""


@dataclass(frozen=True)
class SetTool:
    """What a drag of the left mouse button does: "pointer", "lasso" or "box"; None goes on to the next."""

    tool: str | None = None


@dataclass(frozen=True)
class BeginOutline:
    """Begin to draw around images."""

    x: float
    """Pixels."""
    y: float
    how: str = "replace"


@dataclass(frozen=True)
class ExtendOutline:
    """The mouse that draws moved."""

    x: float
    """Pixels."""
    y: float


@dataclass(frozen=True)
class EndOutline:
    """Select what lies inside of what was drawn."""


@dataclass(frozen=True)
class DropOutline:
    """Draw no further and select nothing."""


@dataclass(frozen=True)
class SaveSelection:
    """Keep the selection with the world under a name."""

    name: str


@dataclass(frozen=True)
class LoadSelection:
    """Select what is kept under a name."""

    name: str
    how: str = "replace"


@dataclass(frozen=True)
class RenameSelection:
    """Give what is kept another name."""

    old: str
    new: str


@dataclass(frozen=True)
class DeleteSelection:
    """Keep a selection no longer."""

    name: str


@dataclass(frozen=True)
class ExportSelection:
    """Write the selection as a table where screenshots go."""

    suffix: str = ".csv"
    """Or ".parquet"."""
    stem: str = "selection"
    """Of the file's name."""


@dataclass(frozen=True)
class ImportSelection:
    """Select what a table lists by file or index."""

    path: str
    how: str = "replace"


@dataclass(frozen=True, eq=False)
class FinishErrand:
    """What came of an errand; the program says so itself."""

    number: int
    caught: UInt8 | None = None
    """(N,) not zero for each image caught, where any were asked for."""
    how: str = "replace"
    saved: tuple[Saved, ...] | None = None
    """The selections kept now, where they may have changed."""
    notice: str = ""
    """For the person."""


SelectionIntent = (
    SelectCategory | SelectImages | SelectMask | SelectWithin | SelectWhere | SelectNeighbours | SetNeighbours
    | GrowSelection | ShrinkSelection | SelectAll | SelectNone | InvertSelection | UndoSelection | RedoSelection
    | SetTool | BeginOutline | ExtendOutline | EndOutline | DropOutline
    | SaveSelection | LoadSelection | RenameSelection | DeleteSelection | ExportSelection | ImportSelection
    | FinishErrand
)  # fmt: skip
