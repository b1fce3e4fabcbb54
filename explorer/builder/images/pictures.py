"""What a person looks at: a thumbnail of each image, and a preview of those that show more than that."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from explorer.types import UInt8

PREVIEW_SIDE = 224
"""Short side of a stored preview, pixels."""

PREVIEW_LONG = 1024
"""Long side of a stored preview at most, pixels: JPEG ends at 65,535, and a strip of it is not looked at."""


def thumbnail(image: UInt8, side: int) -> UInt8:
    """(side, side, 3): the centre square; small images are enlarged by whole factors, never blurred."""
    short = min(image.shape[:2])
    top, left = (image.shape[0] - short) // 2, (image.shape[1] - short) // 2
    square = image[top : top + short, left : left + short]
    if short > side:
        return np.asarray(Image.fromarray(square).resize((side, side), Image.Resampling.BOX, reducing_gap=3.0))
    times = side // short
    large = square.repeat(times, axis=0).repeat(times, axis=1)  # (short*times, short*times, 3)
    rest = side - short * times
    around = (rest // 2, rest - rest // 2)
    return np.pad(large, (around, around, (0, 0)), mode="edge")


def preview(image: UInt8) -> bytes:
    """JPEG of the whole image, short side at most ``PREVIEW_SIDE``, long side at most ``PREVIEW_LONG``."""
    picture = Image.fromarray(image)
    factor = min(PREVIEW_SIDE / min(picture.size), PREVIEW_LONG / max(picture.size))
    if factor < 1:
        size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=85)
    return stream.getvalue()
