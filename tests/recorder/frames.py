"""Pictures that carry their number, so that a decoded video tells which frames it holds, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

BITS = 10


def numbered(number: int, width: int = 160, height: int = 96) -> NDArray[np.uint8]:
    """A picture (H, W, 3) of ten upright bars, white for 1 and black for 0, over a grey ground."""
    picture = np.full((height, width, 3), 90, np.uint8)
    bar = width // BITS
    for bit in range(BITS):
        picture[8 : height - 8, bit * bar : (bit + 1) * bar] = 255 if number >> bit & 1 else 0
    return picture


def read_number(picture: NDArray[np.uint8]) -> int:
    """The number of a picture, from the middle of each bar."""
    height, width = picture.shape[:2]
    bar = width // BITS
    row = picture[height // 2 - 4 : height // 2 + 4].mean(axis=(0, 2))
    return sum(1 << bit for bit in range(BITS) if row[bit * bar + bar // 4 : (bit + 1) * bar - bar // 4].mean() > 127)


def decoded(path: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Every frame of a video: when it is shown, in seconds, and the picture."""
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            assert frame.time is not None
            yield frame.time, frame.to_ndarray(format="rgb24")


def numbers(path: Path) -> list[int]:
    """The numbers of all frames, in the order they are shown."""
    return [read_number(picture) for _, picture in decoded(path)]
