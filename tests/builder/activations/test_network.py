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


def test_each_thread_gets_a_copy_that_shares_the_weights(tmp_path: Path) -> None:
    spec = ModelSpec(f"{model_file(tmp_path)}:tiny", weights_file(tmp_path, 1))
    source = load_model(spec.model, spec.weights, 0)
    recipe = Network.of(spec, source.module, source.digest, 0, copies=True)
    with recipe.borrowed() as first, recipe.borrowed() as second:
        assert len({id(x) for x in (first, second, source.module)}) == 3
        assert len({id(x.get_submodule("conv")) for x in (first, second, source.module)}) == 3
        weights = [list(x.parameters()) for x in (first, second, source.module)]
        assert all(a is b and b is c for a, b, c in zip(*weights, strict=True))
        assert not second.training
    with recipe.borrowed() as again:
        assert again in (first, second)


def test_a_network_that_cannot_be_copied_is_lent_itself() -> None:
    module = Times(2)
    with Network.of(ModelSpec(module), module, "", 0, "by itself").borrowed() as found:
        assert found is module
