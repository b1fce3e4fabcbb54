"""Images of every make come out upright, 8-bit and RGB, with the pixels they should have."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from explorer.builder.images.decode import Unreadable, decode_array, decode_block, decode_bytes, decode_file

RGB = np.array([[[250, 10, 20], [0, 255, 0]], [[0, 0, 255], [128, 64, 32]], [[9, 8, 7], [255, 255, 255]]], np.uint8)
GREY = np.array([[0, 1, 127], [128, 200, 255]], np.uint8)
WIDE = np.array([[0, 255, 257], [32768, 65278, 65535]], np.uint16)


def three(grey: np.ndarray) -> np.ndarray:
    return np.repeat(np.asarray(grey, np.uint8)[..., None], 3, axis=2)


def test_colours_and_grey_are_kept_exactly(tmp_path: Path) -> None:
    Image.fromarray(RGB).save(tmp_path / "x.png")
    assert np.array_equal(decode_file(tmp_path / "x.png"), RGB)
    Image.fromarray(GREY).save(tmp_path / "x.png")
    assert np.array_equal(decode_file(tmp_path / "x.png"), three(GREY))
    Image.fromarray(GREY > 127).save(tmp_path / "x.png")  # mode 1
    assert np.array_equal(decode_file(tmp_path / "x.png"), three((GREY > 127) * 255))


@pytest.mark.parametrize("alpha", [0, 100, 255])
def test_transparency_is_dropped(tmp_path: Path, alpha: int) -> None:
    Image.fromarray(np.dstack([RGB, np.full((3, 2), alpha, np.uint8)])).save(tmp_path / "x.png")
    assert np.array_equal(decode_file(tmp_path / "x.png"), RGB)
    Image.fromarray(np.dstack([GREY, np.full((2, 3), alpha, np.uint8)]), "LA").save(tmp_path / "x.png")
    assert np.array_equal(decode_file(tmp_path / "x.png"), three(GREY))


@pytest.mark.parametrize("transparency", [None, 1, b"\x00\x80\xff"])
def test_palettes(tmp_path: Path, transparency: int | bytes | None) -> None:
    image = Image.fromarray(np.array([[0, 1], [2, 1]], np.uint8), "P")
    image.putpalette([250, 10, 20, 0, 255, 0, 1, 2, 3])
    image.save(tmp_path / "x.png", **({} if transparency is None else {"transparency": transparency}))
    assert decode_file(tmp_path / "x.png").tolist() == [[[250, 10, 20], [0, 255, 0]], [[1, 2, 3], [0, 255, 0]]]


def test_cmyk(tmp_path: Path) -> None:
    inks = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255]]], np.uint8)
    Image.fromarray(inks, "CMYK").save(tmp_path / "x.tif")
    assert decode_file(tmp_path / "x.tif").tolist() == [[[255, 255, 255], [0, 255, 255], [0, 0, 0]]]


@pytest.mark.parametrize("name", ["x.png", "x.tif"])
def test_sixteen_bits_keep_their_range(tmp_path: Path, name: str) -> None:
    Image.fromarray(WIDE).save(tmp_path / name)
    assert np.array_equal(decode_file(tmp_path / name), three(np.rint(WIDE / 257)))
    dark = np.full((2, 2), 2570, np.uint16)  # what its brightest pixel is does not matter
    Image.fromarray(dark).save(tmp_path / name)
    assert (decode_file(tmp_path / name) == 10).all()


def test_sixteen_bits_that_pillow_keeps_in_thirty_two(tmp_path: Path) -> None:
    (tmp_path / "x.pgm").write_bytes(b"P5 3 2 65535\n" + WIDE.astype(">u2").tobytes())
    assert np.array_equal(decode_file(tmp_path / "x.pgm"), three(np.rint(WIDE / 257)))
    Image.fromarray(WIDE.astype(np.int32)).save(tmp_path / "x.tif")
    assert np.array_equal(decode_file(tmp_path / "x.tif"), three(np.rint(WIDE / 257)))
    for value in (-1, 65536):
        Image.fromarray(np.full((2, 2), value, np.int32)).save(tmp_path / "x.tif")
        with pytest.raises(Unreadable, match="range is not known"):
            decode_file(tmp_path / "x.tif")


def test_floats_are_zero_to_one(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 0.25, 1]], np.float32)).save(tmp_path / "x.tif")
    assert decode_file(tmp_path / "x.tif")[0, :, 0].tolist() == [0, 64, 255]
    for value in (1.5, -0.1, np.nan):
        Image.fromarray(np.array([[0.5, value]], np.float32)).save(tmp_path / "x.tif")
        with pytest.raises(Unreadable, match="outside 0 to 1"):
            decode_file(tmp_path / "x.tif")


UPRIGHT = {
    1: lambda x: x,
    2: lambda x: x[:, ::-1],
    3: lambda x: x[::-1, ::-1],
    4: lambda x: x[::-1],
    5: lambda x: x.transpose(1, 0, 2),
    6: lambda x: np.rot90(x, -1),
    7: lambda x: x[::-1, ::-1].transpose(1, 0, 2),
    8: lambda x: np.rot90(x),
}
"""What each orientation of EXIF asks of the stored pixels."""


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("name", ["x.png", "x.tif", "x.webp"])
def test_exif_orientation(tmp_path: Path, orientation: int, name: str) -> None:
    image = Image.fromarray(RGB)
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(tmp_path / name, exif=exif, **({"lossless": True} if name == "x.webp" else {}))
    assert np.array_equal(decode_file(tmp_path / name), UPRIGHT[orientation](RGB))


def test_damaged_exif_leaves_the_pixels(tmp_path: Path) -> None:
    smooth = np.full((16, 16, 3), 90, np.uint8)
    Image.fromarray(smooth).save(tmp_path / "x.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f")
    assert np.abs(decode_file(tmp_path / "x.jpg").astype(int) - 90).max() <= 2  # warnings are errors in tests
    Image.fromarray(smooth).save(tmp_path / "x.jpg", exif=b"Exif\0\0nonsense")
    assert decode_file(tmp_path / "x.jpg").shape == (16, 16, 3)


def test_failing_orientation_leaves_the_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(image: Image.Image) -> None:
        raise struct.error("unpack requires a buffer of 4 bytes")

    Image.fromarray(RGB).save(tmp_path / "x.png")
    monkeypatch.setattr(ImageOps, "exif_transpose", fail)
    assert np.array_equal(decode_file(tmp_path / "x.png"), RGB)


@pytest.mark.parametrize("cut", [0, 10, 200])
def test_damaged_files_are_unreadable(tmp_path: Path, cut: int) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "x.jpg")
    (tmp_path / "x.jpg").write_bytes((tmp_path / "x.jpg").read_bytes()[:cut])
    with pytest.raises(Unreadable) as caught:
        decode_file(tmp_path / "x.jpg")
    assert str(tmp_path) not in str(caught.value)  # the reason goes into the world, which holds no paths


def test_missing_files_are_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"^No such file or directory$"):
        decode_file(tmp_path / "none.png")


def test_bytes_are_decoded_like_files(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.fromarray(RGB).save(stream, "PNG")
    assert np.array_equal(decode_bytes(stream.getvalue()), RGB)
    with pytest.raises(Unreadable, match="not an image"):
        decode_bytes(b"GIF!")


def test_decompression_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (12, 8)).save(tmp_path / "x.png")
    for guard in (95, 40):  # above the guard a warning, above twice the guard an error of Pillow's
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", guard)
        with pytest.raises(Unreadable, match="decompression bomb"):
            decode_file(tmp_path / "x.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 96)
    assert decode_file(tmp_path / "x.png").shape == (8, 12, 3)


def test_arrays() -> None:
    assert np.array_equal(decode_array(GREY), three(GREY))
    assert np.array_equal(decode_array(WIDE), three(np.rint(WIDE / 257)))
    assert np.array_equal(decode_array(WIDE.astype(">u2")), three(np.rint(WIDE / 257)))
    assert np.array_equal(decode_array(GREY > 127), three((GREY > 127) * 255))
    assert decode_array(np.full((2, 2, 1), 0.5, np.float32))[0, 0, 0] == 128
    assert np.array_equal(decode_array(np.dstack([RGB, RGB[..., :1]])), RGB)
    with pytest.raises(Unreadable):
        decode_array(np.full((2, 2), np.nan))


def test_a_block_is_its_images_and_one_bad_image_spoils_no_other() -> None:
    block = np.random.default_rng(0).random((5, 4, 6, 3)).astype(np.float32)
    block[2, 0, 0, 0] = 1.01
    found = decode_block(block)
    assert isinstance(found[2], Unreadable)
    for i in (0, 1, 3, 4):
        assert np.array_equal(found[i], decode_array(block[i]))
