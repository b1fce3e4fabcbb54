"""Checkpoints as they are found in the wild."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from explorer.builder.model.weights import load_weights
from explorer.errors import ModelError


def network() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))


def state() -> dict[str, Tensor]:
    torch.manual_seed(1)
    return {k: torch.rand_like(v) if v.is_floating_point() else v for k, v in network().state_dict().items()}


def prefixed(prefix: str) -> dict[str, Tensor]:
    return {prefix + k: v for k, v in state().items()}


SHAPES: dict[str, Callable[[], Any]] = {
    "plain": state,
    "data parallel": lambda: prefixed("module."),
    "compiled": lambda: prefixed("_orig_mod."),
    "both": lambda: prefixed("_orig_mod.module."),
    "nested": lambda: {"epoch": 3, "state_dict": prefixed("module."), "best": 0.9},
    "model_state_dict": lambda: {"model_state_dict": state(), "optimizer_state_dict": {"lr": 0.1}},
    "model": lambda: {"model": state(), "step": torch.tensor(7)},
    "ema": lambda: {"ema": {"module": prefixed("module.")}},
    "no counters": lambda: {k: v for k, v in state().items() if "num_batches" not in k},
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("zipped", [True, False])
def test_every_shape_of_checkpoint(tmp_path: Path, shape: str, zipped: bool) -> None:
    path = tmp_path / "w.pth"
    torch.save(SHAPES[shape](), path, _use_new_zipfile_serialization=zipped)
    model = network()
    load_weights(model, path)
    for key, value in state().items():
        assert torch.equal(model.state_dict()[key], value), key


def test_safetensors(tmp_path: Path) -> None:
    save_file(state(), tmp_path / "w.safetensors")
    model = network()
    load_weights(model, tmp_path / "w.safetensors")
    assert torch.equal(model.state_dict()["3.weight"], state()["3.weight"])


def refusal(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_weights(network(), path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_keys_that_do_not_fit_are_named(tmp_path: Path) -> None:
    broken = state() | {"extra": torch.zeros(1), "3.weight": torch.zeros(5, 8)}
    del broken["0.bias"]
    torch.save(broken, tmp_path / "w.pt")
    message = refusal(tmp_path / "w.pt")
    assert "missing: 0.bias; unexpected: extra; wrong shape: 3.weight (5, 8) instead of (3, 8)" in message


def test_many_wrong_keys_are_shortened(tmp_path: Path) -> None:
    torch.save({f"layer{i}.weight": torch.zeros(1) for i in range(50)}, tmp_path / "w.pt")
    message = refusal(tmp_path / "w.pt")
    assert "layer3.weight and 46 more" in message
    assert len(message) < 400


class Pickled(nn.Module):
    """Something torch.save keeps by its class, as a whole pickled model."""


def test_a_pickled_module_is_refused_with_the_way_out(tmp_path: Path) -> None:
    torch.save(Pickled(), tmp_path / "w.pt")
    message = refusal(tmp_path / "w.pt")
    assert "Pickled" in message
    assert "torch.save(model.state_dict(), FILE)" in message


@pytest.mark.parametrize("name", ["w.pt", "w.pth", "w.safetensors"])
@pytest.mark.parametrize("data", [b"", b"not a checkpoint", b"PK\x03\x04 truncated"])
def test_files_that_are_no_checkpoints(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert name in refusal(tmp_path / name)


def test_a_truncated_checkpoint(tmp_path: Path) -> None:
    torch.save(state(), tmp_path / "w.pt")
    data = (tmp_path / "w.pt").read_bytes()
    (tmp_path / "w.pt").write_bytes(data[: len(data) // 2])
    assert "w.pt" in refusal(tmp_path / "w.pt")


def test_no_file_and_no_weights(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none.pt")
    torch.save({"epoch": 3}, tmp_path / "w.pt")
    assert "holds no weights" in refusal(tmp_path / "w.pt")
