"""What can be asked of a world that takes longer than a frame to answer: frozen values, and what answers are.

A question says everything its answer depends on, so that the same question always has the same answer
(``world.answers``). What a state wants to know is said by ``world.wanting``; a thread of ``app.analyst`` works it out,
and the intent ``Learn`` brings it into the state.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from explorer.types import Float32, Int32

Seen = tuple[tuple[int, bytes], ...]
"""What is seen of a cloud: layers, each with the bytes of the (15, 3) float64 matrix that takes a point of it to its
place; the places of several layers are added up (a morph)."""

Beat = Callable[[float], None]
"""Called now and then with the share of the work that is done; may raise ``Abandoned``."""

ACTIVATIONS, EMBEDDING = "activations", "embedding"
"""What neighbours are meant to be kept of: the layer's activations, or its 15-D embedding."""


class Question:
    """Something that takes longer than a frame to find out; every kind is a frozen dataclass of this class."""

    @property
    def slot(self) -> Hashable:
        """The place its answer is kept in: the latest of a slot replaces the one before."""
        return self


@dataclass(frozen=True)
class ChannelMeans(Question):
    """Means of some channels of a layer over the map of each image; answered by (N, last - first) float32."""

    layer: int
    first: int
    last: int


@dataclass(frozen=True)
class ChannelMean(Question):
    """The mean of one channel of a layer, of every image; answered by ``Values``."""

    layer: int
    channel: int
    means: ChannelMeans
    """The block of channels it is one of."""


@dataclass(frozen=True)
class Moved(Question):
    """How far every image moved since the layer before; answered by ``Values``."""

    layer: int


@dataclass(frozen=True)
class Nearest(Question):
    """The nearest neighbours in a layer's 15-D embedding; answered by ``Neighbours``."""

    layer: int
    most: int
    """Images asked about: a fair sample, where there are more."""


@dataclass(frozen=True)
class Kept(Question):
    """How many of an image's nearest activations are among its nearest in 15-D; answered by ``Values``."""

    nearest: Nearest


@dataclass(frozen=True)
class KeptOnScreen(Question):
    """How many of an image's nearest are among its nearest in the three coordinates shown; answered by ``Values``."""

    nearest: Nearest
    """The layer, and how many images are asked about."""
    of: str
    """Nearest in what: ``ACTIVATIONS`` or ``EMBEDDING``."""
    seen: Seen

    @property
    def slot(self) -> Hashable:
        """The view of a moment ago is of no use any more."""
        return type(self), self.nearest.most, self.of


@dataclass(frozen=True, eq=False)
class Values:
    """A number for every image, ready to be shown."""

    values: Float32
    """(N,) float32; NaN where it is not known."""
    rows: Int32
    """(N,) int32 index into a ramp, -1 where it is not known."""
    counts: tuple[int, ...]
    """Images at each step of the ramp."""
    limits: tuple[float, float]
    """Values at both ends of the ramp."""
    mean: float
    """Of those that are known; NaN when none is."""
    known: int
    """Images of which it is known."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest other images of some."""

    rows: Int32
    """(R,) images asked about."""
    near: Int32
    """(R, k) their neighbours, nearest first."""


@dataclass(frozen=True, eq=False)
class Unanswered:
    """There is no answer, and asking again will not help."""

    reason: str
    """One line for people."""


Answer = Values | Neighbours | Float32 | Unanswered


class Abandoned(Exception):
    """Raised out of a question that is being answered when nobody wants to know any more."""
