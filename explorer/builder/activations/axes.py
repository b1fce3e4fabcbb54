"""Principal axes of a layer's features, found on a sample of the images, and the projection onto them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.builder.activations.steady import product
from explorer.types import Float32

EXACT = 1024
"""Widest layer whose covariance is solved exactly; wider ones are randomised."""

_EXTRA = 16
"""Columns beyond those wanted, and power iterations (Halko, Martinsson & Tropp 2011, section 4): a second one adds .007
to the variance explained where the spectrum falls slowly, and less than .001 to the neighbours kept."""
_ITERATIONS = 1


@dataclass(frozen=True)
class Axes:
    """The leading principal axes of some features."""

    mean: Float32
    """(F,) of the sample."""
    axes: Float32
    """(F, K) orthonormal columns, by falling variance; each in one piece of memory."""
    explained: float
    """Share of the sample's variance along them, 0 to 1."""


def principal_axes(features: Tensor, components: int, seed: int) -> Axes:
    """Find the leading principal axes.

    Args:
        features: (S, F) float32; centred in place, to spare a copy.
        components: wanted; fewer come back when S - 1 or F is smaller.
        seed: of the randomised solver.

    Returns:
        The axes; the sign of each is fixed, so that a rerun agrees.
    """
    mean = features.mean(0)  # (F,)
    features -= mean
    count, width = features.shape
    wanted = max(1, min(components, width, count - 1))
    solve = _exact_axes if width <= EXACT else _random_axes
    axes, kept = solve(features, wanted, seed)  # (F, K)
    strongest = axes.abs().argmax(0)  # (K,)
    axes = axes * axes[strongest, torch.arange(wanted)].sign()
    total = float((features.double() ** 2).sum()) if width <= EXACT else float((features * features).sum())
    return Axes(mean.numpy(), np.asfortranarray(axes.numpy()), min(1.0, kept / total) if total > 0 else 1.0)


def project(features: Tensor, axes: Axes) -> Tensor:
    """Coordinates (B, K) float32 of ``features`` (B, F) along the axes; a row's do not depend on the others."""
    return product(features - torch.from_numpy(axes.mean), torch.from_numpy(axes.axes.T))


def _exact_axes(features: Tensor, wanted: int, seed: int) -> tuple[Tensor, float]:
    """Leading eigenvectors of the covariance (F, K), and the sum of squares along them."""
    rows = features.double()
    values, vectors = torch.linalg.eigh(rows.T @ rows)  # ascending
    return vectors.flip(1)[:, :wanted].float(), float(values[-wanted:].sum())


def _random_axes(features: Tensor, wanted: int, seed: int) -> tuple[Tensor, float]:
    """Leading right singular vectors (F, K) by subspace iteration from a seeded start, and the sum of squares
    along them."""
    generator = torch.Generator().manual_seed(seed)
    width = min(wanted + _EXTRA, *features.shape)
    basis = torch.randn(features.shape[1], width, generator=generator)  # (F, K+)
    for _ in range(_ITERATIONS + 1):
        left, _ = torch.linalg.qr(features @ basis)  # (S, K+)
        basis, _ = torch.linalg.qr(features.T @ left)  # (F, K+)
    small = (features @ basis).double()  # (S, K+)
    values, vectors = torch.linalg.eigh(small.T @ small)  # ascending
    return basis @ vectors.flip(1)[:, :wanted].float(), float(values[-wanted:].sum())


def joined(parts: list[Float32]) -> Tensor:
    """Rows of several shards (S, F) in one tensor of its own memory."""
    return torch.from_numpy(np.concatenate(parts))
