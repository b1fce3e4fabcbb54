"""Thumbnails and previews of the images, taken during the pass over them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np

from explorer.builder.images.preprocess import preview, thumbnail
from explorer.store.files import sync
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
        self._thumbnails = files.enter_context((work / "thumbnails.u8").open("w+b"))
        self._side = 0
        self._previews = files.enter_context((work / "previews.bin").open("wb"))
        self._lengths: list[int] = []
        self.input_shape: tuple[int, ...] | None = None
        """Shape of the first cropped image; all must agree."""

    def take(self, image: UInt8, cropped: UInt8) -> None:
        """Add one image: as decoded for the eye, cropped for its shape."""
        if self.input_shape is None:
            large = min(image.shape[:2]) > SMALL and self._total <= _LARGE_UP_TO
            self._side, self.input_shape = (LARGE if large else SMALL), cropped.shape
        self._thumbnails.write(thumbnail(image, self._side).tobytes())
        data = preview(image) if min(image.shape[:2]) > self._side else b""
        self._previews.write(data)
        self._lengths.append(len(data))

    def finish(self) -> None:
        """Put the arrays of the images that were read into the world folder."""
        sync(self._previews)
        self._thumbnails.flush()
        writer = WorldWriter(self._world)
        shape = (len(self._lengths), self._side, self._side, 3)
        writer.array("thumbnails.npy", np.memmap(self._work / "thumbnails.u8", np.uint8, "r", shape=shape))
        if sum(self._lengths):
            (self._work / "previews.bin").replace(self._world / "previews.bin")
            writer.array("previews.offsets.npy", np.concatenate([[0], np.cumsum(self._lengths)]).astype(np.int64))
