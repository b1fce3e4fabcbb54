"""Which part of a data set is opened where it has several."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.errors import ImagesError

_ORDER = ("test", "t10k", "validation", "valid", "val", "dev")
"""Preferred in this order: a trained network is looked at with images it has not seen."""


def pick_split(splits: Iterable[str], asked: str | None, where: str) -> str:
    """The split asked for, or the one with images the network has not seen, or the only one.

    Raises:
        ImagesError: there is no such split, or no telling which.
    """
    names = sorted(splits)
    if asked is not None:
        if asked not in names:
            raise ImagesError(f"{where} has no split {asked!r}; it has {', '.join(names) or 'none'}")
        return asked
    if len(names) == 1:
        return names[0]
    found = next((x for x in _ORDER if x in names), None)
    if found is None:
        raise ImagesError(f"{where} has the splits {', '.join(names)}; choose one with --split")
    return found
