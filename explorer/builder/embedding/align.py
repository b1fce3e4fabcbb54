"""Turns each layer's embedding onto another, so that places keep their meaning along the network and between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.geometry.procrustes import align, centred
from explorer.store.write import robust_radius
from explorer.types import DIMS, Float32, Float64


@dataclass(frozen=True)
class AlignedLayer:
    """An embedding ready to be written."""

    points: Float32
    """(N, 15) float32, centred, in the frame of the layer it was turned onto."""
    residual: float
    """Procrustes residual, 0 (same shape) to 1; 0 for the first layer."""
    radius: float
    """95% quantile of the norms of ``points``."""
    rotation: Float64 | None = None
    """(15, 15) orthogonal: ``centred @ rotation`` is ``points``; None where it is not known any more."""


@dataclass(frozen=True)
class AlignedStack:
    """A further network's embeddings in the frames of the first one's layers."""

    layers: list[AlignedLayer]
    onto: tuple[int, ...]
    """For each layer the layer of the first network it was turned onto."""
    residuals: tuple[tuple[float, ...], ...]
    """(layers of the first) rows of (layers of this one) Procrustes residuals."""


def aligned(points: NDArray[Any], previous: NDArray[Any] | None) -> AlignedLayer:
    """Centre ``points`` (N, 15) and turn them onto ``previous`` (N, 15), where there is one."""
    centre = centred(np.asarray(points, np.float64))  # (N, 15)
    residual, rotation = 0.0, np.eye(DIMS)
    if previous is not None:
        found = align(centre, np.asarray(previous, np.float64))
        residual, rotation = found.residual, found.rotation
        centre = centre @ rotation  # (N, 15)
    result = centre.astype(np.float32)
    return AlignedLayer(result, residual, robust_radius(result), rotation)


def align_chain(layers: Sequence[NDArray[Any]]) -> list[AlignedLayer]:
    """Turn each layer (N, 15) onto the one before.

    A layer that maps all images to one place says nothing about directions: the one before it does.
    """
    results: list[AlignedLayer] = []
    for points in layers:
        before = next((x for x in reversed(results) if x.points.any()), None)
        results.append(aligned(points, before.points if before else None))
    return results


def align_stack(layers: Sequence[NDArray[Any]], names: Sequence[str], first: Sequence[AlignedLayer],
                first_names: Sequence[str]) -> AlignedStack:  # fmt: skip
    """Turn a further network's layers onto the first network's.

    Args:
        layers: each (N, 15).
        names: of the layers.
        first: the first network's layers, aligned.
        first_names: their names; a layer is turned onto the one of its name, else onto the one most like it.
    """
    residuals = np.ones((len(first), len(layers)))
    for i, reference in enumerate(first):
        for j, points in enumerate(layers):
            residuals[i, j] = align(np.asarray(points, np.float64), reference.points.astype(np.float64)).residual
    place = {name: i for i, name in enumerate(first_names)}
    onto = tuple(place.get(name, int(residuals[:, j].argmin())) for j, name in enumerate(names))
    turned = [aligned(points, first[i].points) for points, i in zip(layers, onto, strict=True)]
    return AlignedStack(turned, onto, tuple(tuple(round(float(x), 6) for x in row) for row in residuals))
