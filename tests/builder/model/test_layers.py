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
    with pytest.raises(ModelError, match=r"does not accept an input of 1×8×8 .*in test_layers.py:\d+\)") as caught:
        chosen(model, (1, 8, 8))
    assert "\n" not in str(caught.value)
    assert all(not x._forward_hooks for x in model.modules())


class Clashing(nn.Module):
    """Its own modules are called as our two layers are."""

    def __init__(self) -> None:
        super().__init__()
        self.input = nn.Conv2d(3, 4, 3)
        self.body = nn.Conv2d(4, 4, 3)
        self.softmax = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.softmax(self.body(self.input(x)).mean((2, 3)))
        return out


def test_modules_called_as_our_own_layers_are_told_apart() -> None:
    layers = chosen(Clashing(), (3, 8, 8))
    assert [x.name for x in layers] == ["input", "input@module", "body", "softmax@module", "softmax"]
    assert [x.module for x in layers] == [None, "input", "body", "softmax", None]
    assert [x.name for x in chosen(Clashing(), (3, 8, 8), "input@module", "soft*")] == [
        "input@module",
        "softmax@module",
        "softmax",
    ]


class Summary(nn.Module):
    """One of its layers makes one row of the whole batch."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.batch, self.fc = nn.Conv2d(3, 4, 3), nn.Flatten(0), nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        out: Tensor = self.fc(x.mean((2, 3)) + 0 * self.batch(x).sum())
        return out


def test_layers_without_a_row_for_each_image_are_left_out_with_a_note() -> None:
    model, notes = Summary().eval(), list[str]()
    calls = probe(model, torch.ones(1, 3, 8, 8))
    layers = choose_layers(model, calls, (3, 8, 8), ("**",), notes.append)
    assert [x.name for x in layers] == ["input", "conv", "fc", "softmax"]
    assert notes == ["left out, since they give no row for each image: batch"]
    with pytest.raises(ModelError, match="batch: no row for each image"):
        choose_layers(model, calls, (3, 8, 8), ("batch",))


class OneRow(nn.Module):
    """Ignores how many images there are."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:1].flatten(1)


def test_a_network_that_returns_one_row_is_refused() -> None:
    with pytest.raises(ModelError, match="no layer of the network has a row for each image"):
        probe(OneRow(), torch.ones(1, 3, 8, 8))


class OneAtATime(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(192, 5)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc(x.view(1, 192))
        return out


def test_a_network_that_takes_one_image_at_a_time_is_probed_with_one() -> None:
    assert [x.shape for x in probe(OneAtATime(), torch.ones(1, 3, 8, 8))] == [(5,), (5,)]


class Tuple(nn.Module):
    """Returns what an inner module made beside its own result, as models of transformers do."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.pool = nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.conv(x)
        return x, self.pool(x)


def test_what_a_module_hands_on_keeps_its_origin() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.fc = Tuple(), nn.Linear(4, 5)

        def forward(self, x: Tensor) -> dict[str, Tensor]:
            maps, code = self.body(x)
            return {"maps": maps, "logits": self.fc(code.flatten(1))}

    layers = chosen(Model(), (3, 8, 8), "body.*", "fc", "softmax")
    assert edges(layers) == {"body.conv": [], "body.pool": ["body.conv"], "fc": ["body.pool"], "softmax": ["fc"]}
    assert layers[-1].shape == (5,)


class InPlace(nn.Module):
    """The activation overwrites what the norm returned, and a sum overwrites the block's."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.bn, self.relu = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu(self.bn(self.conv(x)))
        y += 1
        return y


def test_in_place_operations_take_nothing_from_the_graph() -> None:
    found = edges(chosen(InPlace(), (3, 8, 8), "**"))
    assert found == {"input": [], "conv": ["input"], "bn": ["conv"], "relu": ["bn"]}
