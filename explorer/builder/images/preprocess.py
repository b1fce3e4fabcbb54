"""From a decoded image to what the network was trained on, and to what a person looks at."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from explorer.errors import ImagesError
from explorer.types import UInt8

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

PREVIEW_SIDE = 224
"""Short side of a stored preview, pixels."""


@dataclass(frozen=True)
class Preprocess:
    """How an image becomes a network's input: ``((pixel - offset) / scale - mean) / std``."""

    size: tuple[int, int] | None = None
    """Height and width of the input, pixels; None: the images' own."""
    resize: int | None = None
    """Short side to resize to before the centre is cropped; None: as small as the crop allows."""
    channels: int = 3
    """1 (grey) or 3 (RGB)."""
    scale: float = 255.0
    offset: float = 0.0
    mean: tuple[float, ...] = ()
    """Per channel, after scaling; empty for 0."""
    std: tuple[float, ...] = ()
    """Per channel, after scaling; empty for 1."""

    def __post_init__(self) -> None:
        """Refuse values no input can be made with."""
        if self.channels not in (1, 3):
            raise ImagesError(f"--channels should be 1 (grey) or 3 (RGB), found {self.channels}")
        if self.scale == 0 or 0 in self.std:
            raise ImagesError("--scale and --std divide pixels and cannot be 0")
        for name, values in (("--mean", self.mean), ("--std", self.std)):
            if len(values) not in (0, 1, self.channels):
                raise ImagesError(f"{name} has {len(values)} values for {self.channels} channels; give one or one each")

    def crop(self, image: UInt8) -> UInt8:
        """The part the network sees: (h, w, 3) uint8 resized by its short side and cropped at the centre."""
        if self.size is None or (image.shape[:2] == self.size and self.resize is None):
            return image
        height, width = self.size
        factor = max(height / image.shape[0], width / image.shape[1])
        if self.resize is not None:
            factor = max(factor, self.resize / min(image.shape[:2]))
        scaled = (max(width, round(image.shape[1] * factor)), max(height, round(image.shape[0] * factor)))
        resized = np.asarray(Image.fromarray(image).resize(scaled, Image.Resampling.BILINEAR))  # (h', w', 3)
        top, left = (resized.shape[0] - height) // 2, (resized.shape[1] - width) // 2
        return resized[top : top + height, left : left + width]

    def tensor(self, images: list[UInt8]) -> Tensor:
        """A batch (B, C, h, w) float32 of cropped images, all of one size."""
        batch = torch.from_numpy(np.stack([_channels(x, self.channels) for x in images]))  # (B, h, w, C)
        values = (batch.permute(0, 3, 1, 2).float() - self.offset) / self.scale  # (B, C, h, w)
        mean = torch.tensor(self.mean or (0.0,)).view(1, -1, 1, 1)
        std = torch.tensor(self.std or (1.0,)).view(1, -1, 1, 1)
        return ((values - mean) / std).contiguous()


def _channels(image: UInt8, channels: int) -> UInt8:
    if channels == 3:
        return image
    if np.array_equal(image[..., 0], image[..., 1]) and np.array_equal(image[..., 0], image[..., 2]):
        return image[..., :1]  # grey already: Pillow's weights would round it
    return np.asarray(Image.fromarray(image).convert("L"))[..., None]


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
    """JPEG of the whole image, short side at most ``PREVIEW_SIDE``."""
    picture = Image.fromarray(image)
    factor = PREVIEW_SIDE / min(picture.size)
    if factor < 1:
        size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=85)
    return stream.getvalue()
