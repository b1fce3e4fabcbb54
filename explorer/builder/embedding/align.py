"""Turns each layer's embedding onto the layer before, so that places keep their meaning along the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.geometry.procrustes import align, centred
from explorer.store.write import robust_radius
from explorer.types import Float32


@dataclass(frozen=True)
class AlignedLayer:
    """An embedding ready to be written."""

    points: Float32
    """(N, 15) float32, centred, in the frame of the layer before."""
    residual: float
    """Procrustes residual, 0 (same shape) to 1; 0 for the first layer."""
    radius: float
    """95% quantile of the norms of ``points``."""


def aligned(points: NDArray[Any], previous: NDArray[Any] | None) -> AlignedLayer:
    """Centre ``points`` (N, 15) and turn them onto ``previous`` (N, 15), where there is one."""
    centre = centred(np.asarray(points, np.float64))  # (N, 15)
    residual = 0.0
    if previous is not None:
        found = align(centre, np.asarray(previous, np.float64))
        centre, residual = centre @ found.rotation, found.residual  # (N, 15)
    result = centre.astype(np.float32)
    return AlignedLayer(result, residual, robust_radius(result))
