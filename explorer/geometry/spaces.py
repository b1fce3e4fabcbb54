"""Linear maps of a layer's 15 dimensions that bring out one thing or another before the tour turns them.

An embedding is centred, so each space is a matrix (15, 15) that acts on rows, ``x @ matrix``. Whitened and
discriminant are symmetric positive: of all matrices with the same distances between points (they differ by a
rotation) the symmetric one turns the points least, so that the orientation that was aligned from layer to
layer is kept ("ZCA", Kessy, Lewin and Strimmer 2018, "Optimal whitening and decorrelation", section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.types import DIMS, Float32, Float64

WHITE_FLOOR = 0.1
"""Variances below this share of the largest count as this: less would blow noise up."""

SHRINKAGE = 0.3
"""Share of the mean variance within classes that is added in every direction (Friedman 1989, section 2.2)"""

RATIO_FLOOR = 0.01
"""Between-class ratios below this share of the largest count as this: no direction is lost."""

_ROUNDING = 1e-9
"""A variance within classes of less than this share of all is nothing: it comes out of a difference."""

_SWAPPED = 0.8
"""Neighbouring principal axes whose variances have at least this ratio are interchangeable."""


@dataclass(frozen=True, eq=False)
class Scatter:
    """How labelled points spread; covariances in their units squared."""

    total: Float64
    """(15, 15) about the mean of all."""
    means: Float64
    """(K, 15) of the classes, about the mean of all."""
    shares: Float64
    """(K,) of the points that are in each class; they add up to 1."""

    @property
    def between(self) -> Float64:
        """(15, 15) of the class means: total = within + between."""
        return (self.means * self.shares[:, None]).T @ self.means

    @property
    def within(self) -> Float64:
        """(15, 15) about the mean of each point's class."""
        return self.total - self.between

    def seen(self, matrix: Float64) -> Scatter:
        """The scatter of the points after ``x @ matrix``."""
        return Scatter(matrix.T @ self.total @ matrix, self.means @ matrix, self.shares)


def covariance(points: NDArray[Any]) -> Float64:
    """(15, 15) of the rows (N, 15) about their mean; zero when there are none."""
    if not len(points):
        return np.zeros((DIMS, DIMS))
    centred = points - points.mean(axis=0)  # (N, 15)
    return np.asarray(centred.T @ centred / len(points), np.float64)


def scatter(points: NDArray[Any], category: NDArray[Any]) -> Scatter:
    """The scatter of the rows (N, 15) in their categories (N,); rows of none (-1) are left out."""
    known = category >= 0
    rows, own = np.asarray(points, np.float64)[known], category[known]  # (n, 15), (n,)
    if not len(rows):
        return Scatter(np.zeros((DIMS, DIMS)), np.zeros((0, DIMS)), np.zeros(0))
    rows = rows - rows.mean(axis=0)
    sizes = np.bincount(own)  # (C,)
    columns = np.ascontiguousarray(rows.T)  # (15, n)
    sums = np.stack([np.bincount(own, column) for column in columns], axis=1)[sizes > 0]  # (K, 15)
    sizes = sizes[sizes > 0]  # (K,)
    return Scatter(columns @ rows / len(rows), sums / sizes[:, None], sizes / len(rows))


def principal(total: Float64, before: Float64 | None = None) -> Float64:
    """The principal axes as columns (15, 15), the one of largest variance first: a rotation, maybe a mirror.

    Args:
        total: (15, 15) covariance.
        before: those of the layer before. Where two neighbouring axes hold nearly the same variance they stand
            in the order that agrees with it, and every axis points the same way as there; without it the
            largest component of each is positive.
    """
    variances, axes = _eigen(total)
    if before is None:
        largest = axes[np.abs(axes).argmax(axis=0), np.arange(DIMS)]  # (15,)
        return np.asarray(axes * np.where(largest < 0.0, -1.0, 1.0))
    for first in range(DIMS - 1):
        pair = [first, first + 1]
        alike = np.abs(before[:, pair].T @ axes[:, pair])  # (2, 2)
        if np.trace(alike) < np.trace(alike[::-1]) and variances[first + 1] >= _SWAPPED * variances[first]:
            axes[:, pair] = axes[:, pair[::-1]]
            variances[pair] = variances[pair[::-1]]
    same = (before * axes).sum(axis=0)  # (15,)
    return np.asarray(axes * np.where(same < 0.0, -1.0, 1.0))


def whitened(total: Float64, floor: float = WHITE_FLOOR) -> Float64:
    """All directions equally long, but those that hold less than ``floor`` of the largest variance. (15, 15)

    The identity for points without extent.
    """
    variances, axes = _eigen(total)
    if variances[0] <= 0.0:
        return np.eye(DIMS)
    return np.asarray((axes / np.sqrt(np.maximum(variances / variances[0], floor))) @ axes.T)


