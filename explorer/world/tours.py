"""What the person has chosen of the tour beyond its speed: its kind, what guides it, and saved views."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass

from explorer.geometry.indices import Index
from explorer.store.views import View
from explorer.types import Float64

GRAND, LITTLE, LOCAL, PLANNED, GUIDED, MANUAL = MODES = ("grand", "little", "local", "planned", "guided", "manual")
"""Kinds of tour: anywhere, from axes to axes, around a view, through saved views, uphill on an index, by hand."""

HOLES, CMASS, LDA, PDA, GROUP = INDICES = ("holes", "cmass", "lda", "pda", "group")
"""What a guided tour climbs: an empty middle, a full one, classes apart, the same shrunken, one class apart."""

GROUPED = frozenset({LDA, PDA, GROUP})
"""Those that need categories."""

RADII = (0.05, math.pi / 4)
"""Radians: bounds of the local tour's radius; a geodesic ball is convex up to pi/4."""

TRACE_SECONDS = 0.1
"""Of touring between two values of the index that are kept."""

TRACE_LENGTH = 600
"""Values kept: the last minute."""


@dataclass(frozen=True, eq=False)
class Guide:
    """What a guided tour climbs in the present layer, made once for each layer, colouring and space."""

    key: Hashable
    """What it was made of."""
    index: Index | None
    """None where the index cannot be had."""


@dataclass(frozen=True, eq=False)
class HeldAxis:
    """An axis being dragged."""

    axis: int
    start: Float64
    """(15, 15) rotation when it was taken: places are computed from there, so that nothing drifts."""
    age: float = 0.0
    """Seconds since it was moved last."""


@dataclass(frozen=True, eq=False)
class Touring:
    """The kind of tour and what goes with it. ``state.tour`` is where it is, ``state.paused`` whether it runs."""

    mode: str = GRAND
    """One of ``MODES``."""
    radius: float = 0.4
    """Radians: of the local tour."""
    centre: Float64 | None = None
    """(15, 15) rotation around which the local tour goes."""
    index: str = LDA
    """One of ``INDICES``: what the guided tour climbs."""
    group: int = 0
    """The category that the index "group" tells apart from the rest."""
    trace: tuple[float, ...] = ()
    """The index over time, 0 to 1, every ``TRACE_SECONDS``, the latest last; empty unless guided."""
    trace_due: float = 0.0
    """Seconds until the next value."""
    views: tuple[View, ...] = ()
    """Saved views, in the order of the planned tour."""
    along: float = 0.0
    """Where the scrubber along them is: 1.5 half way between the second and the third."""
    sought: float | None = None
    """Where it is going; None when it was let go and has arrived."""
    axis: HeldAxis | None = None
    """The axis being dragged."""
    guide: Guide | None = None
    """What the guided tour climbs."""
    aimed: tuple[Hashable, ...] = (GRAND,)
    """What the tour's aim was made of; another aim is made when it differs."""
