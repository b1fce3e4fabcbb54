"""Which models a build takes, what they are called, and its options from Python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from torch import nn

from explorer.builder.keywords import build_options
from explorer.builder.model.source import RANDOM
from explorer.builder.options import ModelSpec, pair_models, parse_resize, stack_names
from explorer.errors import ImagesError, ModelError


def test_models_and_weights_are_paired() -> None:
    assert pair_models(["a:f"], [], []) == (ModelSpec("a:f"),)
    assert pair_models(["a:f"], ["1.pt", "random"], []) == (ModelSpec("a:f", Path("1.pt")), ModelSpec("a:f", RANDOM))
    assert pair_models(["timm:f", "b:f", "c:f"], ["pretrained", "w.pt", "factory"], ["x", "y", "z"]) == (
        ModelSpec("timm:f", None, "x"),
        ModelSpec("b:f", Path("w.pt"), "y"),
        ModelSpec("c:f", None, "z"),
    )
    for wrong in (([], [], []), (["a:f", "b:f"], ["w.pt"], []), (["a:f"], [], ["x", "y"])):
        with pytest.raises(ModelError):
            pair_models(*wrong)


@pytest.mark.parametrize(
    ("models", "names"),
    [
        ([ModelSpec("n.py:small"), ModelSpec("n.py:large")], ("small", "large")),
        ([ModelSpec("a:f", Path("e1.pt")), ModelSpec("a:f", Path("e2.pt"))], ("e1", "e2")),
        ([ModelSpec("a:f", Path("1/m.pt")), ModelSpec("a:f", Path("2/m.pt"))], ("1/m", "2/m")),
        ([ModelSpec("a:f", RANDOM), ModelSpec("a:f")], ("f random", "f")),
        ([ModelSpec("a:f"), ModelSpec("a:f")], ("f 1", "f 2")),
        ([ModelSpec("a:f", name="x"), ModelSpec("a:f", name="x")], ("x 1", "x 2")),
        ([ModelSpec(nn.Linear(1, 1)), ModelSpec("timm:resnet18", name="R")], ("Linear", "R")),
    ],
)
def test_stacks_have_names_of_their_own(models: list[ModelSpec], names: tuple[str, ...]) -> None:
    assert stack_names(tuple(models)) == names


def test_options_from_python_are_as_forgiving_as_the_command_line() -> None:
    options = build_options(
        "a:f", "photos", "t.world",
        {"weights": ["1.pt", "2.pt"], "input_size": 24, "mean": "imagenet", "std": [1, 2, 3], "layers": "conv*",
         "labels": "l.csv", "epochs": 7, "embed_sample": 50, "resize": "32x40"},
    )  # fmt: skip
    assert [x.weights for x in options.models] == [Path("1.pt"), Path("2.pt")]
    assert (options.images, options.output, options.labels) == (Path("photos"), Path("t.world"), Path("l.csv"))
    assert (options.input_size, options.resize, options.std) == ((24, 24), (32, 40), (1.0, 2.0, 3.0))
    assert options.mean == (0.485, 0.456, 0.406)
    assert (options.embed.epochs, options.embed.sample, options.embed.neighbours) == (7, 50, 15)
    assert build_options("a:f", "hf:ylecun/mnist", "t.world", {}).images == "hf:ylecun/mnist"


def test_several_models_from_python() -> None:
    module = nn.Linear(1, 1)
    options = build_options([module, "a:f"], "photos", "t.world", {"weights": [None, "w.pt"], "name": ["x", "y"]})
    assert options.models == (ModelSpec(module, None, "x"), ModelSpec("a:f", Path("w.pt"), "y"))
    options = build_options([ModelSpec("a:f"), ModelSpec("b:f")], "photos", "t.world", {})
    assert [x.model for x in options.models] == ["a:f", "b:f"]


def test_mistakes_in_python_name_the_right_option() -> None:
    with pytest.raises(ModelError, match="no option 'wieghts'; did you mean weights"):
        build_options("a:f", "photos", "t.world", {"wieghts": "w.pt"})
    with pytest.raises(ImagesError, match="--input-size should be"):
        build_options("a:f", "photos", "t.world", {"input_size": "big"})


def test_what_a_model_does_not_come_with_is_refused() -> None:
    with pytest.raises(
        ModelError, match=r"no pretrained weights for n\.py:f: only the models of torchvision, timm, hf"
    ):
        pair_models(["n.py:f"], ["pretrained"], [])
    with pytest.raises(ModelError, match="no pretrained weights for a Linear in hand"):
        pair_models([nn.Linear(1, 1)], ["pretrained"], [])
    with pytest.raises(ModelError, match="timm:resnet18 has no factory of yours"):
        pair_models(["timm:resnet18"], ["factory"], [])


def test_what_is_no_model_no_images_and_no_world_is_named() -> None:
    for wrong, part in (
        ((5, "photos", "t.world"), "a model should be .*, found int"),
        ((None, "photos", "t.world"), "a model should be .*, found NoneType"),
        (([], "photos", "t.world"), "give a --model"),
        ((["a:f", 7], "photos", "t.world"), "a model should be .*, found int"),
        (("a:f", "photos", None), "the output should be a path, NAME.world, found NoneType"),
    ):
        with pytest.raises(ModelError, match=part):
            build_options(*wrong, {})  # type: ignore[arg-type]


def test_resize_takes_a_side_or_both() -> None:
    assert parse_resize("256") == 256
    assert parse_resize("256x300") == (256, 300)
    assert parse_resize("256×300") == (256, 300)
    with pytest.raises(ImagesError, match="--resize should be the short side"):
        parse_resize("0")


def test_what_should_be_a_file_and_is_not_is_told_in_one_line() -> None:
    for name, value in (("class_names", ["red", "green"]), ("labels", np.arange(3))):
        with pytest.raises(ImagesError, match=f"{name} is a file, .*; found a (list|ndarray)"):
            build_options("a:f", "photos", "t.world", {name: value})
