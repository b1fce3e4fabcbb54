"""Defaults and edges on the networks that people have."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from explorer.builder.activations.pooled import features
from explorer.builder.activations.taps import Tap, tapped
from explorer.builder.model.layers import Layer, choose_layers
from explorer.builder.model.load import load_model
from explorer.builder.model.probe import probe
from explorer.builder.model.source import RANDOM
from tests.builder.model.test_hubs import hf_folder
from tests.operators import define_missing

define_missing()


def chosen(spec: str, side: int, *patterns: str) -> list[Layer]:
    model = load_model(spec, RANDOM).module
    shape = (3, side, side)
    return choose_layers(model, probe(model, torch.rand(1, *shape)), shape, patterns)


def edges(layers: list[Layer]) -> dict[str, list[str]]:
    return {x.name: [layers[i].name for i in x.inputs] for x in layers}


DEFAULTS = {
    "torchvision:resnet18": (64, 14, "relu", "avgpool", "fc"),
    "torchvision:vgg11": (224, 18, "features.1", "classifier.4", "classifier.6"),
    "torchvision:googlenet": (64, 20, "conv1", "avgpool", "fc"),
    "torchvision:inception_v3": (128, 22, "Conv2d_1a_3x3", "avgpool", "fc"),
    "torchvision:densenet121": (64, 13, "features.relu0", "features.norm5", "classifier"),
    "torchvision:mobilenet_v3_small": (64, 18, "features.0", "classifier.1", "classifier.3"),
    "torchvision:efficientnet_b0": (64, 22, "features.0", "avgpool", "classifier.1"),
    "torchvision:convnext_tiny": (64, 30, "features.0", "classifier.0", "classifier.2"),
    "torchvision:vit_b_16": (224, 17, "conv_proj", "encoder.ln", "heads.head"),
    "timm:convnext_atto": (64, 10, "stem.1", "head.norm", "head.fc"),
    "timm:mobilenetv3_small_100": (64, 18, "bn1", "act2", "classifier"),
    "timm:vit_tiny_patch16_224": (224, 17, "patch_embed", "norm", "head"),
    "timm:inception_v4": (96, 26, "features.0", "global_pool", "last_linear"),
}
"""Side of the input, layers, and the names of the first, the code before the logits, and the logits."""


@pytest.mark.parametrize("spec", DEFAULTS)
def test_defaults(spec: str) -> None:
    side, count, first, code, logits = DEFAULTS[spec]
    layers = chosen(spec, side)
    names = [x.name for x in layers]
    assert len(names) == count
    assert (names[0], names[1], names[-3], names[-2], names[-1]) == ("input", first, code, logits, "softmax")
    assert layers[-1].shape == layers[-2].shape == (1000,)
    # The defaults of each are one path from the input to the softmax: branches lie inside of blocks.
    assert all(edges(layers)[b] == [a] for a, b in pairwise(names))


@pytest.mark.parametrize("kind", ["resnet", "vit", "convnext"])
def test_defaults_of_transformers(kind: str, tmp_path: Path) -> None:
    layers = chosen(f"hf:{hf_folder(tmp_path / kind, kind)}", 64)
    names = [x.name for x in layers]
    assert all(edges(layers)[b] == [a] for a, b in pairwise(names))
    assert names[-1] == "softmax"
    assert names[-2].startswith("classifier")
    assert sum(".stages." in x or ".layers." in x for x in names) in (3, 4)


def test_inception_branches() -> None:
    layers = chosen("torchvision:googlenet", 64, "maxpool2", "inception3a", "inception3a.branch*")
    assert edges(layers)["inception3a"] == [f"inception3a.branch{i}" for i in (1, 2, 3, 4)]
    assert all(edges(layers)[f"inception3a.branch{i}"] == ["maxpool2"] for i in (1, 2, 3, 4))


def test_residual_edges() -> None:
    found = edges(chosen("torchvision:resnet18", 64, "layer1.1", "layer2.0", "layer2.0.bn2", "layer2.0.downsample"))
    assert found["layer2.0"] == ["layer2.0.bn2", "layer2.0.downsample"]
    assert found["layer2.0.downsample"] == ["layer1.1"]
    found = edges(chosen("torchvision:resnet18", 64, "layer1.0", "layer1.1", "layer1.1.bn2"))
    assert found["layer1.1"] == ["layer1.0", "layer1.1.bn2"]


def test_dense_edges() -> None:
    inner = [f"features.denseblock1.denselayer{i}" for i in (1, 2, 3)]
    found = edges(chosen("torchvision:densenet121", 64, "features.pool0", *inner))
    assert found[inner[2]] == ["features.pool0", *inner[:2]]


def test_parameters_and_receptive_fields_are_the_layers_own() -> None:
    layers = {x.name: x for x in chosen("torchvision:resnet18", 64)}
    model = load_model("torchvision:resnet18", RANDOM).module
    assert layers["layer2.0"].parameters == sum(x.numel() for x in model.get_submodule("layer2.0").parameters())
    assert (layers["input"].parameters, layers["softmax"].parameters) == (0, 0)
    field = layers["maxpool"].receptive
    assert field is not None
    assert (field.size, field.stride, field.offset) == ((11, 11), (4, 4), (0.0, 0.0))
    pixel = layers["input"].receptive
    assert pixel is not None
    assert (pixel.size, pixel.stride, pixel.offset) == ((1, 1), (1, 1), (0.0, 0.0))
    last = layers["softmax"].receptive
    assert last is not None
    assert last.whole


def test_in_place_activations_do_not_corrupt_what_a_hook_keeps() -> None:
    """resnet18's ReLUs overwrite what its norms returned; what is taken equals a clone made at once."""
    model = load_model("torchvision:resnet18", RANDOM).module
    torch.manual_seed(0)
    batch = torch.rand(16, 3, 32, 32)
    patterns = ("bn1", "layer1.0.bn1", "layer1.0.bn2", "layer1.0")
    layers = choose_layers(model, probe(model, batch[:1]), (3, 32, 32), patterns)
    clones: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[[nn.Module, object, Tensor], None]:
        return lambda module, args, output: clones.__setitem__(name, output.clone())

    handles = [model.get_submodule(x.name).register_forward_hook(keep(x.name)) for x in layers]
    taps = [Tap(x, 0) for x in layers]
    for tap in taps:
        tap.count = len(batch)
    with tapped(model, taps) as run:
        run(batch)
    for handle in handles:
        handle.remove()
    for tap in taps:
        assert tap.taken is not None
        assert torch.equal(tap.taken.rows, features(clones[tap.layer.name])[0])
    assert bool((clones["bn1"] < 0).any()), "the ReLU after it would have left none"
