"""Thumbnails and previews, of strips too."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from explorer.builder.images.pictures import PREVIEW_LONG, PREVIEW_SIDE, preview, thumbnail


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("shape", [(1, 70_000), (70_000, 1), (3, 20_000), (300, 30_000)])
def test_strips(shape: tuple[int, int]) -> None:
    strip = np.full((*shape, 3), 90, np.uint8)
    assert (thumbnail(strip, 64) == 90).all()
    assert thumbnail(strip, 64).shape == (64, 64, 3)
    small = opened(preview(strip))
    assert max(small.size) == PREVIEW_LONG
    assert (small.width > small.height) == (shape[1] > shape[0])


def test_a_preview_keeps_the_ratio_and_never_enlarges() -> None:
    assert opened(preview(np.zeros((448, 896, 3), np.uint8))).size == (2 * PREVIEW_SIDE, PREVIEW_SIDE)
    assert opened(preview(np.zeros((100, 120, 3), np.uint8))).size == (120, 100)


def test_small_images_are_enlarged_by_whole_factors() -> None:
    image = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
    large = thumbnail(image, 32)  # 10 pixels each, and one more on either side
    assert np.array_equal(large[1:31:10, 1:31:10], image)
    assert np.array_equal(large[5, 5], image[0, 0])
    assert np.array_equal(large[0, 0], image[0, 0])
