"""Geodesics between the ways of seeing 15 dimensions: from plane to plane, or from basis to basis.

A full rotation in SO(15) is kept, whose first columns are the basis shown. Between two *planes* (their
span) the way turns the principal directions of the one into those of the other and nothing spins
within the shown space (Asimov 1985, "The Grand Tour"; Buja, Cook, Asimov and Hurley 2005,
"Computational methods for high-dimensional rotations in data visualization", section 2). Between two
*bases* the shown space turns within itself meanwhile, at constant rate. Lengths are measured in the
canonical metric (Edelman, Arias and Smith 1998, section 2.4): the norm of the principal angles and of the spin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from explorer.types import DIMS, SHOWN, Float64


@dataclass(frozen=True, eq=False)
class Leg:
    """A geodesic in SO(15): independent rotations in up to three orthogonal planes, and a spin of the shown space."""

    start: Float64
    """(15, 15) rotation at the start of the leg."""
    tails: Float64
    """(15, k) orthonormal: the principal directions of the shown space at the start."""
    heads: Float64
    """(15, k) orthonormal, orthogonal to ``tails``: where each of them turns to."""
    angles: Float64
    """(k,) principal angles, radians; 0 to pi/2 between planes, to pi between bases."""
    spin: Float64
    """(3,) rotation vector of the shown space within itself, radians; zero between planes."""
    landing: bool = False
    """Whether it ends at rest: it is gone ever slower, from full speed at its start, and so counts twice."""

    @cached_property
    def length(self) -> float:
        """What it counts for, in radians: the norm of the principal angles and of the spin; of a landing twice that."""
        norm = math.hypot(float(np.linalg.norm(self.angles)), float(np.linalg.norm(self.spin)))
        return 2.0 * norm if self.landing else norm

    def rotation(self, share: float) -> Float64:
        """The rotation (15, 15) after a share 0 to 1 of the length."""
        fraction = share * (2.0 - share) if self.landing else share
        turned = fraction * self.angles  # (k,)
        along = self.tails.T @ self.start  # (k, 15)
        across = self.heads.T @ self.start  # (k, 15)
        cos, sin = np.cos(turned)[:, None] - 1.0, np.sin(turned)[:, None]  # (k, 1)
        found = self.start + self.tails @ (cos * along - sin * across) + self.heads @ (sin * along + cos * across)
        if self.spin.any():
            shown = len(self.angles)
            found[:, :shown] = found[:, :shown] @ _spun(fraction * self.spin)[:shown, :shown]
        return found


def orthonormalised(rotation: Float64) -> Float64:
    """The rotation (n, n) nearest to a matrix that has drifted a little: its polar factor."""
    left, _, right = np.linalg.svd(rotation)
    return np.asarray(left @ right, dtype=np.float64)


def geodesic(start: Float64, target: Float64, exact: bool = False) -> Leg:
    """The shortest way from the basis a rotation shows to a target.

    Args:
        start: (15, 15) rotation; its first k columns are the basis shown now.
        target: (15, k) column-orthonormal.
        exact: arrive at this very basis; otherwise anywhere in its span.

    Returns:
        The leg; at fraction 1 the shown basis spans the same space as ``target``, or equals it.
    """
    basis = start[:, : target.shape[1]]  # (15, k)
    left, cosines, right = np.linalg.svd(basis.T @ target)  # (k, k), (k,), (k, k)
    residual = target @ right.T - basis @ left * cosines  # (15, k) beside the shown space
    # Cosines alone tell small angles and their directions badly: the sines decide (Björck and Golub 1973).
    _, sines, mix = np.linalg.svd(residual, full_matrices=False)  # (15, k), (k,) falling, (k, k)
    left, right, residual = left @ mix.T, mix @ right, residual @ mix.T
    cosines = (mix * cosines * mix).sum(axis=1)  # (k,)
    if exact and np.linalg.det(left @ right) < 0.0:  # a mirrored basis: the largest angle goes the long way round
        right[0], residual[:, 0], cosines[0] = -right[0], -residual[:, 0], -cosines[0]
    tails = basis @ left  # (15, k) principal directions here
    if not exact:  # a quarter turn leads there either way round: let no rounding choose
        residual = np.where(cosines < 1e-9, residual * _signs(residual) * _signs(tails), residual)
    heads = _orthonormal_beside(tails, residual)
    angles = np.arctan2(sines, cosines)  # (k,)
    return Leg(start, tails, heads, angles, _spin(left @ right) if exact else np.zeros(SHOWN))


def separation(one: Float64, other: Float64) -> float:
    """Geodesic distance in radians between the spans of two bases (15, k)."""
    cosines = np.linalg.svd(one.T @ other, compute_uv=False)  # (k,) falling
    sines = np.linalg.svd(other - one @ (one.T @ other), compute_uv=False)  # (k,) falling
    return float(np.linalg.norm(np.arctan2(sines[::-1], cosines)))


def random_basis(rng: np.random.Generator, dims: int = DIMS, shown: int = SHOWN) -> Float64:
    """A basis (dims, shown) drawn uniformly: QR of a Gaussian with a positive diagonal (Stewart 1980)."""
    q, r = np.linalg.qr(rng.standard_normal((dims, shown)))
    return np.asarray(q * np.sign(np.diag(r)), dtype=np.float64)


def _signs(columns: Float64) -> Float64:
    """(k,) sign of the largest component of each column."""
    largest = np.take_along_axis(columns, np.abs(columns).argmax(axis=0)[None], axis=0)[0]
    return np.where(largest < 0.0, -1.0, 1.0)


def _orthonormal_beside(tails: Float64, residual: Float64) -> Float64:
    """Unit vectors (15, k) along ``residual``, orthogonal to ``tails`` even where it vanishes."""
    # Where two planes share a direction the residual is zero and any unit vector beside the rest
    # will do, for its angle is zero: the first axis that is not nearly in their span. These come last.
    columns = [*tails.T]
    for vector in [*residual.T]:
        units = (_unit_beside(candidate, columns) for candidate in (vector, *np.eye(DIMS)))
        columns.append(next(unit for unit in units if unit is not None))
    return np.stack(columns[tails.shape[1] :], axis=1)


def _unit_beside(vector: Float64, columns: list[Float64]) -> Float64 | None:
    """The unit vector (15,) along the part of ``vector`` orthogonal to ``columns``; None if tiny."""
    others = np.stack(columns, axis=1)  # (15, k)
    if np.linalg.norm(vector) < 1e-12:
        return None
    rest = vector / np.linalg.norm(vector)
    for _ in range(2):  # twice is enough (Kahan; Parlett 1980, section 6.9)
        rest = rest - others @ (others.T @ rest)
    size = float(np.linalg.norm(rest))
    return rest / size if size > 0.1 else None


def _spin(turn: Float64) -> Float64:
    """The rotation vector (3,) of a rotation (k, k) of the shown space, of length 0 to pi."""
    full = np.eye(SHOWN)
    full[: len(turn), : len(turn)] = turn
    twist = np.array([full[2, 1] - full[1, 2], full[0, 2] - full[2, 0], full[1, 0] - full[0, 1]]) / 2  # (3,) sine, axis
    cosine = (np.trace(full) - 1.0) / 2
    sine = float(np.linalg.norm(twist))
    angle = math.atan2(sine, cosine)
    if sine > 1e-7:
        return np.asarray(twist * (angle / sine))
    if cosine > 0.0:
        return np.asarray(twist)
    # Half a turn: the axis is the one direction that stays, the column of (turn + 1) / 2 that is longest.
    halves = (full + np.eye(SHOWN)) / 2
    axis = halves[:, int(np.argmax(np.diag(halves)))]
    return np.asarray(axis / np.linalg.norm(axis) * angle)


def _spun(vector: Float64) -> Float64:
    """The rotation (3, 3) of a rotation vector (3,): Rodrigues' formula."""
    angle = float(np.linalg.norm(vector))
    x, y, z = vector / angle if angle > 0.0 else vector
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(SHOWN) + math.sin(angle) * cross + (1.0 - math.cos(angle)) * (cross @ cross))
