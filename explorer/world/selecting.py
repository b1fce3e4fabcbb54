"""What goes with a selection: its history, how far it is emphasised, the tool in hand, what is saved and asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from explorer.geometry.lasso import box
from explorer.store.selections import Saved
from explorer.types import Float64
from explorer.world.errands import Errand
from explorer.world.history import History
from explorer.world.selection import Selection

POINTER, LASSO, BOX = "pointer", "lasso", "box"
"""What a drag of the left mouse button does: turn the view, or catch images within an outline."""

TOOLS = (POINTER, LASSO, BOX)

NEIGHBOURS = (1, 1000)
"""Fewest and most neighbours of an image that can be asked for."""


@dataclass(frozen=True)
class Outline:
    """What is being drawn around images, with the mouse held down."""

    tool: str
    """``LASSO`` or ``BOX``."""
    how: str
    """What becomes of the images caught: "replace", "add" or "subtract"."""
    places: tuple[tuple[float, float], ...]
    """Pixels: of a lasso every place passed, of a box the first corner and the opposite one."""

    @property
    def corners(self) -> Float64:
        """(M, 2) of the closed polygon, pixels; fewer than three while there is none."""
        if self.tool == BOX and len(self.places) == 2:
            return box(*self.places[0], *self.places[1])
        return np.array(self.places, np.float64).reshape(-1, 2)


@dataclass(frozen=True, eq=False)
class Selecting:
    """All of a session's selecting but the selection itself."""

    history: History = field(default_factory=History)
    emphasis: float = 0.0
    """0 to 1: how far what is selected stands out from the rest."""
    shown: Selection | None = None
    """The selection that is emphasised: the one now, or the last one while its emphasis goes."""
    tool: str = POINTER
    """What a plain drag of the left mouse button does."""
    outline: Outline | None = None
    """What is being drawn; the tour stands still meanwhile."""
    neighbours: int = 30
    """How many neighbours of an image are selected."""
    query: str = ""
    """The query asked last."""
    fault: str = ""
    """What was wrong with it; empty when nothing was."""
    saved: tuple[Saved, ...] = ()
    """The selections kept with the world, by name."""
    errands: tuple[Errand, ...] = ()
    """What was asked for that takes longer than a frame or touches the disk, and is not done yet."""
    asked: int = 0
    """How many errands there were so far; each has its number."""
