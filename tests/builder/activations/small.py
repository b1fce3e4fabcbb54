"""A pass over a few images with a network in hand, for tests of its parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from explorer.builder.activations import shards
from explorer.builder.activations.extract import extract
from explorer.builder.activations.merge import Activations, Outputs, join_layer, join_outputs, join_pictures
from explorer.builder.activations.network import Network
from explorer.builder.activations.passes import Pass
from explorer.builder.crew import Alone
from explorer.builder.images.image_set import ImageSet
from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.layers import choose_layers
from explorer.builder.model.probe import probe
from explorer.builder.options import ModelSpec
from explorer.builder.progress import Silent, Stopwatch


class InPlace(nn.Module):
    """An in-place ReLU overwrites what the convolution returned, and one module is called twice."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 5, 3)
        self.relu = nn.ReLU(inplace=True)
        self.fc = nn.Linear(5 * 6 * 6, 4)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc(self.relu(self.relu(self.conv(x)) - 0.1).flatten(1))
        return out


def small_pass(folder: Path, model: nn.Module, images: ImageSet, **changes: Any) -> Pass:
    """A pass for all layers of a network of 3 x 8 x 8 inputs."""
    model.eval()
    layers = tuple(choose_layers(model, probe(model, torch.zeros(1, 3, 8, 8)), (3, 8, 8), ("**",)))
    fields: dict[str, Any] = {
        "network": Network.of(ModelSpec(model), model, "", 0), "images": images, "preprocess": Preprocess(),
        "layers": layers, "keys": tuple(f"key of {x.name}" for x in layers), "input_shape": (8, 8, 3), "batch": 5,
        "side": 32, "components": 256, "seed": 0, "folder": folder / "pass", "pictures": folder / "pictures",
        "thumbnail_side": 32,
    }  # fmt: skip
    return Pass(**(fields | changes))


def run(work: Pass) -> None:
    """Find all shards."""
    extract(work, Alone(), Silent(), Stopwatch())


def joined(work: Pass, world: Path) -> tuple[list[Activations], Outputs]:
    """Find all shards and put them into a world."""
    run(work)
    world.mkdir(exist_ok=True)
    layers = [join_layer(work, i, world, f"reduced/{i:02d}.npy", f"maps/{i:02d}") for i in range(len(work.layers))]
    if work.pictures is not None:
        join_pictures(work, world)
    return layers, join_outputs(work)


def deal_small(monkeypatch: pytest.MonkeyPatch, shard: int, sample: int) -> None:
    """Shards of so few images that some hundred make many of them."""
    monkeypatch.setattr(shards, "SHARD", shard)
    monkeypatch.setattr(shards, "SAMPLE", sample)
