"""A selection: a set of images, the same in every layer. A plain value; what changes it is in ``rules.selecting``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.types import UInt8

REPLACE, ADD, SUBTRACT = "replace", "add", "subtract"
"""How newly caught images join those already selected."""

HOWS = (REPLACE, ADD, SUBTRACT)


@dataclass(frozen=True, eq=False)
class Selection:
    """Which images are selected. Made by ``nothing`` and ``changed``, never edited."""

    mask: UInt8
    """(N,) uint8, 1 for a selected image, 0 for another; in the world's order, read-only."""
    count: int
    """How many are selected."""
    version: int
    """Grows with every change: what is kept of a selection (a buffer on the GPU) is made anew when it differs."""

    @cached_property
    def images(self) -> NDArray[np.int64]:
        """(count,) int64 indices of the selected images, rising."""
        return np.flatnonzero(self.mask)


def nothing(images: int) -> Selection:
    """The empty selection of a world of ``images`` images."""
    return Selection(_frozen(np.zeros(images, np.uint8)), 0, 0)


def changed(selection: Selection, mask: NDArray[np.uint8] | NDArray[np.bool_]) -> Selection:
    """The selection of exactly the images where ``mask`` (N,) is not zero; the same one if nothing changes."""
    wanted = np.array(mask, bool).view(np.uint8)  # (N,) a copy of our own, whoever keeps the other
    if wanted.shape != selection.mask.shape:
        raise ValueError(f"a selection of {len(selection.mask)} images cannot take a mask of shape {wanted.shape}")
    if np.array_equal(wanted, selection.mask):
        return selection
    return Selection(_frozen(wanted), int(np.count_nonzero(wanted)), selection.version + 1)


def combined(selection: Selection, caught: NDArray[np.uint8] | NDArray[np.bool_], how: str) -> Selection:
    """The selection after images were caught.

    Args:
        selection: before.
        caught: (N,) not zero for each image caught.
        how: ``REPLACE``, ``ADD`` or ``SUBTRACT``.

    Raises:
        ValueError: another ``how``, or a mask of another shape.
    """
    found = np.asarray(caught, bool)  # (N,)
    now = selection.mask.view(bool)  # (N,)
    if found.shape != now.shape:
        raise ValueError(f"a selection of {len(now)} images cannot take a mask of shape {found.shape}")
    if how == REPLACE:
        return changed(selection, found)
    if how == ADD:
        return changed(selection, now | found)
    if how == SUBTRACT:
        return changed(selection, now & ~found)
    raise ValueError(f"images are caught to {', '.join(HOWS)}, not to {how!r}")


def _frozen(mask: UInt8) -> UInt8:
    mask.flags.writeable = False
    return mask
