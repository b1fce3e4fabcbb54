"""Orthogonal Procrustes: turn one set of points onto another (Schönemann 1966)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.types import Float64


@dataclass(frozen=True)
class Alignment:
    """How one embedding was turned onto another."""

    rotation: Float64
    """(D, D) orthogonal; a reflection is allowed. Applied as ``centred @ rotation``."""
    residual: float
    """What is left: 0 when the shapes agree up to rotation and scale, 1 when nothing does."""


def align(points: Float64, onto: Float64) -> Alignment:
    """The orthogonal map that brings ``points`` nearest to ``onto``.

    Args:
        points: (N, D) any frame; centred here.
        onto: (N, D) the same images in the frame wanted; centred here.

    Returns:
        The rotation, and the residual: 1 - (sum of singular values)² / (‖points‖² ‖onto‖²), the
        normalised Procrustes statistic (Gower and Dijksterhuis 2004, section 4.6).

    Raises:
        ValueError: the shapes differ.
    """
    if points.shape != onto.shape:
        raise ValueError(f"align needs equal shapes, got {points.shape} and {onto.shape}")
    a, b = centred(points), centred(onto)  # (N, D)
    left, values, right = np.linalg.svd(a.T @ b)  # (D, D), (D,), (D, D)
    norms = float(np.sum(a * a) * np.sum(b * b))
    residual = 1.0 - float(values.sum()) ** 2 / norms if norms > 0 else 1.0
    return Alignment(np.asarray(left @ right, dtype=np.float64), max(0.0, residual))


def centred(points: Float64) -> Float64:
    """The points (N, D) about their mean, float64."""
    values = np.asarray(points, dtype=np.float64)
    return np.asarray(values - values.mean(axis=0))
