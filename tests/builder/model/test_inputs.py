"""Whose preprocessing a build takes, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from torch import nn

from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.inputs import choose_preprocess
from explorer.builder.model.source import ModelSource
from explorer.builder.options import InputOptions
from explorer.errors import ImagesError

TRAINED = Preprocess((224, 224), 256, mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6), interpolation="bicubic")
SQUEEZED = Preprocess((224, 224), (224, 224))


def made(config: Preprocess | None, module: nn.Module | None = None, **asked: Any) -> Preprocess:
    return choose_preprocess(InputOptions(**asked), ModelSource(module or nn.Identity(), "", "", "", preprocess=config))


def test_the_models_own_is_taken_where_nothing_is_asked() -> None:
    assert made(TRAINED) is not None
    assert made(TRAINED) == TRAINED
    assert made(None) == Preprocess()
    assert made(None, nn.Conv2d(1, 2, 3)).channels == 1


def test_what_is_asked_wins_field_by_field() -> None:
    got = made(TRAINED, mean=(0.0,), scale=128.0, bgr=True)
    assert (got.mean, got.scale, got.bgr) == ((0.0,), 128.0, True)
    assert (got.std, got.size, got.resize, got.interpolation) == (TRAINED.std, (224, 224), 256, "bicubic")


@pytest.mark.parametrize(
    ("config", "asked", "size", "resize"),
    [
        (TRAINED, {"input_size": (112, 112)}, (112, 112), 128),
        (TRAINED, {"input_size": (112, 112), "resize": 200}, (112, 112), 200),
        (TRAINED, {"resize": 300}, (224, 224), 300),
        (TRAINED, {"crop": "none"}, (224, 224), (224, 224)),
        (TRAINED, {"crop": "160"}, (160, 160), 183),
        (SQUEEZED, {"input_size": (112, 96)}, (112, 96), (112, 96)),
        (SQUEEZED, {"crop": "centre"}, (224, 224), None),
        (None, {"input_size": (24, 32)}, (24, 32), None),
        (None, {"resize": 40}, None, 40),
        (None, {"resize": (40, 50), "crop": "none"}, (40, 50), (40, 50)),
        (None, {"crop": "24x32", "resize": 40}, (24, 32), 40),
    ],
)
def test_sizes(config: Preprocess | None, asked: dict[str, Any], size: object, resize: object) -> None:
    got = made(config, **asked)
    assert (got.size, got.resize) == (size, resize)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"crop": "none"}, "--crop none squeezes images into the input size"),
        ({"crop": "half"}, "--crop should be centre, none, or a size"),
        ({"crop": "160", "input_size": (224, 224)}, "another size than --input-size"),
        ({"resize": 100, "input_size": (224, 224)}, "--resize 100 is smaller than the crop after it"),
        ({"interpolation": "cubic"}, "--interpolation should be nearest"),
    ],
)
def test_what_contradicts_itself_is_refused(asked: dict[str, Any], part: str) -> None:
    with pytest.raises(ImagesError) as caught:
        made(None, **asked)
    assert part in str(caught.value)
