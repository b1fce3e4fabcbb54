"""Which layers are chosen, and that their edges are the network's own."""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from torch import Tensor, nn

from explorer.builder.model.layers import Layer, choose_layers
from explorer.builder.model.probe import probe
from explorer.errors import ModelError


def chosen(model: nn.Module, shape: tuple[int, ...], *patterns: str) -> list[Layer]:
    model.eval()
    return choose_layers(model, probe(model, torch.ones(1, *shape)), shape, patterns)


def edges(layers: list[Layer]) -> dict[str, list[str]]:
    return {x.name: [layers[i].name for i in x.inputs] for x in layers}


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.act = nn.ReLU(inplace=True)
        self.path = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.act(self.conv(x) + self.path(x))
        return out


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.relu = nn.ReLU()
        self.stage = nn.Sequential(Block(), Block())
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Sequential(nn.Dropout(), nn.Linear(4, 5))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stage(self.relu(self.bn(self.stem(x))))
        out: Tensor = self.head(self.pool(x).flatten(1))
        return out


class Branches(nn.Module):
    """A diamond with control flow that depends on the data, which torch.fx cannot trace."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = (nn.Conv2d(3, 4, 1) for _ in range(3))
        self.d = nn.Conv2d(8, 4, 1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        a, b = self.relu(self.a(x)), self.relu(self.b(x))
        both = torch.zeros(len(x), 8, *x.shape[2:])
        both[:, :4] = a
        both[:, 4:] = b
        if float(x.sum()) > 0:
            both = both * 2
        out: Tensor = self.d(both) + self.c(x)
        return out


def test_defaults_show_each_step_once() -> None:
    layers = chosen(Residual(), (3, 8, 8))
    assert edges(layers) == {
        "input": [], "relu": ["input"], "stage.0": ["relu"], "stage.1": ["stage.0"], "pool": ["stage.1"],
        "head.1": ["pool"], "softmax": ["head.1"],
    }  # fmt: skip
    assert [x.shape for x in layers] == [(3, 8, 8), (4, 8, 8), (4, 8, 8), (4, 8, 8), (4, 1, 1), (5,), (5,)]


def test_a_skip_connection_is_an_edge() -> None:
    layers = chosen(Residual(), (3, 8, 8), "relu", "stage.*", "stage.*.conv")
    assert edges(layers)["stage.1"] == ["stage.0", "stage.1.conv"]
    assert edges(layers)["stage.1.conv"] == ["stage.0"]


def test_branches_and_repeated_calls() -> None:
    found = edges(chosen(Branches(), (3, 6, 6), "**"))
    assert found["relu"] == ["a"]
    assert found["relu@2"] == ["b"]
    assert found["d"] == ["relu", "relu@2"]
    assert found["c"] == ["input"]


def test_an_activation_takes_the_place_of_its_layer() -> None:
    model = nn.Sequential(OrderedDict(
        conv=nn.Conv2d(1, 2, 3), pool=nn.MaxPool2d(2), flatten=nn.Flatten(), fc=nn.Linear(18, 7), act=nn.ReLU(),
        out=nn.Linear(7, 3), soft=nn.Softmax(1),
    ))  # fmt: skip
    assert [x.name for x in chosen(model, (1, 8, 8))] == ["input", "conv", "pool", "act", "out", "soft"]


def test_a_star_stops_at_a_dot() -> None:
    assert [x.name for x in chosen(Residual(), (3, 8, 8), "stage.*")] == ["stage.0", "stage.1"]
    assert len(chosen(Residual(), (3, 8, 8), "stage.**")) == 8
    assert [x.name for x in chosen(Residual(), (3, 8, 8), "input", "s?em", "softmax")] == ["input", "stem", "softmax"]


def test_a_pattern_without_a_layer_is_an_error() -> None:
    with pytest.raises(ModelError, match="'conv9' names no layer of this network; it has input, stem, bn"):
        chosen(Residual(), (3, 8, 8), "conv9")


def test_an_input_that_does_not_fit_is_an_error_and_leaves_no_hooks() -> None:
    model = Residual()
    with pytest.raises(ModelError, match="does not accept an input of 1 x 8 x 8") as caught:
        chosen(model, (1, 8, 8))
    assert "\n" not in str(caught.value)
    assert all(not x._forward_hooks for x in model.modules())
