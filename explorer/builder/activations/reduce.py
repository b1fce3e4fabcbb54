"""Principal components of a layer's features, exact for narrow layers and randomised for wide ones."""

from __future__ import annotations

import torch
from torch import Tensor

EXACT = 1024
"""Widest layer whose covariance is solved exactly; wider ones are randomised."""

_EXTRA = 16
"""Columns beyond those wanted, and power iterations: enough for a slowly falling spectrum (Halko,
Martinsson & Tropp 2011, section 4)."""
_ITERATIONS = 2


def principal_components(features: Tensor, components: int, seed: int) -> Tensor:
    """Scores of the leading principal components.

    Args:
        features: (N, F) float32; centred in place, to spare a copy.
        components: wanted; fewer come back when N - 1 or F is smaller.
        seed: of the randomised solver.

    Returns:
        (N, K) float32, by falling variance; the sign of each component is fixed, so that a rerun agrees.
    """
    features -= features.mean(0, keepdim=True)
    count, width = features.shape
    wanted = max(1, min(components, width, count - 1))
    axes = _exact_axes(features, wanted) if width <= EXACT else _random_axes(features, wanted, seed)  # (F, K)
    strongest = axes.abs().argmax(0)  # (K,)
    axes = axes * axes[strongest, torch.arange(wanted)].sign()
    return features @ axes  # (N, K)


def _exact_axes(features: Tensor, wanted: int) -> Tensor:
    """Leading eigenvectors of the covariance (F, K)."""
    rows = features.double()
    _, vectors = torch.linalg.eigh(rows.T @ rows)  # ascending
    axes: Tensor = vectors.flip(1)[:, :wanted].float()
    return axes


def _random_axes(features: Tensor, wanted: int, seed: int) -> Tensor:
    """Leading right singular vectors (F, K) by subspace iteration from a seeded start."""
    generator = torch.Generator().manual_seed(seed)
    width = min(wanted + _EXTRA, *features.shape)
    basis = torch.randn(features.shape[1], width, generator=generator)  # (F, K+)
    for _ in range(_ITERATIONS + 1):
        left, _ = torch.linalg.qr(features @ basis)  # (N, K+)
        basis, _ = torch.linalg.qr(features.T @ left)  # (F, K+)
    small = features @ basis  # (N, K+)
    _, vectors = torch.linalg.eigh((small.T @ small).double())  # ascending
    axes: Tensor = basis @ vectors.flip(1)[:, :wanted].float()
    return axes
