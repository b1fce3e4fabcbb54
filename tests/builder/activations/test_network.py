"""A network as a recipe: the right one, or none."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from explorer.builder.activations import network
from explorer.builder.activations.network import Network, digest_of
from explorer.builder.model.load import load_model
from explorer.builder.options import ModelSpec
from explorer.errors import ModelError
from tests.builder.tiny import model_file, weights_file


class Times(nn.Module):
    """Two of these look alike to everyone but themselves."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self._factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return x * self._factor


def test_networks_that_differ_in_their_code_alone_are_not_mistaken() -> None:
    two, three = Times(2), Times(3)
    assert digest_of(two, "") == digest_of(three, "")
    first = Network.of(ModelSpec(two), two, "", 0, "behaves so")
    second = Network.of(ModelSpec(three), three, "", 0, "behaves otherwise")
    assert first.load() is two
    assert second.load() is three


def test_another_process_gets_the_same_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = ModelSpec(f"{model_file(tmp_path)}:tiny", weights_file(tmp_path, 1))
    source = load_model(spec.model, spec.weights, 0)
    recipe = Network.of(spec, source.module, source.digest, 0)
    monkeypatch.setattr(network, "_LOADED", {})
    found = recipe.load()
    assert found is not source.module
    assert not found.training
    assert all(torch.equal(x, y) for x, y in zip(found.parameters(), source.module.parameters(), strict=True))
    assert recipe.load() is found


def test_weights_that_changed_meanwhile_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = ModelSpec(f"{model_file(tmp_path)}:tiny", weights_file(tmp_path, 1))
    source = load_model(spec.model, spec.weights, 0)
    recipe = Network.of(spec, source.module, source.digest, 0)
    weights_file(tmp_path, 2).replace(tmp_path / "epoch1.pt")
    monkeypatch.setattr(network, "_LOADED", {})
    with pytest.raises(ModelError, match="is another network for this worker") as caught:
        recipe.load()
    assert "\n" not in str(caught.value)
