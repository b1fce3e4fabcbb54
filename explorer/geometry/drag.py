"""Turns a rotation so that one direction of its space is shown where a hand wants it, and the rest moves least.

One handle: a centroid c = |c| u of the data and a wanted place p in the shown space, q = p / |c| (|q| at most 1).
The orthonormal basis F' nearest to F (Frobenius) with F'ᵀu = q is F' = u qᵀ + polar(F⊥ S) S, with
F⊥ = (I - uuᵀ) F and S = (I - qqᵀ)^½: writing F' = u qᵀ + P S for a P of orthonormal columns beside u,
|F' - F|² is least where tr(Pᵀ F S) is greatest, an orthogonal Procrustes problem (Schönemann 1966).

More handles, the further ones pinned: let the columns of U be an orthonormal basis of their centroids, u first.
Any F' is U B + P S with B = UᵀF', P beside U and S = (I - BᵀB)^½, and every B of spectral norm at most 1 occurs.
So the least squares of the pinned places under F'ᵀu = q is a convex problem in B alone: its first row is q, the
others C (I - qqᵀ)^½ with a C of norm at most 1. It is solved first, by projected gradient steps with momentum
(Beck and Teboulle 2009; restarts of O'Donoghue and Candès 2015); the projection clips singular values. Of all
bases that show the handles so, the one nearest to F is then given by the same P as above.

The basis is completed to a rotation by the smallest one that carries F to F': Procrustes again, kept proper.
"""

from __future__ import annotations

import numpy as np

from explorer.types import Float64

_STEPS = 400
"""Gradient steps at most; two or three pins that cannot all be kept take a few dozen."""
_STILL = 1e-10
_FLAT = 1e-6
"""Singular values below it leave a direction open, and the columns not shown decide it."""


def dragged(rotation: Float64, centroids: Float64, places: Float64, shown: int) -> Float64:
    """The rotation nearest to one that shows the first centroid at its place and the others as near as can be.

    Args:
        rotation: (n, n) orthogonal of determinant 1; its first ``shown`` columns are the basis.
        centroids: (m, n) of the handles, the dragged one first, any scale. At most n - shown - 1 directions of
            the others count, those in which they differ most.
        places: (m, shown) where they should be, same scale. Farther than its centroid is long, the first is
            shown in that direction as far out as it reaches.
        shown: columns of the basis.

    Returns:
        (n, n) orthogonal of determinant 1, exact to rounding whatever the rounding of ``rotation``.
    """
    length = float(np.linalg.norm(centroids[0]))
    if length < 1e-12:
        return rotation
    place = places[0] / max(length, float(np.linalg.norm(places[0])))  # (k,) q
    first = centroids[0] / length  # (n,) u
    beside, loads = _directions(first, centroids[1:], len(rotation) - shown - 1)  # (n, r), (m - 1, r)
    rest = _root(np.outer(place, place))  # (k, k) (I - qqᵀ)^½
    wanted = places[1:] - np.outer(centroids[1:] @ first, place)  # (m - 1, k)
    rows = _least_squares(loads, rest, wanted) @ rest  # (r, k)
    basis = nearest_basis(rotation, np.c_[first, beside], np.vstack([place, rows]), shown)
    return completed(rotation, basis)


def nearest_basis(rotation: Float64, span: Float64, shares: Float64, shown: int) -> Float64:
    """The orthonormal basis F' (n, k) nearest to the one shown with ``span.T @ F' = shares``.

    Args:
        rotation: (n, n); its first ``shown`` columns are the basis F.
        span: (n, r) orthonormal columns U, r at most n - k.
        shares: (r, k) B, spectral norm at most 1.
        shown: k.
    """
    rest = _root(shares.T @ shares)  # (k, k) S
    outside = _beside(span)  # (n, n - r)
    left, values, right = _svd(outside.T @ rotation[:, :shown] @ rest)
    if values[-1] < _FLAT:  # any direction will do: take the next columns, so that it does not flicker
        hint = rotation[:, :shown] + 1e-3 * np.roll(rotation, -shown, axis=1)[:, :shown]
        left, _, right = _svd(outside.T @ hint @ rest)
    return np.asarray(span @ shares + outside @ (left @ right) @ rest)


def completed(rotation: Float64, basis: Float64) -> Float64:
    """The rotation (n, n) nearest to ``rotation`` whose first columns are an orthonormal ``basis`` (n, k)."""
    shown = basis.shape[1]
    outside = _beside(basis)  # (n, n - k)
    left, _, right = np.linalg.svd(outside.T @ rotation[:, shown:])  # (n - k, n - k) each
    found = np.c_[basis, outside @ left @ right]
    if np.linalg.det(found) < 0.0:  # the least of the ways to turn a reflection into a rotation (Kabsch 1976)
        left[:, -1] *= -1.0
        found = np.c_[basis, outside @ left @ right]
    return np.asarray(found)


def _directions(first: Float64, others: Float64, most: int) -> tuple[Float64, Float64]:
    """Orthonormal directions (n, r) beside ``first`` that span the others, and their shares (m, r) of each."""
    across = others - np.outer(others @ first, first)  # (m, n)
    _, values, right = np.linalg.svd(across, full_matrices=False)
    scale = float(np.linalg.norm(others)) or 1.0
    kept = right[: min(most, int((values > 1e-9 * scale).sum()))]  # (r, n)
    kept = kept - np.outer(kept @ first, first)  # exactly beside it, where a pinned one is nearly parallel
    beside = np.linalg.qr(kept.T)[0] if len(kept) else np.zeros((len(first), 0))
    return beside, across @ beside


def _least_squares(loads: Float64, rest: Float64, wanted: Float64) -> Float64:
    """The C (r, k) of spectral norm at most 1 that makes |loads C rest - wanted| least."""
    if loads.shape[1] == 0:
        return np.zeros((0, len(rest)))
    free = np.linalg.pinv(loads) @ wanted @ np.linalg.pinv(rest)  # (r, k)
    if np.linalg.norm(free, 2) <= 1.0:
        return np.asarray(free)
    gram, pull, square = loads.T @ loads, loads.T @ wanted @ rest, rest @ rest
    rate = 1.0 / (np.linalg.norm(loads, 2) ** 2 * np.linalg.norm(rest, 2) ** 2)
    found = ahead = _clipped(free)
    momentum = 1.0
    for _ in range(_STEPS):
        before = found
        found = _clipped(ahead - rate * (gram @ ahead @ square - pull))
        step = found - before
        if np.abs(step).max() < _STILL:
            break
        if float(((ahead - found) * step).sum()) > 0.0:  # uphill: the momentum starts again
            momentum = 1.0
        faster = (1.0 + np.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
        ahead = found + (momentum - 1.0) / faster * step
        momentum = faster
    return found


def _clipped(matrix: Float64) -> Float64:
    """The nearest matrix of spectral norm at most 1."""
    left, values, right = _svd(matrix)
    return np.asarray(left * np.minimum(values, 1.0) @ right)


def _root(square: Float64) -> Float64:
    """(I - square)^½ (k, k) of a symmetric matrix with eigenvalues 0 to 1."""
    values, vectors = np.linalg.eigh(square)
    return np.asarray(vectors * np.sqrt(np.clip(1.0 - values, 0.0, 1.0)) @ vectors.T)


def _beside(columns: Float64) -> Float64:
    """An orthonormal basis (n, n - r) of what is orthogonal to orthonormal columns (n, r)."""
    return np.asarray(np.linalg.qr(columns, mode="complete")[0][:, columns.shape[1] :])


def _svd(matrix: Float64) -> tuple[Float64, Float64, Float64]:
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    return left, values, right
