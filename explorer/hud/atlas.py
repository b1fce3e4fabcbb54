"""Activation maps coloured and laid out as sheets of tiles, a tile for each channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.hud import colormap
from explorer.store.stack import ActivationMaps
from explorer.types import Float32, UInt8


@dataclass(frozen=True)
class Atlas:
    """The maps of one image in one layer, ready to be shown."""

    tiles: UInt8
    """(C, h, w, 3) RGB."""
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

    def sheet(self, first: int, count: int, columns: int, magnify: int) -> UInt8:
        """Tiles in rows without borders, each value a square of ``magnify`` pixels: (H, W, 3).

        ImGui's renderer samples every texture linearly, so values stay sharp squares only in a
        sheet that is shown pixel by pixel.

        Args:
            first: channel of the first tile.
            count: number of tiles; past the last channel the sheet is black.
            columns: tiles in a row.
            magnify: pixels a value, each way.
        """
        _, h, w = self.values.shape
        rows = -(-count // columns)
        padded = np.zeros((rows * columns, h, w, 3), np.uint8)
        part = self.tiles[first : first + count]
        padded[: len(part)] = part
        pixels = padded.reshape(rows, columns, h, w, 3).swapaxes(1, 2).reshape(rows * h, columns * w, 3)
        return np.ascontiguousarray(pixels.repeat(magnify, axis=0).repeat(magnify, axis=1))


def make_atlas(maps: ActivationMaps, per_channel: bool = False) -> Atlas:
    """Colour the maps.

    Args:
        maps: from ``World.maps``.
        per_channel: each channel reaches the end of the colour map by itself; otherwise all share
            one scale and can be compared.
    """
    values = np.nan_to_num(maps.values, posinf=0.0, neginf=0.0).astype(np.float32)  # (C, h, w)
    flat = values.reshape(len(values), -1)
    low, high = flat.min(axis=1), flat.max(axis=1)  # (C,)
    signed = bool(low.min() < 0.0)
    own = np.maximum(np.abs(low), np.abs(high))  # (C,)
    limit = own if per_channel else np.full_like(own, own.max())
    tiles = colormap.table(signed)[colormap.indices(values, limit[:, None, None], signed)]  # (C, h, w, 3)
    return Atlas(tiles, values, low, high, flat.mean(axis=1), signed, maps.zero_fraction, maps.full_shape)
