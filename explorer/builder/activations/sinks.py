"""Where the activations of one layer go during the pass over the images: features, maps, zeros."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from explorer.builder.activations.pooled import features, shown_maps, zero_fraction
from explorer.builder.model.layers import Layer
from explorer.errors import ModelError
from explorer.store.files import sync
from explorer.store.maps import MapWriter
from explorer.types import Float32


@dataclass(frozen=True)
class Extracted:
    """What is known of a layer after the pass."""

    features: str
    """How the features were made, see ``pooled.features``."""
    width: int
    """Columns of the features."""
    digest: str
    """Hash of the features: an embedding made from others is never used again."""
    map_shape: tuple[int, int, int] | None
    map_range: float


class LayerSink:
    """Takes one layer's activations, batch by batch, and keeps nothing of them in memory."""

    def __init__(self, layer: Layer, index: int, work: Path, world: Path, side: int, open_files: ExitStack):
        """Open the layer's files.

        Args:
            layer: the layer.
            index: its place among the chosen ones.
            work: folder of the features.
            world: folder of the world, for the maps.
            side: largest side of the maps; 0 for none.
            open_files: closes the maps when the pass ends.
        """
        self._layer, self._side = layer, side
        self._features = open_files.enter_context(features_path(work, index).open("wb"))
        self._digest = hashlib.blake2b(digest_size=32)
        self._width = 0
        self._how = ""
        self._maps = open_files.enter_context(MapWriter(world / f"maps/{index:02d}")) if side else None

    def take(self, activation: Tensor) -> None:
        """Consume one batch (B, ...) at once: a later in-place operation may overwrite it."""
        rows, self._how = features(activation)  # (B, F)
        if not bool(torch.isfinite(rows).all()):
            raise ModelError(f"layer {self._layer.name} gives NaN or infinite values; check the weights and --scale")
        data = rows.contiguous().numpy().data
        self._features.write(data)
        self._digest.update(data)
        self._width = int(rows.shape[1])
        if self._maps is not None:
            self._maps.add(shown_maps(activation, self._side).numpy(), zero_fraction(activation).numpy())

    def finish(self) -> Extracted:
        """Push the features to disk; the maps are finished when their file closes."""
        sync(self._features)
        shape = self._maps.shape if self._maps is not None else None
        return Extracted(
            self._how,
            self._width,
            self._digest.hexdigest(),
            shape,
            self._maps.largest if self._maps is not None else 0.0,
        )


def features_path(work: Path, index: int) -> Path:
    """Where the features of a layer lie: (N, F) float32 in rows, without a header."""
    return work / f"features-{index:02d}.f32"


def read_features(work: Path, index: int, count: int, width: int) -> Float32:
    """The features of a layer (N, F) float32, in memory."""
    return np.fromfile(features_path(work, index), np.float32, count * width).reshape(count, width)
