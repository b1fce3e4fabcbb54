"""What a tour has done: its legs with how far they went, and a place on them that moves to and fro."""

from __future__ import annotations

from dataclasses import dataclass, replace

from explorer.geometry.rotation import Leg
from explorer.types import Float64

LONGEST = 500
"""Steps remembered; half an hour at the usual speed. The oldest are forgotten first."""

TOUR, HAND, VISIT = "tour", "hand", "visit"
"""What made a step: the tour itself, a change by hand, a way to a given view."""


@dataclass(frozen=True, eq=False)
class Step:
    """A leg as far as it was gone."""

    leg: Leg
    reach: float
    """Radians from its start."""
    kind: str = TOUR


@dataclass(frozen=True, eq=False)
class Track:
    """Steps in order, and where on them the tour stands. The last step is the one being made."""

    steps: tuple[Step, ...]
    at: int = 0
    """Index of the step stood on."""
    travelled: float = 0.0
    """Radians into that step."""

    @property
    def step(self) -> Step:
        """The step stood on."""
        return self.steps[self.at]

    @property
    def newest(self) -> bool:
        """Whether it stands where nothing was gone yet."""
        return self.at == len(self.steps) - 1 and self.travelled >= self.step.reach

    @property
    def position(self) -> float:
        """Radians from the oldest remembered place to where it stands."""
        return sum(step.reach for step in self.steps[: self.at]) + self.travelled

    @property
    def length(self) -> float:
        """Radians of all that is remembered."""
        return sum(step.reach for step in self.steps)

    @property
    def rotation(self) -> Float64:
        """(15, 15) the rotation at the place stood on."""
        leg = self.step.leg
        return leg.rotation(self.travelled / leg.length if leg.length > 0.0 else 0.0)


def moved(track: Track, radians: float) -> Track:
    """The place moved along what is remembered, forwards or back, as far as it goes."""
    at, travelled = track.at, track.travelled + radians
    while travelled < 0.0 and at > 0:
        at -= 1
        travelled += track.steps[at].reach
    while travelled > track.steps[at].reach and at < len(track.steps) - 1:
        travelled -= track.steps[at].reach
        at += 1
    return replace(track, at=at, travelled=min(max(travelled, 0.0), track.steps[at].reach))


def latest(track: Track) -> Track:
    """The place moved to the end of what is remembered."""
    return replace(track, at=len(track.steps) - 1, travelled=track.steps[-1].reach)


def extended(track: Track, travelled: float) -> Track:
    """The newest step gone further, to so many radians from its start."""
    step = replace(track.steps[-1], reach=travelled)
    return replace(track, steps=(*track.steps[:-1], step), travelled=travelled)


def truncated(track: Track) -> Track:
    """The track without what lay ahead of the place."""
    return replace(track, steps=(*track.steps[: track.at], replace(track.step, reach=track.travelled)))


def appended(track: Track, step: Step) -> Track:
    """A new step from where the track stands: what lay ahead is forgotten, and so is the oldest when there are many.

    A step that was gone from its start to its start is no step. The new one is stood on at its start,
    or at its end when it was made by hand.
    """
    gone = (replace(track.step, reach=track.travelled),) if track.travelled > 0.0 else ()
    steps = (*track.steps[: track.at], *gone, step)[-LONGEST:]
    return Track(steps, len(steps) - 1, step.reach)
