"""Where the activations of one layer go during the pass over the images: features, maps, zeros."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from torch import Tensor

from explorer.builder.layers import Layer
from explorer.builder.pooled import features, shown_maps, zero_fraction
from explorer.errors import ModelError
from explorer.store.maps import MapWriter


@dataclass(frozen=True)
class Extracted:
    """What is known of a layer after the pass."""

    features: str
    """How the features were made, see ``pooled.features``."""
    map_shape: tuple[int, int, int] | None
    map_range: float


class LayerSink:
    """Takes one layer's activations, batch by batch, and keeps nothing of them in memory."""

    def __init__(self, layer: Layer, index: int, total: int, work: Path, world: Path, side: int, open_files: ExitStack):
        """Open the layer's files.

        Args:
            layer: the layer.
            index: its place among the chosen ones.
            total: most images that may come.
            work: folder of the features.
            world: folder of the world, for the maps.
            side: largest side of the maps; 0 for none.
            open_files: closes the maps when the pass ends.
        """
        self._layer, self._total, self._side = layer, total, side
        self._path = features_path(work, index)
        self._rows: NDArray[np.float32] | None = None
        self._filled = 0
        self._how = ""
        self._maps = open_files.enter_context(MapWriter(world / f"maps/{index:02d}")) if side else None

    def take(self, activation: Tensor) -> None:
        """Consume one batch (B, ...) at once: a later in-place operation may overwrite it."""
        rows, self._how = features(activation)  # (B, F)
        if not bool(torch.isfinite(rows).all()):
            raise ModelError(f"layer {self._layer.name} gives NaN or infinite values; check the weights and --scale")
        if self._rows is None:
            self._rows = open_memmap(self._path, "w+", np.float32, (self._total, rows.shape[1]))
        stop = self._filled + len(rows)
        self._rows[self._filled : stop] = rows.numpy()
        self._filled = stop
        if self._maps is not None:
            self._maps.add(shown_maps(activation, self._side).numpy(), zero_fraction(activation).numpy())

    def finish(self) -> Extracted:
        """Push the features to disk; the maps are finished when their file closes."""
        if isinstance(self._rows, np.memmap):
            self._rows.flush()
        self._rows = None
        shape = self._maps.shape if self._maps is not None else None
        return Extracted(self._how, shape, self._maps.largest if self._maps is not None else 0.0)


def features_path(work: Path, index: int) -> Path:
    """The features of a layer, (total, F) float32 .npy, filled up to the number of images read."""
    return work / f"features-{index:02d}.npy"