def discriminant(spread: Scatter, shrinkage: float = SHRINKAGE) -> Float64:
    """Where classes are round, and directions as long as they tell classes apart. (15, 15)

    The spread within classes is whitened (with ``shrinkage``); then every axis of the discriminant analysis is
    scaled by the root of its ratio, see ``discriminant_axes``. The identity for points without extent.
    """
    white = _within_whitened(spread, shrinkage)
    ratios, axes = _eigen(_separation(spread.means @ white, spread.shares))
    if ratios[0] <= 0.0:
        return white
    ratios = np.maximum(ratios / ratios[0], RATIO_FLOOR)  # (15,)
    return _symmetric((axes * np.sqrt(ratios)).T @ white)


def discriminant_axes(spread: Scatter, shrinkage: float = SHRINKAGE) -> tuple[Float64, Float64]:
    """The axes of the discriminant analysis as unit columns (15, 15), not orthogonal, and their ratios (15,), falling.

    A ratio is the variance between classes over that within, the latter with ``shrinkage``; pairs of classes count
    by how often they are taken for one another (Loog, Duin and Haeb-Umbach 2001, "Multiclass linear dimension
    reduction by weighted pairwise Fisher criteria", section 3.2). In Fisher's own ratio, where all pairs count
    alike, the few classes that are far away from all others are all one sees (on googlenet15d from the pooled
    layer on: less than a random view shows).
    """
    white = _within_whitened(spread, shrinkage)
    ratios, axes = _eigen(_separation(spread.means @ white, spread.shares))
    directions = white @ axes  # (15, 15)
    return directions / np.linalg.norm(directions, axis=0), np.maximum(ratios, 0.0)


def shown_radius(points: Float64, bases: Float64) -> float:
    """The radius that holds 95% of the points as they are seen, mean over ways of seeing them.

    Args:
        points: (m, 15) a sample, already mapped to its space.
        bases: (b, 15, k) column-orthonormal.
    """
    count, dims, shown = bases.shape
    columns = bases.transpose(0, 2, 1).reshape(count * shown, dims)  # (b k, 15)
    places = (columns.astype(np.float32) @ points.T.astype(np.float32)).reshape(count, shown, -1)  # (b, k, m)
    squares = np.einsum("bkm,bkm->bm", places, places)  # (b, m)
    rank = int(np.ceil(0.95 * len(points))) - 1
    return float(np.sqrt(np.partition(squares, rank, axis=1)[:, rank]).mean())


def _within_whitened(spread: Scatter, shrinkage: float) -> Float64:
    mean = np.trace(spread.within) / DIMS
    if mean <= _ROUNDING * np.trace(spread.total) / DIMS:  # every class is one place: nothing to whiten
        return np.eye(DIMS)
    variances, axes = np.linalg.eigh(spread.within + shrinkage * mean * np.eye(DIMS))
    return np.asarray((axes / np.sqrt(variances)) @ axes.T)


def _separation(means: Float64, shares: Float64) -> Float64:
    """The scatter (15, 15) of class means (K, 15), each pair weighted by the accuracy its distance adds.

    The weight of two classes that are d within-class deviations apart is erf(d / 2 sqrt 2) / 2 d², so that a pair
    adds at most 1/2 however far it is apart.
    """
    narrow = means.astype(np.float32)  # (K, 15): a thousand classes have half a million pairs
    norms = (narrow**2).sum(axis=1)  # (K,)
    squares = np.maximum(norms[:, None] + norms - 2.0 * narrow @ narrow.T, np.float32(1e-4))  # (K, K)
    weights = _erf(np.sqrt(squares / 8.0)) / squares  # (K, K)
    weights *= 0.5 * shares.astype(np.float32)[:, None] * shares.astype(np.float32)
    np.fill_diagonal(weights, 0.0)
    # The sum over pairs of weight (a - b)(a - b)^T, by the Laplacian of the weights.
    total = (means * weights.sum(axis=1, dtype=np.float64)[:, None]).T @ means  # (15, 15)
    return np.asarray(total - means.T @ (weights @ narrow))


def _erf(x: Float32) -> Float32:
    """The error function of numbers of at least 0, to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26)."""
    t = 1.0 / (1.0 + 0.3275911 * x)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.asarray(1.0 - series * np.exp(-x * x), np.float32)


def _symmetric(matrix: Float64) -> Float64:
    """The symmetric positive matrix with the same distances between the rows of ``x @ matrix.T``."""
    _, lengths, axes = np.linalg.svd(matrix)  # (15,), (15, 15) rows
    return np.asarray((axes.T * lengths) @ axes)


def _eigen(symmetric: Float64) -> tuple[Float64, Float64]:
    """Eigenvalues (15,), falling, and eigenvectors as columns (15, 15)."""
    values, vectors = np.linalg.eigh((symmetric + symmetric.T) / 2)
    return values[::-1].copy(), vectors[:, ::-1].copy()
