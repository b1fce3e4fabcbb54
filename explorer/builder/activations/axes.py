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
"""Columns beyond those wanted, and power iterations (Halko, Martinsson & Tropp 2011, section 4): a second one adds less
than .01 to the variance explained where the spectrum falls slowly, and nothing to the neighbours kept."""
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


def principal_axes(features: Tensor, components: int, seed: int) -> tuple[Axes, Tensor]:
    """Find the leading principal axes.

    Args:
        features: (S, F) float32; centred in place, to spare a copy.
        components: wanted; fewer come back when S - 1 or F is smaller.
        seed: of the randomised solver.

    Returns:
        The axes, and the features' coordinates (S, K) along them; the sign of each is fixed, so that a rerun agrees.
    """
    mean = features.mean(0)  # (F,)
    features -= mean
    count, width = features.shape
    wanted = max(1, min(components, width, count - 1))
    basis = torch.eye(width) if width <= EXACT else _leading_space(features, wanted, seed)  # (F, L)
    inside = (features if width <= EXACT else features @ basis).double()  # (S, L)
    values, vectors = torch.linalg.eigh(inside.T @ inside)  # ascending
    vectors = vectors.flip(1)[:, :wanted]  # (L, K)
    axes = vectors.float() if width <= EXACT else basis @ vectors.float()  # (F, K)
    strongest = axes.abs().argmax(0)  # (K,)
    signs = axes[strongest, torch.arange(wanted)].sign()
    total = float((inside**2).sum()) if width <= EXACT else float((features * features).sum())
    explained = min(1.0, float(values[-wanted:].sum()) / total) if total > 0 else 1.0
    return Axes(mean.numpy(), np.asfortranarray((axes * signs).numpy()), explained), (inside @ vectors).float() * signs


def project(features: Tensor, axes: Axes) -> Tensor:
    """Coordinates (B, K) float32 of ``features`` (B, F) along the axes; a row's do not depend on the others."""
    return product(features - torch.from_numpy(axes.mean), torch.from_numpy(axes.axes.T))


def _leading_space(features: Tensor, wanted: int, seed: int) -> Tensor:
    """Orthonormal columns (F, K+) that hold nearly all of the leading right singular vectors: power iteration from
    seeded mixtures of the images."""
    generator = torch.Generator().manual_seed(seed)
    mixtures = torch.randn(len(features), min(wanted + _EXTRA, *features.shape), generator=generator)  # (S, K+)
    basis: Tensor = torch.linalg.qr(features.T @ mixtures)[0]  # (F, K+)
    for _ in range(_ITERATIONS):
        left = torch.linalg.qr(features @ basis)[0]  # (S, K+)
        basis = torch.linalg.qr(features.T @ left)[0]  # (F, K+)
    return basis


def joined(parts: list[Float32]) -> Tensor:
    """Rows of several shards (S, F) in one tensor of its own memory."""
    return torch.from_numpy(np.concatenate(parts))
