"""The tour: a seeded walk of constant speed through the ways of seeing 15 dimensions in 3, or in 2.

Where it goes is its aim's affair (``geometry.aims``), each leg is a geodesic (``geometry.rotation``), starts
and stops are eased (``geometry.pace``), and what was gone is kept (``geometry.track``). Places within a leg
are computed from the leg's start, never accumulated. Pure functions over frozen values; every one of them
gives the same whatever the frame rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from explorer.geometry import pace as paces
from explorer.geometry import track as tracks
from explorer.geometry.aims import ARRIVED, Aim, Grand, Planned, Wander
from explorer.geometry.camera import ease
from explorer.geometry.pace import Pace
from explorer.geometry.rotation import Leg, geodesic, orthonormalised
from explorer.geometry.track import HAND, TOUR, VISIT, Step, Track
from explorer.types import DIMS, SHOWN, Float64

VISIT_SPEED = 1.2
"""Radians per second of a way to a given view, at its fastest."""
_VISIT_SECONDS = (0.7, 4.0)
_SCRUBBING = 0.07
"""Time constant in seconds with which scrubbing follows the hand."""
_SCRUBBED = 1e-4
"""Radians of scrubbing that are made at once."""


@dataclass(frozen=True, eq=False)
class Tour:
    """Where the tour is. Immutable: ``advance`` returns the next state."""

    seed: int
    speed: float
    """Radians of geodesic length per second."""
    aim: Aim
    """What the leg after this one heads for."""
    leg_index: int
    """Number of the leg begun last; the seed of what is random in it."""
    track: Track
    """What was gone, and the place on it."""
    rotation: Float64
    """(15, 15) rotation now; its first three columns are the basis."""
    pace: Pace = field(default_factory=Pace)
    stands: bool = False
    """Whether the aim has nowhere to go from here: an optimum, say."""
    cut: bool = False
    """Whether the rest of this leg is not to be gone."""
    wish: Aim | Float64 | None = None
    """What it brakes for: another aim, or a basis (15, 3) to visit."""
    visit: float | None = None
    """Seconds since a visit began, while it is on its way."""
    scrub: float = 0.0
    """Radians still to be scrubbed."""
    prospect: tuple[Aim, Leg | None] | None = None
    """The leg after this one as its aim foresees it; None where there is none to come."""

    @property
    def basis(self) -> Float64:
        """The basis shown, (15, 3) column-orthonormal float64."""
        return self.rotation[:, :SHOWN]

    @property
    def shown(self) -> int:
        """Dimensions that the legs go between: 3, or 2 when the picture is flat."""
        return self.wish.shown if isinstance(self.wish, Aim) else self.aim.shown

    @property
    def leg(self) -> Leg:
        """The leg stood on."""
        return self.track.step.leg

    @property
    def travelled(self) -> float:
        """Radians of geodesic length since the start of that leg."""
        return self.track.travelled

    @property
    def position(self) -> float:
        """Radians from the oldest place that is remembered."""
        return self.track.position

    @property
    def still(self) -> bool:
        """Whether nothing turns at this moment."""
        waits = self.pace.share <= 0.0 or self.stands
        return waits and self.visit is None and self.wish is None and self.scrub == 0.0


def start_tour(seed: int, speed: float, aim: Aim | None = None) -> Tour:
    """A tour at the identity: the first view shows the first three axes.

    Args:
        seed: the same seed gives the same path, whatever the frame rate.
        speed: radians per second.
        aim: None is the Grand Tour.
    """
    rotation, aim = np.eye(DIMS), aim or Grand()
    nowhere = geodesic(rotation, rotation[:, : aim.shown])
    tour = Tour(seed, speed, aim, -1, Track((Step(nowhere, 0.0),)), rotation, cut=True)
    return _begun(tour)


def advance(tour: Tour, seconds: float, running: bool = True, near: float = 1.0) -> Tour:
    """The tour a while later: constant speed, across as many legs as the time spans.

    Args:
        tour: now.
        seconds: of time that passes.
        running: False lets it come to rest; visits and scrubbing go on.
        near: share of the speed, 0 to 1, that is to be kept for an eye that is near.
    """
    if tour.scrub:
        tour, seconds = _scrubbing(tour, seconds)
    if tour.visit is None and tour.wish is not None:
        braking = min(seconds, paces.until_rest(tour.pace))
        tour, seconds = _gone(tour, braking, False, near), seconds - braking
        tour = _granted(tour) if paces.until_rest(tour.pace) <= 0.0 else tour
    if tour.visit is not None:
        tour, seconds = _visiting(tour, tour.visit, seconds)
    return _gone(tour, seconds, running, near) if seconds > 0.0 else tour


def with_speed(tour: Tour, speed: float) -> Tour:
    """The same tour at another speed (radians per second)."""
    return replace(tour, speed=speed)


def with_aim(tour: Tour, aim: Aim) -> Tour:
    """A tour of another kind from here on: it comes to rest first, and begins with a leg of the new one."""
    return _wishing(tour, aim)


def retargeted(tour: Tour, aim: Aim) -> Tour:
    """The same kind of tour with another aim: the leg on its way is gone to its end."""
    if isinstance(tour.wish, Aim):
        return replace(tour, wish=aim)
    return replace(tour, aim=aim, stands=False, prospect=None)


def with_shown(tour: Tour, shown: int) -> Tour:
    """The tour of 2 dimensions or of 3; the basis keeps three columns, of which the last is then of no account."""
    aim = tour.wish if isinstance(tour.wish, Aim) else tour.aim
    return tour if aim.shown == shown else _wishing(tour, aim.showing(shown))


def visit(tour: Tour, basis: Float64) -> Tour:
    """The tour on its way to a basis (15, 3), eased, even when it is paused; then it goes on from there."""
    return _wishing(tour, basis)


def wander(tour: Tour) -> Tour:
    """The tour on its way to a random place, where its aim begins anew."""
    return _wishing(tour, Wander(shown=tour.shown, then=tour.aim))


def scrub(tour: Tour, radians: float) -> Tour:
    """The tour led along what it remembers, forwards or back; it goes on from there, along what was gone."""
    rest = min(max(tour.position + tour.scrub + radians, 0.0), tour.track.length) - tour.position
    return replace(_handed(tour), scrub=rest, stands=False)


def resume_from(tour: Tour, rotation: Float64) -> Tour:
    """The tour at a rotation (15, 15) set by hand; it goes on from there, eased, after a moment's rest.

    Called in every frame of a drag it stands still meanwhile, and remembers the whole drag as one step.
    """
    rotation, track = orthonormalised(rotation), tour.track
    dragging = track.step.kind == HAND and track.newest and tour.pace.on < 0.0
    leg = geodesic(track.step.leg.start if dragging else tour.rotation, rotation[:, :SHOWN], exact=True)
    step = Step(leg, leg.length, HAND)
    if dragging:
        track = replace(track, steps=(*track.steps[:-1], step), travelled=step.reach)
    else:
        track = tracks.appended(track, step)
    return replace(_handed(tour), track=track, rotation=rotation, stands=False, cut=False, prospect=None)


def _handed(tour: Tour) -> Tour:
    """The tour with a hand on it: nothing is on its way any more, and it will rest for a moment."""
    aim = tour.wish if isinstance(tour.wish, Aim) else tour.aim
    pace = replace(tour.pace, on=-paces.REST)
    return replace(tour, aim=aim, wish=None, visit=None, scrub=0.0, pace=pace)


def _wishing(tour: Tour, wish: Aim | Float64) -> Tour:
    """The tour braking for something; at rest it is granted at once."""
    if tour.visit is not None:  # turned elsewhere on its way
        tour = _handed(tour)
    elif isinstance(tour.wish, Aim):
        tour = replace(tour, aim=tour.wish, cut=True, prospect=None)
    tour = replace(tour, wish=wish)
    rests = paces.until_rest(tour.pace) <= 0.0 or tour.stands or tour.track.length == 0.0
    return _granted(tour) if rests else tour


def _granted(tour: Tour) -> Tour:
    """The tour at rest with what it braked for."""
    wish, track = tour.wish, tracks.truncated(tour.track)
    tour = replace(tour, wish=None, cut=True, stands=False, prospect=None, track=track)
    if wish is None or isinstance(wish, Aim):
        return replace(tour, aim=wish or tour.aim)
    leg = geodesic(orthonormalised(tour.rotation), wish[:, : tour.shown], exact=True)
    if leg.length < ARRIVED:
        return tour
    return replace(tour, track=tracks.appended(tour.track, Step(leg, 0.0, VISIT)), visit=0.0)


def _visiting(tour: Tour, elapsed: float, seconds: float) -> tuple[Tour, float]:
    """The tour further on its visit, and the seconds left after its end."""
    low, high = _VISIT_SECONDS
    length = tour.track.step.leg.length
    duration = min(max(1.875 * length / VISIT_SPEED, low), high)
    after = elapsed + seconds
    share = ease(after / duration) if after < duration else 1.0
    track = tracks.extended(tour.track, share * length)
    tour = replace(tour, track=track, rotation=track.rotation, visit=after if after < duration else None)
    if tour.visit is None:
        return replace(_handed(tour), rotation=orthonormalised(tour.rotation)), after - duration
    return tour, 0.0


def _scrubbing(tour: Tour, seconds: float) -> tuple[Tour, float]:
    """The tour further along its scrubbing, which dies away exponentially, and the seconds left after its end."""
    ends = _SCRUBBING * math.log(max(1.0, abs(tour.scrub) / _SCRUBBED))
    rest = tour.scrub * math.exp(-seconds / _SCRUBBING) if seconds < ends else 0.0
    track = tracks.moved(tour.track, tour.scrub - rest)
    return replace(tour, track=track, rotation=track.rotation, scrub=rest), max(0.0, seconds - ends)


def _gone(tour: Tour, seconds: float, running: bool, near: float) -> Tour:
    """The tour after some seconds of touring."""
    pace, paced = paces.advance(tour.pace, seconds, running and not tour.stands, near)
    tour = replace(tour, pace=pace)
    distance = tour.speed * paced
    if distance <= 0.0:
        return tour
    if not tour.track.newest:  # along what was gone before
        ahead = tour.track.length - tour.position
        track = tracks.moved(tour.track, distance) if distance < ahead else tracks.latest(tour.track)
        tour = replace(tour, track=track, rotation=track.rotation)
        distance -= ahead
    while distance >= 0.0 and not tour.stands:
        room = 0.0 if tour.cut or tour.track.step.kind != TOUR else tour.leg.length - tour.travelled
        if distance < room:
            track = tracks.extended(tour.track, tour.travelled + distance)
            return replace(tour, track=track, rotation=track.rotation)
        if room > 0.0:
            track = tracks.extended(tour.track, tour.leg.length)
            tour = replace(tour, track=track, rotation=track.rotation)
        distance -= room
        tour = _begun(tour)
    return tour


def _begun(tour: Tour) -> Tour:
    """The tour at the start of its next leg; standing where its aim has none."""
    rotation = orthonormalised(tour.rotation)
    if tour.prospect is not None and tour.prospect[0] is tour.aim and not tour.cut:
        aim, leg = tour.aim, tour.prospect[1]
        rotation = rotation if leg is None else leg.start
    else:
        aim, leg = _next_leg(tour.aim, rotation, tour.seed, tour.leg_index + 1)
    tour = replace(tour, rotation=rotation, cut=False, prospect=None)
    if leg is None:
        return replace(tour, stands=True, pace=replace(tour.pace, on=0.0))
    index, prospect, after = tour.leg_index + 1, None, aim.following()
    if after.ends:
        after, coming = _next_leg(after, orthonormalised(leg.rotation(1.0)), tour.seed, index + 1)
        leg, prospect = replace(leg, landing=coming is None), (after, coming)
    track = tracks.appended(tour.track, Step(leg, 0.0))
    return replace(tour, aim=after, leg_index=index, track=track, prospect=prospect)


def _next_leg(aim: Aim, rotation: Float64, seed: int, index: int) -> tuple[Aim, Leg | None]:
    """The first leg of an aim that leads anywhere, and the aim it is of; no leg where there is none."""
    rounds = len(aim.bases) if isinstance(aim, Planned) else 1
    for _ in range(rounds):
        target = aim.target(rotation, np.random.default_rng([seed, index]))
        if target is None:
            break
        leg = geodesic(rotation, target, aim.exact)
        if leg.length >= ARRIVED:
            return aim, leg
        aim = aim.following()
    return aim, None
