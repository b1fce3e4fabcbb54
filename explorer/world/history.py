"""What a selection was before, and was to be again: for undo and redo, an eighth of a byte for each image and step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.types import UInt8
from explorer.world.selection import Selection, changed

DEPTH = 100
"""Changes that can be undone."""


@dataclass(frozen=True, eq=False)
class History:
    """Earlier and undone selections, as packed masks (ceil(N / 8),)."""

    before: tuple[UInt8, ...] = ()
    """The latest last."""
    after: tuple[UInt8, ...] = ()
    """What was undone, the latest last."""


def remembering(history: History, selection: Selection) -> History:
    """The history once ``selection`` has been changed: nothing can be redone any more."""
    return History((*history.before, np.packbits(selection.mask))[-DEPTH:], ())


def undone(history: History, selection: Selection) -> tuple[History, Selection]:
    """One step back; the same when there is none."""
    if not history.before:
        return history, selection
    last = _restored(selection, history.before[-1])
    return History(history.before[:-1], (*history.after, np.packbits(selection.mask))), last


def redone(history: History, selection: Selection) -> tuple[History, Selection]:
    """One step forward again; the same when there is none."""
    if not history.after:
        return history, selection
    following = _restored(selection, history.after[-1])
    return History((*history.before, np.packbits(selection.mask))[-DEPTH:], history.after[:-1]), following


def _restored(selection: Selection, packed: UInt8) -> Selection:
    return changed(selection, np.unpackbits(packed, count=len(selection.mask)))
