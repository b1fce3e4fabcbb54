"""What the network sees, and what a person sees."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.builder.images.preprocess import IMAGENET_MEAN, IMAGENET_STD, Preprocess
from explorer.errors import ImagesError


def test_scaling_is_the_formula() -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    got = Preprocess(scale=128, offset=128).tensor([image])
    assert got.shape == (1, 3, 5, 6)
    assert torch.equal(got[0, 2], (torch.from_numpy(image[..., 2]).float() - 128) / 128)
    got = Preprocess(mean=IMAGENET_MEAN, std=IMAGENET_STD).tensor([image])
    assert np.allclose(got[0, 1].numpy(), (image[..., 1] / 255 - 0.456) / 0.224, atol=1e-6)


def test_one_channel_keeps_grey_exact() -> None:
    grey = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=2)
    got = Preprocess(channels=1, scale=256).tensor([grey])
    assert torch.equal(got[0, 0] * 256, torch.arange(256).reshape(16, 16).float())


@pytest.mark.parametrize("shape", [(300, 400), (400, 300), (256, 256), (100, 90), (3000, 224)])
@pytest.mark.parametrize("resize", [None, 256])
def test_crop_has_the_size_asked_for(shape: tuple[int, int], resize: int | None) -> None:
    assert Preprocess((224, 224), resize).crop(np.zeros((*shape, 3), np.uint8)).shape == (224, 224, 3)


def test_crop_is_the_centre() -> None:
    image = np.zeros((256, 300, 3), np.uint8)
    image[16:240, 38:262] = 200
    assert Preprocess((224, 224), 256).crop(image).min() == 200


def test_a_resize_alone_keeps_the_ratio_and_crops_nothing() -> None:
    assert Preprocess(resize=50).crop(np.zeros((100, 210, 3), np.uint8)).shape == (50, 105, 3)
    assert Preprocess(resize=(50, 60)).crop(np.zeros((100, 210, 3), np.uint8)).shape == (50, 60, 3)


def test_an_image_that_fits_is_not_touched() -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    assert Preprocess((32, 32)).crop(image) is image
    assert np.array_equal(Preprocess((32, 32), 32).crop(image), image)
    assert np.array_equal(Preprocess((30, 30), 32).crop(image), image[1:31, 1:31])


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"])
def test_the_filter_is_pillows(interpolation: str) -> None:
    image = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    expected = Image.fromarray(image).resize((60, 40), Image.Resampling[interpolation.upper()])
    got = Preprocess(resize=(40, 60), interpolation=interpolation).crop(image)
    assert np.array_equal(got, np.asarray(expected))


def test_blue_first() -> None:
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    got = Preprocess(scale=1, mean=(1, 2, 3), bgr=True).tensor([image])
    assert got[0, :, 0, 0].tolist() == [2 - 1, 1 - 2, 0 - 3]


@pytest.mark.parametrize(
    ("preprocess", "line"),
    [
        (Preprocess(), "the images' own size, RGB, pixel / 255"),
        (
            Preprocess((224, 224), 256, mean=IMAGENET_MEAN, std=IMAGENET_STD),
            "224×224 (short side to 256, bilinear, centre crop), RGB, "
            "(pixel / 255 - mean 0.485 0.456 0.406) / std 0.229 0.224 0.225",
        ),
        (Preprocess((24, 32), (24, 32), 1, 128, 128), "24×32 (to 24×32, bilinear), grey, (pixel - 128) / 128"),
        (Preprocess(resize=64, bgr=True, scale=1), "short side to 64 (bilinear), BGR, pixel"),
    ],
)
def test_it_is_told_in_one_line(preprocess: Preprocess, line: str) -> None:
    assert preprocess.describe() == line


def test_values_that_make_no_input_are_refused() -> None:
    nothing = ({"channels": 2}, {"scale": 0.0}, {"std": (0.0,)}, {"mean": (1.0, 2.0)}, {"interpolation": "cubic"})
    for wrong in (*nothing, {"resize": 0}, {"size": (30, 40), "resize": 20}, {"size": (30, 40), "resize": (40, 39)}):
        with pytest.raises(ImagesError):
            Preprocess(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos"])
def test_the_crop_of_an_endless_strip_is_that_of_the_whole(interpolation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    strip = np.random.default_rng(0).integers(0, 256, (3, 700, 3), dtype=np.uint8)
    preprocess = Preprocess(size=(24, 32), resize=40, interpolation=interpolation)
    for image in (strip, strip.transpose(1, 0, 2), np.tile(strip, (50, 1, 1))):
        whole = preprocess.crop(image).astype(int)
        with monkeypatch.context() as patch:
            patch.setattr("explorer.builder.images.preprocess._LARGE", 100)
            part = preprocess.crop(image).astype(int)
        assert part.shape == whole.shape == (24, 32, 3)
        assert np.abs(part - whole).max() <= 8  # Pillow rounds places to float32, which rings with Lanczos
        assert np.abs(part - whole).mean() < 0.5
