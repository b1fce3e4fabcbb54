"""Indices of how telling a view is, for projection pursuit: a value from 0 to 1 and its gradient.

All of them are functions of the plane shown alone, whatever the basis in it, and blind to its scale. Their
gradients are therefore horizontal (orthogonal to the basis), as the search on the Grassmann manifold wants them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.types import Float64, Int32

FLOOR = 1e-3
"""Share of the mean variance that every direction is taken to have at least: nothing is divided by zero."""

SHRINKAGE = 0.2
"""Of the PDA index; tourr's default."""


class Index(Protocol):
    """What a guided tour climbs."""

    def value(self, basis: Float64) -> float:
        """The index, 0 to 1, of the view that a basis (15, k) shows."""

    def gradient(self, basis: Float64) -> Float64:
        """Its gradient (15, k) by the basis, orthogonal to it."""


@dataclass(frozen=True, eq=False)
class Discriminant:
    """1 - |FᵀWF| / |FᵀTF|: how far groups stand apart, by their scatter within and in total (Wilks' lambda).

    With W and T the within-class and the total scatter it is the LDA index (Lee, Cook, Klinke and Lumley 2005,
    "Projection pursuit for exploratory supervised classification", section 3.1); shrunken, (1 - a) W + a I and
    (1 - a) T + a I in units of the mean variance, the PDA index for many dimensions and few points (Lee and
    Cook 2010, "A projection pursuit index for large p small n data").
    """

    within: Float64
    """(15, 15) positive definite."""
    total: Float64
    """(15, 15) positive definite, not less than ``within``."""

    def value(self, basis: Float64) -> float:
        """The index of a basis (15, k)."""
        within, total = basis.T @ self.within @ basis, basis.T @ self.total @ basis  # (k, k)
        return float(1.0 - np.exp(np.linalg.slogdet(within)[1] - np.linalg.slogdet(total)[1]))

    def gradient(self, basis: Float64) -> Float64:
        """Its gradient (15, k)."""
        within, total = self.within @ basis, self.total @ basis  # (15, k)
        within_log = np.linalg.solve(basis.T @ within, within.T).T  # (15, k) half the gradient of log |FᵀWF|
        total_log = np.linalg.solve(basis.T @ total, total.T).T  # (15, k)
        return np.asarray(2.0 * (1.0 - self.value(basis)) * (total_log - within_log))


@dataclass(frozen=True, eq=False)
class Holes:
    """How empty the middle of the view is, or how full: the holes and the central mass index.

    (1 - mean exp(-|y|² / 2)) / (1 - exp(-k / 2)) of the view's points y, whitened within the view, and 1 less
    that (Cook, Buja and Cabrera 1993, "Projection pursuit indexes based on orthonormal function expansions";
    Cook and Swayne 2007, section 2.2).
    """

    points: Float64
    """(n, 15) centred and whitened."""
    root: Float64
    """(15, 15) symmetric root C^½ of their covariance before: a view F of them is a view C^½ F of ``points``."""
    central: bool = False
    """The central mass index instead."""

    def value(self, basis: Float64) -> float:
        """The index of a basis (15, k)."""
        view = self.points @ np.linalg.qr(self.root @ basis)[0]  # (n, k)
        mean = float(np.exp(-0.5 * np.einsum("ij,ij->i", view, view)).mean())
        holes = (1.0 - mean) / (1.0 - np.exp(-basis.shape[1] / 2))
        return float(1.0 - holes if self.central else holes)

    def gradient(self, basis: Float64) -> Float64:
        """Its gradient (15, k)."""
        plane, scale = np.linalg.qr(self.root @ basis)  # (15, k), (k, k): C^½ F = plane scale
        view = self.points @ plane  # (n, k)
        weights = np.exp(-0.5 * np.einsum("ij,ij->i", view, view)) / len(view)  # (n,)
        pull = self.points.T @ (weights[:, None] * view)  # (15, k) gradient of -mean exp by the plane
        pull -= plane @ (plane.T @ pull)  # along the Grassmann manifold
        gradient = self.root @ np.linalg.solve(scale, pull.T).T / (1.0 - np.exp(-basis.shape[1] / 2))
        return np.asarray(-gradient if self.central else gradient)


def discriminant(points: Float64, labels: Int32, shrinkage: float = 0.0) -> Discriminant:
    """The LDA index of labelled points, or with a shrinkage the PDA index.

    Args:
        points: (n, 15).
        labels: (n,) category of each, none negative; at least two occur.
        shrinkage: 0 to 1.
    """
    centred = points - points.mean(axis=0)  # (n, 15)
    scale = float(np.mean(centred**2)) or 1.0
    total = centred.T @ centred / (scale * len(points))  # (15, 15) mean variance 1
    between = _between(centred, labels) / (scale * len(points))  # (15, 15)
    share = max(shrinkage, FLOOR)
    ridge = share * np.eye(len(total))
    return Discriminant((1.0 - share) * (total - between) + ridge, (1.0 - share) * total + ridge)


def holes(points: Float64, central: bool = False) -> Holes:
    """The holes index of points (n, 15), or the central mass index."""
    centred = points - points.mean(axis=0)  # (n, 15)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(points))  # (15,), (15, 15)
    spread = np.sqrt(np.maximum(values, FLOOR * max(float(values.mean()), 1e-300)))  # (15,)
    return Holes(centred @ (vectors / spread) @ vectors.T, vectors * spread @ vectors.T, central)


def _between(centred: Float64, labels: NDArray[np.int32]) -> Float64:
    """(15, 15) scatter of the class means about the whole's, each counted as often as it has points."""
    counts = np.bincount(labels)  # (K,)
    sums = np.stack([np.bincount(labels, column) for column in centred.T], axis=1)  # (K, 15)
    there = counts > 0
    return np.asarray((sums[there] / counts[there, None]).T @ sums[there])
