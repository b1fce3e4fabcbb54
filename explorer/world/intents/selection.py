"""Intents about which images are selected. ``how`` is "replace", "add" or "subtract" throughout."""

from __future__ import annotations

from dataclasses import dataclass


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


SelectionIntent = (
    SelectCategory | SelectImages | SelectAll | SelectNone | InvertSelection | UndoSelection | RedoSelection
)
