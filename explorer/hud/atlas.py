"""Activation maps laid out as one picture: a tile for each channel, coloured."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.hud import colormap
from explorer.store.read import ActivationMaps
from explorer.types import Float32, UInt8


@dataclass(frozen=True)
class Atlas:
    """The maps of one image in one layer, ready to be shown."""

    pixels: UInt8
    """(H, W, 3) RGB: tiles in rows, without borders."""
    columns: int
    """Tiles in a row of ``pixels``."""
    values: Float32
    """(C, h, w) in the layer's units."""
    low: Float32
    """(C,) smallest value of each channel."""
    high: Float32
    """(C,) largest value of each channel."""
    mean: Float32
    """(C,)."""
    signed: bool
    """True when there are values below zero: the map is then diverging."""
    zero_fraction: float
    """Share of exact zeros in the full activation."""
    full_shape: tuple[int, ...]

    @property
    def channels(self) -> int:
        """Number of tiles."""
        return len(self.values)

    @property
    def is_vector(self) -> bool:
        """True for (K,) and (K, 1, 1) layers, which are shown as bars instead of tiles."""
        return self.values.shape[1:] == (1, 1)

    @property
    def limit(self) -> float:
        """The largest distance from zero: the end of the colour map when channels share it."""
        return float(max(self.high.max(), -self.low.min()))

    def uv(self, channel: int) -> tuple[float, float, float, float]:
        """Texture coordinates (left, top, right, bottom) of a channel's tile."""
        height, width = self.pixels.shape[:2]
        row, column = divmod(channel, self.columns)
        h, w = self.values.shape[1:]
        return column * w / width, row * h / height, (column + 1) * w / width, (row + 1) * h / height


def make_atlas(maps: ActivationMaps, per_channel: bool = False) -> Atlas:
    """Colour the maps and lay them out.

    Args:
        maps: from ``World.maps``.
        per_channel: each channel reaches the end of the colour map by itself; otherwise all share
            one scale and can be compared.
    """
    values = np.nan_to_num(maps.values, posinf=0.0, neginf=0.0).astype(np.float32)  # (C, h, w)
    count, h, w = values.shape
    flat = values.reshape(count, -1)
    low, high = flat.min(axis=1), flat.max(axis=1)  # (C,)
    signed = bool(low.min() < 0.0)
    own = np.maximum(np.abs(low), np.abs(high))  # (C,)
    limit = own if per_channel else np.full_like(own, own.max())
    colours = colormap.table(signed)[colormap.indices(values, limit[:, None, None], signed)]  # (C, h, w, 3)
    columns = max(1, math.ceil(math.sqrt(count * h / w)))
    rows = math.ceil(count / columns)
    padded = np.zeros((rows * columns, h, w, 3), np.uint8)
    padded[:count] = colours
    pixels = padded.reshape(rows, columns, h, w, 3).swapaxes(1, 2).reshape(rows * h, columns * w, 3)
    return Atlas(
        np.ascontiguousarray(pixels), columns, values, low, high, flat.mean(axis=1), signed,
        maps.zero_fraction, maps.full_shape,
    )  # fmt: skip
