"""A Grand Tour that prefers informative views: target planes drawn near the axes that tell most.

A uniform target plane is the span of Gaussian columns. Here they are stretched first, by ``weight ** strength``
along each axis of a space, which is how a Gaussian sample with that covariance would span it: an axis of twice
the weight is seen about twice as strongly, none is never seen. At strength 0 it is the uniform tour, draw for
draw. (The best of many uniform draws by the same index gains less than half as much: in 15 dimensions hardly
any of them comes near the few axes that count.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.geometry.aims import Grand
from explorer.geometry.rotation import random_basis
from explorer.geometry.spaces import Scatter, discriminant_axes
from explorer.types import DIMS, SHOWN, Float64

WEIGHT_FLOOR = 0.02
"""Smallest weight: the tour never comes to rest, whatever the data, as every axis takes part in it."""


@dataclass(frozen=True, eq=False)
class Preference:
    """Which axes of a space tell how much."""

    axes: Float64
    """(15, 15) orthonormal columns."""
    weights: Float64
    """(15,) ``WEIGHT_FLOOR`` to 1."""

    def stretch(self, strength: float) -> Float64:
        """(15, 15) symmetric positive: the identity at strength 0, ``weights`` along ``axes`` at 1."""
        return np.asarray((self.axes * self.weights**strength) @ self.axes.T)


@dataclass(frozen=True, eq=False, kw_only=True)
class Informed(Grand):
    """Anywhere, but rather where one sees most."""

    preference: Preference
    strength: float
    """0 the uniform tour, 1 hardly anything but the axes that count."""

    def target(self, rotation: Float64, rng: np.random.Generator) -> Float64:
        """A plane drawn with preference."""
        if self.strength <= 0.0:
            return super().target(rotation, rng)
        return spanned(self.preference.stretch(self.strength) @ rng.standard_normal((DIMS, self.shown)))


def by_variance(total: Float64) -> Preference:
    """Axes by the share of the variance that they show. ``total`` (15, 15) is the covariance in the space."""
    variances, axes = np.linalg.eigh((total + total.T) / 2)
    # The root: columns drawn so are distributed as the points themselves.
    return Preference(axes, _weights(np.sqrt(np.maximum(variances, 0.0))))


def by_classes(spread: Scatter) -> Preference:
    """Axes by how well they tell classes apart. ``spread`` is the scatter in the space."""
    directions, ratios = discriminant_axes(spread)
    # Directions that tell classes apart need not be orthogonal; the axes of this sum of theirs are.
    worth, axes = np.linalg.eigh((directions * ratios) @ directions.T)
    return Preference(axes, _weights(worth))


def projections(stretch: Float64, rotations: int = 8, shown: int = SHOWN) -> Float64:
    """A fixed choice of bases (b, 15, shown) as the tour with a stretch (15, 15) draws them.

    The columns of each random rotation are used up in turn: all directions have their equal part, and means
    over the bases vary little with the choice.
    """
    parts = DIMS // shown
    bases = [random_basis(np.random.default_rng([7, i]), DIMS, DIMS) for i in range(rotations)]  # (15, 15) each
    blocks = np.stack([basis[:, i * shown : (i + 1) * shown] for basis in bases for i in range(parts)])
    return np.asarray(np.linalg.qr(stretch @ blocks)[0])


def spanned(columns: Float64) -> Float64:
    """The orthonormal basis (n, k) of the columns (n, k), by QR with a positive diagonal."""
    q, r = np.linalg.qr(columns)
    return np.asarray(q * np.sign(np.diag(r)), np.float64)


def _weights(worth: Float64) -> Float64:
    """Worths (15,) as weights: the largest is 1, none below the floor."""
    largest = float(worth.max())
    return np.maximum(worth / largest, WEIGHT_FLOOR) if largest > 0.0 else np.ones(DIMS)
