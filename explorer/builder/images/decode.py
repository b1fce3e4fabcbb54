"""One image file or array to upright 8-bit RGB, whatever it was stored as.

What a value stands for depends on its type alone, never on the other pixels of the image: the images of a
set stay comparable.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from explorer.builder.images.words import one_line
from explorer.types import UInt8

SUFFIXES = frozenset(
    f".{x}"
    for x in (
        "jpg", "jpeg", "jpe", "jfif", "png", "bmp", "gif", "webp", "tif", "tiff", "ppm", "pgm", "pbm", "pnm", "jp2",
        "avif",
    )
)  # fmt: skip
"""Files that count as images; others in the folder are passed over."""

_PIL = "PIL"
"""Pillow warns of damaged metadata and the like; the pixels are what counts here."""


class Unreadable(Exception):
    """One image that cannot be used; it is skipped and counted."""


def decode_file(path: Path) -> UInt8:
    """An image file as (h, w, 3) uint8 RGB, see ``decode_image``.

    Raises:
        Unreadable: damaged, truncated, or too large to be honest.
    """
    return _decode(path)


def decode_bytes(data: bytes) -> UInt8:
    """The content of an image file as (h, w, 3) uint8 RGB, see ``decode_image``; raises Unreadable."""
    return _decode(io.BytesIO(data))


def decode_image(image: Image.Image) -> UInt8:
    """A Pillow image as (h, w, 3) uint8 RGB, turned upright by its EXIF tag.

    Greyscale, palette, CMYK and 16-bit images are converted; transparency is dropped, as torchvision's
    loader does, so that the network sees what it saw in training.

    Raises:
        Unreadable: damaged, too large, or of values with no known range.
    """
    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and image.width * image.height > limit:
        raise Unreadable("far more pixels than an image should have (decompression bomb)")
    image.load()
    try:
        upright = ImageOps.exif_transpose(image)
    except Exception:  # whatever Pillow's parser raises on damaged EXIF: the pixels are sound, the tag is not known
        upright = image
    return np.asarray(_rgb(upright), np.uint8)  # (h, w, 3)


def decode_block(block: NDArray[Any]) -> list[UInt8 | Unreadable]:
    """Images of an array (B, h, w) or (B, h, w, c), c = 1, 3 or 4, as B arrays (h, w, 3) uint8 RGB.

    uint8 is taken as it is, uint16 as 0 to 65535, floats as 0 to 1, booleans as black and white; a fourth
    channel is dropped.
    """
    images = block[..., None] if block.ndim == 3 else block  # (B, h, w, c)
    bad = np.zeros(len(images), bool)  # (B,)
    if images.dtype.kind == "f":
        inside = (images >= 0) & (images <= 1)  # false for NaN
        bad = np.asarray(~inside.all(axis=(1, 2, 3)))
        images = np.rint(np.where(inside, images, 0) * 255)
    elif images.dtype.kind == "u" and images.dtype.itemsize == 2:
        images = (images.astype(np.uint32) + 128) // 257
    elif images.dtype == np.bool_:
        images = images * np.uint8(255)
    colours = np.repeat(images, 3, axis=3) if images.shape[3] == 1 else images[..., :3]
    pixels = np.ascontiguousarray(colours, np.uint8)  # (B, h, w, 3)
    return [Unreadable("floating-point pixels outside 0 to 1") if b else x for x, b in zip(pixels, bad, strict=True)]


def decode_array(array: NDArray[Any]) -> UInt8:
    """One image of an array (h, w) or (h, w, c), see ``decode_block``; raises Unreadable."""
    image = decode_block(array[None])[0]
    if isinstance(image, Unreadable):
        raise image
    return image


def _decode(file: Path | io.BytesIO) -> UInt8:
    _hush()
    try:
        with Image.open(file) as image:
            return decode_image(image)
    except Unreadable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable("far more pixels than an image should have (decompression bomb)") from error
    except UnidentifiedImageError as error:
        raise Unreadable("the file is empty" if _is_empty(file) else "not an image of a known format") from error
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, struct.error, ... on damage
        raise Unreadable(one_line(error)) from error


def _is_empty(file: Path | io.BytesIO) -> bool:
    if isinstance(file, io.BytesIO):
        return not file.getbuffer().nbytes
    try:
        return file.stat().st_size == 0
    except OSError:  # removed in between
        return False


def _hush() -> None:
    """Keep Pillow's warnings from the person who builds; the filter is set where it is not yet.

    A filter that is put back afterwards would not do: threads decode side by side, and share the filters.
    """
    if not any(x[0] == "ignore" and getattr(x[3], "pattern", None) == _PIL for x in warnings.filters):
        warnings.filterwarnings("ignore", module=_PIL)


def _rgb(image: Image.Image) -> Image.Image:
    """Any mode as RGB. Pillow's own conversion clips 16 and 32 bits to white, and warns of transparent palettes."""
    mode = image.mode
    if mode == "P" and "transparency" in image.info:
        return image.convert("RGBA").convert("RGB")
    if mode == "F":
        values = np.asarray(image)  # (h, w)
        if not ((values >= 0) & (values <= 1)).all():
            raise Unreadable("floating-point pixels outside 0 to 1")
        return Image.fromarray(np.rint(values * 255).astype(np.uint8)).convert("RGB")
    if mode.startswith("I"):
        values = np.asarray(image).astype(np.int64)  # (h, w); Pillow keeps 16 bits also in its 32-bit mode
        if values.min() < 0 or values.max() > 65535:
            raise Unreadable("32-bit pixels, whose range is not known; save it with 8 or 16 bits")
        return Image.fromarray(((values + 128) // 257).astype(np.uint8)).convert("RGB")
    return image.convert("RGB")
