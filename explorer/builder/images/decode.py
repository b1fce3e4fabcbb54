"""One image file or array to upright 8-bit RGB or grey, whatever it was stored as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from explorer.types import UInt8

SUFFIXES = frozenset(
    (
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".bmp",
        ".gif",
        ".webp",
        ".tif",
        ".tiff",
        ".ppm",
        ".pgm",
        ".jp2",
        ".avif",
    )
)
"""Files that count as images; others in the folder are passed over."""


class Unreadable(Exception):
    """One image that cannot be used; it is skipped and counted."""


def decode_file(path: Path) -> UInt8:
    """An image file as (h, w, 3) uint8 RGB, turned upright by its EXIF tag.

    Greyscale, palette, CMYK and 16-bit images are converted; transparency is dropped, as torchvision's
    loader does, so that the network sees what it saw in training. Pillow's guard against decompression
    bombs counts as unreadable (the caller turns its warning into an error).

    Raises:
        Unreadable: damaged, truncated, or too large to be honest.
    """
    try:
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
            return np.asarray(_eight_bit(upright).convert("RGB"), np.uint8)  # (h, w, 3)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable("far more pixels than an image should have (decompression bomb)") from error
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, struct.error, ... on damage
        raise Unreadable(" ".join(str(error).split()) or type(error).__name__) from error


def decode_array(array: NDArray[Any]) -> UInt8:
    """An image of an array, (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), as (h, w, 3) uint8 RGB."""
    image = array[..., None] if array.ndim == 2 else array  # (h, w, c)
    if image.dtype == np.uint16:
        image = image >> 8
    elif image.dtype.kind == "f":
        if not np.isfinite(image).all() or image.min() < 0 or image.max() > 1:
            raise Unreadable("floating-point pixels outside 0 to 1")
        image = np.rint(image * 255)
    elif image.dtype == np.bool_:
        image = image * np.uint8(255)
    pixels = image.astype(np.uint8)
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else np.ascontiguousarray(pixels[..., :3])


def _eight_bit(image: Image.Image) -> Image.Image:
    """Images of 16 or 32 bits a pixel brought to 8; Pillow's own conversion clips them to white."""
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.asarray(image).astype(np.float64)  # (h, w)
    top = float(values.max(initial=0.0))
    if image.mode == "F" and top <= 1.0:
        values = values * 255
    elif image.mode.startswith("I;16") or top > 255:
        values = values / 257
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))
