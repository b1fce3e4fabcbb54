"""Recordings as numbered PNG files, and fitting pictures to the size of a recording."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.errors import RecordError
from explorer.recorder.screenshot import save_png
from explorer.types import UInt8


class PngFolder:
    """Numbered PNG files, counted from 0. Files of an earlier, longer recording are removed at the end."""

    def __init__(self, pattern: Path) -> None:
        self._pattern = pattern
        self._count = 0

    def write(self, rgb: UInt8, ticks: int) -> None:
        """Writes one picture."""
        save_png(self._pattern.parent / (self._pattern.name % self._count), rgb, fast=True)
        self._count += 1

    def close(self) -> None:
        """Removes the pictures left by a longer recording of the same name."""
        for number, path in numbered_files(self._pattern):
            if number >= self._count:
                path.unlink()


def numbered_files(pattern: Path) -> list[tuple[int, Path]]:
    """The existing files that a pattern such as ``frames/%05d.png`` stands for, by number."""
    before, digits, after = split_pattern(pattern.name)
    shape = re.compile(re.escape(before) + r"(\d+)" + re.escape(after))
    found = []
    for entry in os.scandir(pattern.parent):
        match = shape.fullmatch(entry.name)
        # `%05d` writes 5 digits, or more without leading zeros: nothing else is ours.
        if match and entry.name == before + f"{int(match[1]):0{digits}d}" + after:
            found.append((int(match[1]), pattern.parent / entry.name))
    return sorted(found)


def split_pattern(name: str) -> tuple[str, int, str]:
    """``frame%05d.png`` as ("frame", 5, ".png").

    Raises:
        RecordError: the name holds no such number, or more than one.
    """
    match = re.fullmatch(r"([^%]*)%0?(\d*)d([^%]*)", name)
    if match is None:
        raise RecordError(f"{name}: a recording as pictures needs one number in the name, such as frame%05d.png")
    return match[1], int(match[2] or 0), match[3]


def even_crop(rgb: UInt8) -> UInt8:
    """The picture without its last column or row where the width or height is odd: H.264 takes even sizes only."""
    height, width = rgb.shape[:2]
    return rgb[: height - height % 2, : width - width % 2]


def letterbox(rgb: UInt8, width: int, height: int) -> UInt8:
    """The picture scaled to fit into ``width`` x ``height``, its shape kept, on black."""
    source_height, source_width = rgb.shape[:2]
    scale = min(width / source_width, height / source_height)
    inner_width = min(width, max(1, round(source_width * scale)))
    inner_height = min(height, max(1, round(source_height * scale)))
    scaled = Image.fromarray(rgb).resize((inner_width, inner_height), Image.Resampling.BILINEAR)
    result = np.zeros((height, width, 3), np.uint8)
    top, left = (height - inner_height) // 2, (width - inner_width) // 2
    result[top : top + inner_height, left : left + inner_width] = np.asarray(scaled)
    return result
