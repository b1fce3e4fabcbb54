"""Handles: groups of images one can take hold of. Plain values; what they do is in ``rules.handling``.

A category of what the points are coloured by has a handle at the mean of its images, in whatever layer is seen;
so has every set of images of which one was made. Where they are is worked out in ``world.grips``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from explorer.types import Float64, UInt8

Key = tuple[str, int]
"""Which handle: key of a colouring and category, or ``CUSTOM`` and number."""

CUSTOM = "custom"


@dataclass(frozen=True)
class Custom:
    """A handle made of a selection: a set of images, so it is there in every layer."""

    number: int
    """Counted from the first one ever made."""
    name: str
    mask: UInt8 = field(compare=False, repr=False)
    """(N,) uint8, 1 for its images; read-only."""
    means: dict[int, Float64] = field(default_factory=dict, compare=False, repr=False)
    """(15,) mean of its images by layer: worked out when first asked for, then kept."""

    @property
    def key(self) -> Key:
        """Which handle this is."""
        return CUSTOM, self.number


@dataclass(frozen=True)
class Grab:
    """A handle held with the mouse. Everything follows from how it was when it was taken, so nothing drifts."""

    key: Key
    node: int
    """The cloud it was taken in."""
    rotation: Float64
    """(15, 15) of the tour when it was taken."""
    pins: tuple[tuple[Key, Float64], ...]
    """The pinned handles, and where (3,) they were in the cloud's own frame."""
    anchor: Float64
    """(3,) in the cloud's own frame: the plane it is moved in goes through here, facing the camera."""
    x: float
    """Cursor, pixels."""
    y: float
    offset: tuple[float, float] = (0.0, 0.0)
    """From the cursor to the handle, pixels: it does not jump when it is taken at its edge."""


@dataclass(frozen=True)
class Handles:
    """Which handles there are, and what is done with them."""

    on: bool = True
    """Whether any are in the picture."""
    chosen: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Categories that have a handle, by colouring; the largest where nothing was chosen."""
    custom: tuple[Custom, ...] = ()
    """In the order they were made."""
    made: int = 0
    """How many were ever made of a selection."""
    pinned: frozenset[Key] = frozenset()
    hovered: Key | None = None
    """The one under the cursor."""
    named: Key | None = None
    """The one whose name, which can be edited, is under the cursor: a click there is not meant for what lies behind."""
    grab: Grab | None = None
    """The one that is held."""
