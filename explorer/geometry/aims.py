"""Where a tour goes next: each kind of tour is a rule that gives a target basis for the leg to come.

A new kind of tour is a subclass of ``Aim`` with a ``target``; everything else (legs, speed, easing, history)
is the same for all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar, Self

import numpy as np

from explorer.geometry.rotation import geodesic, random_basis, separation
from explorer.types import DIMS, SHOWN, Float64

ARRIVED = 1e-9
"""Radians: a target that near is where the tour stands already."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Aim(ABC):
    """What the tour heads for. Immutable."""

    shown: int = SHOWN
    """Columns k of the targets: 3, or 2 when the picture is flat."""

    exact: ClassVar[bool] = False
    """Whether to arrive at the very basis; otherwise the legs go to its span, without spin."""
    ends: ClassVar[bool] = False
    """Whether it may come to an end: then it is asked for a leg ahead of time, so as to arrive there at rest."""

    @abstractmethod
    def target(self, rotation: Float64, rng: np.random.Generator) -> Float64 | None:
        """The end of the next leg.

        Args:
            rotation: (15, 15) where the tour stands; its first k columns are the basis shown.
            rng: seeded by the tour's seed and the number of the leg.

        Returns:
            (15, k) column-orthonormal; None when there is nowhere to go: then the tour stands.
        """

    def following(self) -> Aim:
        """The aim of the leg after the next; itself unless it goes through a list."""
        return self

    def showing(self, shown: int) -> Self:
        """The same aim for another number of columns."""
        return self if shown == self.shown else replace(self, shown=shown)


@dataclass(frozen=True, eq=False, kw_only=True)
class Grand(Aim):
    """Anywhere: planes drawn uniformly (Asimov 1985)."""

    def target(self, rotation: Float64, rng: np.random.Generator) -> Float64:
        """A plane drawn uniformly."""
        return random_basis(rng, DIMS, self.shown)


@dataclass(frozen=True, eq=False, kw_only=True)
class Little(Aim):
    """All ways of seeing k of the 15 axes and nothing else, in lexicographic order (McDonald 1982)."""

    def target(self, rotation: Float64, rng: np.random.Generator) -> Float64:
        """The axes after those seen now; from elsewhere first the nearest ones."""
        shares = (rotation[:, : self.shown] ** 2).sum(axis=1)  # (15,) of each axis that is seen
        seen = tuple(sorted(int(axis) for axis in np.argsort(-shares, kind="stable")[: self.shown]))
        if separation(rotation[:, : self.shown], _axes(seen)) > 1e-6:
            return _axes(seen)
        every = list(combinations(range(DIMS), self.shown))
        return _axes(every[(every.index(seen) + 1) % len(every)])


@dataclass(frozen=True, eq=False, kw_only=True)
class Local(Aim):
    """Around a view: never farther from it than a radius, a geodesic ball being convex up to pi/4."""

    centre: Float64
    """(15, 15) rotation."""
    radius: float
    """Radians of geodesic distance, at most pi/4."""

    def target(self, rotation: Float64, rng: np.random.Generator) -> Float64:
        """A plane in a random direction from the centre, in the outer part of the ball."""
        way = geodesic(self.centre, random_basis(rng, DIMS, self.shown))
        distance = self.radius * rng.uniform(0.5, 1.0)
        return way.rotation(min(1.0, distance / way.length))[:, : self.shown]


@dataclass(frozen=True, eq=False, kw_only=True)
class Planned(Aim):
    """Through given bases, in order and again from the first."""

    bases: tuple[Float64, ...]
    """Each (15, 3) column-orthonormal; of a flat picture the first two columns count."""
    place: int = 0
    """Which one is next."""

    exact: ClassVar[bool] = True
    ends: ClassVar[bool] = True

    def target(self, rotation: Float64, rng: np.random.Generator) -> Float64 | None:
        """The next basis that is not where the tour stands; None when there is no other."""
        return self.bases[self.place % len(self.bases)][:, : self.shown] if self.bases else None

    def following(self) -> Planned:
        """The same list, one further."""
        return replace(self, place=(self.place + 1) % max(1, len(self.bases)))


@dataclass(frozen=True, eq=False, kw_only=True)
class Still(Aim):
    """Nowhere: the tour moves by hand alone."""

    def target(self, rotation: Float64, rng: np.random.Generator) -> None:
        """None."""
        return None


@dataclass(frozen=True, eq=False, kw_only=True)
class Wander(Aim):
    """To a random place, and then on with another aim."""

    then: Aim

    def target(self, rotation: Float64, rng: np.random.Generator) -> Float64:
        """A plane drawn uniformly."""
        return random_basis(rng, DIMS, self.shown)

    def following(self) -> Aim:
        """The other aim."""
        return self.then

    def showing(self, shown: int) -> Self:
        """Both aims for another number of columns."""
        return replace(self, shown=shown, then=self.then.showing(shown))


def _axes(chosen: tuple[int, ...]) -> Float64:
    """(15, k) the chosen axes."""
    return np.eye(DIMS)[:, chosen]
