"""Images of every make come out upright, 8-bit and RGB."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.builder.images.decode import Unreadable, decode_array, decode_file


def picture() -> Image.Image:
    pixels = np.zeros((8, 12, 3), np.uint8)
    pixels[:4, :6] = (250, 10, 10)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "CMYK", "1", "LA"])
def test_modes(tmp_path: Path, mode: str) -> None:
    file = tmp_path / ("x.tif" if mode == "CMYK" else "x.png")
    picture().convert(mode).save(file)
    pixels = decode_file(file)
    assert pixels.shape == (8, 12, 3)
    assert pixels.dtype == np.uint8
    assert pixels[1, 1].max() > 60
    assert pixels[7, 11].max() < 10


def test_sixteen_bits_keep_their_range(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    Image.fromarray(ramp).save(tmp_path / "x.png")
    pixels = decode_file(tmp_path / "x.png")
    assert np.abs(pixels[..., 0].astype(float) - ramp / 257).max() <= 0.5


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    image = picture()
    exif = image.getexif()
    exif[0x0112] = 6  # the camera was held on its side: turn by 90 degrees
    image.save(tmp_path / "x.png", exif=exif)
    pixels = decode_file(tmp_path / "x.png")
    assert pixels.shape == (12, 8, 3)
    assert pixels[1, 6, 0] == 250
    assert pixels[1, 1, 0] == 0


@pytest.mark.parametrize("cut", [0, 10, 200])
def test_damaged_files_are_unreadable(tmp_path: Path, cut: int) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "x.jpg")
    (tmp_path / "x.jpg").write_bytes((tmp_path / "x.jpg").read_bytes()[:cut])
    with pytest.raises(Unreadable):
        decode_file(tmp_path / "x.jpg")


def test_decompression_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture().save(tmp_path / "x.png")
    for guard in (90, 40):  # above the guard a warning, above twice the guard an error of Pillow's
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", guard)
        with pytest.raises(Unreadable, match="decompression bomb"):  # warnings are errors here and in a build
            decode_file(tmp_path / "x.png")


def test_arrays() -> None:
    grey = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert np.array_equal(decode_array(grey), np.repeat(grey[..., None], 3, axis=2))
    assert decode_array(np.full((2, 2, 3), 65535, np.uint16)).max() == 255
    assert decode_array(np.full((2, 2, 1), 0.5, np.float32))[0, 0, 0] == 128
    with pytest.raises(Unreadable):
        decode_array(np.full((2, 2), np.nan))
