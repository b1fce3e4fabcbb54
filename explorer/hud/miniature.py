"""A view in small: some of the images as dots in their colours, drawn once."""

from __future__ import annotations

import numpy as np

from explorer.types import Float64, UInt8

_GROUND = (22, 25, 34)
_SEEN = 0.98
"""Share of the dots that lie within the picture, less a margin, in each direction."""
_MARGIN = 0.9


def miniature(places: Float64, colours: Float64, width: int, height: int) -> UInt8:
    """A picture of a cloud.

    Args:
        places: (n, 3) camera frame (right, up, back), scene units.
        colours: (n, 3) RGB, 0 to 1.
        width: pixels.
        height: pixels.

    Returns:
        (height, width, 3) uint8; nearer dots over farther ones.
    """
    middle = np.median(places, axis=0)
    wide, tall = np.quantile(np.abs(places[:, :2] - middle[:2]), _SEEN, axis=0)  # scene units
    per_pixel = _MARGIN / 2 * min(width / max(wide, 1e-9), height / max(tall, 1e-9))
    x = np.round(width / 2 + (places[:, 0] - middle[0]) * per_pixel).astype(int)
    y = np.round(height / 2 - (places[:, 1] - middle[1]) * per_pixel).astype(int)
    picture = np.full((height, width, 3), _GROUND, np.uint8)
    order, shades = np.argsort(places[:, 2]), (255 * colours).astype(np.uint8)
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        inside = (x + dx >= 0) & (x + dx < width) & (y + dy >= 0) & (y + dy < height)
        drawn = order[inside[order]]
        picture[y[drawn] + dy, x[drawn] + dx] = shades[drawn]
    return picture
