"""The Grand Tour: a seeded walk of constant speed through the ways of seeing 15 dimensions in 3.

The state is a full rotation in SO(15) whose first three columns are the basis shown. Each leg goes
from the current basis to a random target basis along the geodesic between the two *planes* (their
span), so nothing spins within the shown space (Asimov 1985, "The Grand Tour"; Buja, Cook, Asimov
and Hurley 2005, "Computational methods for high-dimensional rotations in data visualization",
section 2). A leg's length is the norm of its principal angles, and the tour travels at constant
speed in that metric. Places within a leg are computed from the leg's start, never accumulated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from explorer.types import DIMS, SHOWN, Float64


@dataclass(frozen=True)
class Leg:
    """A geodesic in SO(15): independent rotations in up to three orthogonal planes."""

    start: Float64
    """(15, 15) rotation at the start of the leg."""
    tails: Float64
    """(15, 3) orthonormal: the principal directions of the shown space at the start."""
    heads: Float64
    """(15, 3) orthonormal, orthogonal to ``tails``: where each of them turns to."""
    angles: Float64
    """(3,) principal angles, radians, 0 to pi/2."""

    @property
    def length(self) -> float:
        """Geodesic length in radians: the norm of the principal angles."""
        return float(np.linalg.norm(self.angles))

    def rotation(self, fraction: float) -> Float64:
        """The rotation (15, 15) after a fraction 0 to 1 of the leg."""
        turned = fraction * self.angles  # (3,)
        along = self.tails.T @ self.start  # (3, 15)
        across = self.heads.T @ self.start  # (3, 15)
        cos, sin = np.cos(turned)[:, None] - 1.0, np.sin(turned)[:, None]  # (3, 1)
        return self.start + self.tails @ (cos * along - sin * across) + self.heads @ (sin * along + cos * across)


@dataclass(frozen=True)
class Tour:
    """Where the tour is. Immutable: ``advance`` returns the next state."""

    seed: int
    speed: float
    """Radians of geodesic length per second."""
    leg_index: int
    leg: Leg
    travelled: float
    """Radians of geodesic length since the start of the leg."""
    rotation: Float64
    """(15, 15) rotation now; its first three columns are the basis."""

    @property
    def basis(self) -> Float64:
        """The basis shown, (15, 3) column-orthonormal float64."""
        return self.rotation[:, :SHOWN]


def start_tour(seed: int, speed: float) -> Tour:
    """A tour at the identity: the first view shows the first three axes.

    Args:
        seed: the same seed gives the same path, whatever the frame rate.
        speed: radians per second.
    """
    rotation = np.eye(DIMS)
    return Tour(seed, speed, 0, _leg(rotation, seed, 0), 0.0, rotation)


def advance(tour: Tour, seconds: float) -> Tour:
    """The tour a while later: constant speed, across as many legs as the time spans."""
    travelled = tour.travelled + tour.speed * seconds
    leg, index = tour.leg, tour.leg_index
    while travelled >= leg.length:
        travelled -= leg.length
        index += 1
        leg = _leg(orthonormalised(leg.rotation(1.0)), tour.seed, index)
    rotation = leg.rotation(travelled / leg.length)
    return replace(tour, leg_index=index, leg=leg, travelled=travelled, rotation=rotation)


def with_speed(tour: Tour, speed: float) -> Tour:
    """The same tour at another speed (radians per second)."""
    return replace(tour, speed=speed)


def orthonormalised(rotation: Float64) -> Float64:
    """The rotation (n, n) nearest to a matrix that has drifted a little: its polar factor."""
    left, _, right = np.linalg.svd(rotation)
    return np.asarray(left @ right, dtype=np.float64)


def geodesic(start: Float64, target: Float64) -> Leg:
    """The shortest way from the basis a rotation shows to the span of a target basis.

    Args:
        start: (15, 15) rotation; its first three columns are the basis shown now.
        target: (15, 3) column-orthonormal.

    Returns:
        The leg; at fraction 1 the shown basis spans the same space as ``target``.
    """
    basis = start[:, :SHOWN]  # (15, 3)
    left, cosines, right = np.linalg.svd(basis.T @ target)  # (3, 3), (3,), (3, 3)
    tails = basis @ left  # (15, 3) principal directions here
    ends = target @ right.T  # (15, 3) principal directions there
    angles = np.arccos(np.clip(cosines, -1.0, 1.0))  # (3,)
    heads = _orthonormal_beside(tails, ends - tails * cosines)
    return Leg(start, tails, heads, angles)


def _orthonormal_beside(tails: Float64, residual: Float64) -> Float64:
    """Unit vectors (15, 3) along ``residual``, orthogonal to ``tails`` even where it vanishes."""
    # Where two planes share a direction the residual is zero and any unit vector beside the rest
    # will do, for its angle is zero: the first axis that is not nearly in their span.
    columns = [*tails.T]
    for vector in [*residual.T]:
        units = (_unit_beside(candidate, columns) for candidate in (vector, *np.eye(DIMS)))
        columns.append(next(unit for unit in units if unit is not None))
    return np.stack(columns[tails.shape[1] :], axis=1)


def _unit_beside(vector: Float64, columns: list[Float64]) -> Float64 | None:
    """The unit vector (15,) along the part of ``vector`` orthogonal to ``columns``; None if tiny."""
    others = np.stack(columns, axis=1)  # (15, k)
    if np.linalg.norm(vector) < 1e-9:
        return None
    rest = vector / np.linalg.norm(vector)
    for _ in range(2):  # twice is enough (Kahan; Parlett 1980, section 6.9)
        rest = rest - others @ (others.T @ rest)
    size = float(np.linalg.norm(rest))
    return rest / size if size > 0.1 else None


def random_basis(rng: np.random.Generator, dims: int = DIMS, shown: int = SHOWN) -> Float64:
    """A basis (dims, shown) drawn uniformly: QR of a Gaussian with a positive diagonal (Stewart 1980)."""
    q, r = np.linalg.qr(rng.standard_normal((dims, shown)))
    return np.asarray(q * np.sign(np.diag(r)), dtype=np.float64)


def _leg(rotation: Float64, seed: int, index: int) -> Leg:
    """Leg number ``index`` of the tour with this seed, from wherever the tour stands."""
    return geodesic(rotation, random_basis(np.random.default_rng([seed, index])))
