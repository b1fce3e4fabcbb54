"""Thumbnails and previews of the images, taken during the pass over them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from explorer.builder.preprocess import preview, thumbnail
from explorer.store.write import WorldWriter
from explorer.types import UInt8

SMALL, LARGE = 32, 64
"""Sides of a thumbnail, pixels: large ones where there is more to see and few enough images."""

_LARGE_UP_TO = 12_000


class PictureSink:
    """Writes a thumbnail per image, and a preview where the image is larger than that."""

    def __init__(self, total: int, work: Path, world: Path, files: ExitStack) -> None:
        """Open the files; the side of the thumbnails is decided by the first image."""
        self._total, self._work, self._world = total, work, world
        self._thumbnails: NDArray[np.uint8] | None = None
        self._previews = files.enter_context((work / "previews.bin").open("wb"))
        self._lengths: list[int] = []
        self._count = 0
        self.input_shape: tuple[int, ...] | None = None
        """Shape of the first cropped image; all must agree."""

    def take(self, image: UInt8, cropped: UInt8) -> None:
        """Add one image: as decoded for the eye, cropped for its shape."""
        if self._thumbnails is None:
            side = LARGE if min(image.shape[:2]) > SMALL and self._total <= _LARGE_UP_TO else SMALL
            self.input_shape = cropped.shape
            self._thumbnails = open_memmap(self._work / "thumbnails.npy", "w+", np.uint8, (self._total, side, side, 3))
        side = self._thumbnails.shape[1]
        self._thumbnails[self._count] = thumbnail(image, side)
        self._count += 1
        data = preview(image) if min(image.shape[:2]) > side else b""
        self._previews.write(data)
        self._lengths.append(len(data))

    def finish(self) -> None:
        """Put the arrays of the images that were read into the world folder."""
        self._previews.flush()
        writer = WorldWriter(self._world)
        if self._thumbnails is not None:
            writer.array("thumbnails.npy", self._thumbnails[: self._count])
            self._thumbnails = None
            (self._work / "thumbnails.npy").unlink()
        if sum(self._lengths):
            (self._work / "previews.bin").replace(self._world / "previews.bin")
            writer.array("previews.offsets.npy", np.concatenate([[0], np.cumsum(self._lengths)]).astype(np.int64))
