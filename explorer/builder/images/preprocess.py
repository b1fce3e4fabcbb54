"""From a decoded image to what the network was trained on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from explorer.errors import ImagesError
from explorer.types import UInt8

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

_LARGE = 2**26
"""Pixels of a resized image beyond which only the part around the crop is made: a strip of 1 x 60,000 pixels would
take gigabytes."""

_MOST = 2**26
"""Pixels of an input, at most: a batch of one takes 800 MB then, the activations a multiple."""

_SUPPORT = 4
"""Pixels on either side of a place that a filter looks at: Lanczos' three, and one for rounding."""

INTERPOLATIONS = {x.name.lower(): x for x in Image.Resampling}
"""Pillow's filters by name: nearest, bilinear, bicubic, lanczos, box, hamming."""


@dataclass(frozen=True)
class Preprocess:
    """How an image becomes a network's input: resize, centre crop, ``((pixel - offset) / scale - mean) / std``.

    Sizes and the place of the crop are rounded as torchvision's Resize and CenterCrop round them.
    """

    size: tuple[int, int] | None = None
    """Height and width of the input, pixels; None: as large as the resized image."""
    resize: int | tuple[int, int] | None = None
    """Before the crop: the short side, or height and width whatever the image's ratio, pixels.
    None: as small as the crop allows."""
    channels: int = 3
    """1 (grey) or 3 (RGB)."""
    scale: float = 255.0
    offset: float = 0.0
    mean: tuple[float, ...] = ()
    """Per channel, after scaling; empty for 0."""
    std: tuple[float, ...] = ()
    """Per channel, after scaling; empty for 1."""
    interpolation: str = "bilinear"
    """A key of ``INTERPOLATIONS``."""
    bgr: bool = False
    """Whether blue is the first channel; mean and std are in the same order."""

    def __post_init__(self) -> None:
        """Refuse values no input can be made with."""
        if self.channels not in (1, 3):
            raise ImagesError(f"--channels should be 1 (grey) or 3 (RGB), found {self.channels}")
        if self.scale == 0 or 0 in self.std:
            raise ImagesError("--scale and --std divide pixels and cannot be 0")
        for name, values in (("--mean", self.mean), ("--std", self.std)):
            if len(values) not in (0, 1, self.channels):
                raise ImagesError(f"{name} has {len(values)} values for {self.channels} channels; give one or one each")
        if self.interpolation not in INTERPOLATIONS:
            raise ImagesError(f"--interpolation should be {', '.join(INTERPOLATIONS)}; found {self.interpolation!r}")
        if min((*_pair(self.size), *_pair(self.resize), 1)) < 1:
            raise ImagesError("--input-size and --resize are in pixels, at least 1")
        if self.size is not None and self.size[0] * self.size[1] > _MOST:
            raise ImagesError(f"--input-size {_written(self.size)} is beyond {_MOST >> 20} million pixels; give less")
        if self.size is not None and self.resize is not None:
            short = (min(self.size),) * 2 if isinstance(self.resize, int) else self.size
            if any(x < y for x, y in zip(_pair(self.resize), short, strict=True)):
                raise ImagesError(
                    f"--resize {_written(self.resize)} is smaller than the crop after it, --input-size "
                    f"{_written(self.size)}"
                )

    def crop(self, image: UInt8) -> UInt8:
        """The part the network sees: (h, w, 3) uint8, resized and cropped at the centre."""
        target = self._resized(image.shape[0], image.shape[1])
        if self.size is not None and target[0] * target[1] > _LARGE:
            return self._part(image, target, self.size)
        if target != image.shape[:2]:
            filtered = Image.fromarray(image).resize(target[::-1], INTERPOLATIONS[self.interpolation])
            image = np.asarray(filtered)  # (h', w', 3)
        if self.size is None or self.size == target:
            return image
        top, left = _corner(target, self.size)
        return image[top : top + self.size[0], left : left + self.size[1]]

    def _part(self, image: UInt8, target: tuple[int, int], size: tuple[int, int]) -> UInt8:
        """The crop of a resized image that is never made as a whole: its place, and as much around as filters see."""
        spans, insets = [], []
        for corner, want, have, whole in zip(_corner(target, size), size, image.shape, target, strict=False):
            around = math.ceil(_SUPPORT * max(1.0, whole / have))
            begin, end = max(0, corner - around), min(whole, corner + want + around)
            spans.append((begin, end, begin * have / whole, end * have / whole))
            insets.append(corner - begin)
        (top, bottom, *rows), (left, right, *columns) = spans
        box = (columns[0], rows[0], columns[1], rows[1])
        made = Image.fromarray(image).resize((right - left, bottom - top), INTERPOLATIONS[self.interpolation], box)
        return np.asarray(made)[insets[0] : insets[0] + size[0], insets[1] : insets[1] + size[1]]

    def _resized(self, height: int, width: int) -> tuple[int, int]:
        """Height and width before the crop."""
        if isinstance(self.resize, tuple):
            return self.resize
        least = self.size or (1, 1)
        ratios = [Fraction(least[0], height), Fraction(least[1], width)] if self.size else []
        if self.resize is not None:
            ratios.append(Fraction(self.resize, min(height, width)))
        factor = max(ratios, default=Fraction(1))
        return max(least[0], int(height * factor)), max(least[1], int(width * factor))

    def tensor(self, images: list[UInt8]) -> Tensor:
        """A batch (B, C, h, w) float32 of cropped images, all of one size."""
        batch = torch.from_numpy(np.stack([_channels(x, self.channels) for x in images]))  # (B, h, w, C)
        if self.bgr:
            batch = batch.flip(3)
        values = (batch.permute(0, 3, 1, 2).float() - self.offset) / self.scale  # (B, C, h, w)
        mean = torch.tensor(self.mean or (0.0,)).view(1, -1, 1, 1)
        std = torch.tensor(self.std or (1.0,)).view(1, -1, 1, 1)
        return ((values - mean) / std).contiguous()

    def describe(self) -> str:
        """One line for people: "224×224 (short side to 256, bilinear, centre crop), RGB, (pixel / 255 - ...) ..."."""
        colours = "grey" if self.channels == 1 else "BGR" if self.bgr else "RGB"
        values = "pixel" if self.offset == 0 else f"(pixel - {self.offset:g})"
        values += "" if self.scale == 1 else f" / {self.scale:g}"
        if any(self.mean):
            values += f" - mean {_numbers(self.mean)}"
        if any(x != 1 for x in self.std):
            values = f"({values}) / std {_numbers(self.std)}"
        return f"{self._geometry()}, {colours}, {values}"

    def _geometry(self) -> str:
        size = _shown(self.size) if self.size else "the images' own size"
        if self.resize is None:
            return f"{size} ({self.interpolation}, centre crop)" if self.size else size
        resized = f"to {_shown(self.resize)}" if isinstance(self.resize, tuple) else f"short side to {self.resize}"
        if self.size is None:
            return f"{resized} ({self.interpolation})"
        return f"{size} ({resized}, {self.interpolation}{'' if self.resize == self.size else ', centre crop'})"


def _pair(size: int | tuple[int, int] | None) -> tuple[int, ...]:
    return () if size is None else (size, size) if isinstance(size, int) else size


def _written(size: int | tuple[int, int]) -> str:
    """ "256" or "224x160" (height x width), as the options take it."""
    return "x".join(str(x) for x in ((size,) if isinstance(size, int) else size))


def _shown(size: tuple[int, int]) -> str:
    """ "224×160" (height × width), for people."""
    return "×".join(map(str, size))


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{x:.4g}" for x in values)


def _corner(have: tuple[int, int], want: tuple[int, int]) -> tuple[int, int]:
    """Top and left of a centre crop, rounded as torchvision rounds it."""
    return round((have[0] - want[0]) / 2), round((have[1] - want[1]) / 2)


def _channels(image: UInt8, channels: int) -> UInt8:
    if channels == 3:
        return image
    if np.array_equal(image[..., 0], image[..., 1]) and np.array_equal(image[..., 0], image[..., 2]):
        return image[..., :1]  # grey already: Pillow's weights would round it
    return np.asarray(Image.fromarray(image).convert("L"))[..., None]
