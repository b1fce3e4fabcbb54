"""Checkpoints as they are found in the wild."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from explorer.builder.model.load import load_model
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


def loads(path: Path) -> bool:
    model = network()
    load_weights(model, path)
    return all(torch.equal(model.state_dict()[k], v) for k, v in state().items())


BESIDE: dict[str, Any] = {
    "arguments": argparse.Namespace(lr=0.1, out=PurePosixPath("a/b"), nested=argparse.Namespace(depth=3)),
    "numpy numbers": [np.float64(0.93), np.float32(1), np.int64(4), np.bool_(True)],
    "numpy arrays": {"mean": np.array([0.4, 0.5]), "dtype": np.dtype("float32")},
    "a path": Path("runs/7"),
}


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("zipped", [True, False])
def test_harmless_things_beside_the_weights(tmp_path: Path, beside: str, zipped: bool) -> None:
    content = {"state_dict": prefixed("module."), "beside": BESIDE[beside], "epoch": 3}
    torch.save(content, tmp_path / "w.pth", _use_new_zipfile_serialization=zipped)
    assert loads(tmp_path / "w.pth")


class Runs:
    """What a hostile file holds: unpickling it calls a function of its author's choice."""

    def __init__(self, call: Any, *args: Any) -> None:
        self.reduced = call, args

    def __reduce__(self) -> Any:
        return self.reduced


@pytest.mark.parametrize(
    "hostile",
    [
        lambda mark: Runs(os.system, f"touch {mark}"),
        lambda mark: Runs(eval, f"open({str(mark)!r}, 'w')"),
        lambda mark: argparse.Namespace(x=Runs(os.mkdir, str(mark))),
        lambda mark: np.array([Runs(os.mkdir, str(mark))], dtype=object),
        lambda mark: Runs(Path.touch, mark),
    ],
)
def test_no_code_of_a_file_is_run(tmp_path: Path, hostile: Callable[[Path], Any]) -> None:
    mark = tmp_path / "mark"
    torch.save({"state_dict": state(), "args": hostile(mark)}, tmp_path / "w.pth")
    assert "could run any code when loaded" in refusal(tmp_path / "w.pth")
    assert not mark.exists()


def test_a_checkpoint_that_contains_itself(tmp_path: Path) -> None:
    loop: dict[str, Any] = {"epoch": 1}
    loop["model"] = loop
    torch.save(loop, tmp_path / "w.pt")
    assert "holds no weights" in refusal(tmp_path / "w.pt")
    loop["state_dict"] = state()
    torch.save(loop, tmp_path / "w.pt")
    assert loads(tmp_path / "w.pt")


def test_a_checkpoint_nested_very_deeply(tmp_path: Path) -> None:
    deep: dict[str, Any] = state()
    for _ in range(300):
        deep = {"model": deep}
    torch.save(deep, tmp_path / "w.pt")
    assert "w.pt" in refusal(tmp_path / "w.pt")


def test_the_best_fitting_part_is_named(tmp_path: Path) -> None:
    nearly = state()
    del nearly["3.bias"]
    torch.save({"state_dict": {"other.weight": torch.zeros(2)}, "ema": nearly}, tmp_path / "w.pt")
    message = refusal(tmp_path / "w.pt")
    assert "('ema' in it fits best): missing: 3.bias" in message
    assert "other" not in message


def test_other_things_may_lie_beside_a_prefix(tmp_path: Path) -> None:
    """Lightning keeps the loss's weights, averaged models a counter, beside the network's."""
    torch.save({"state_dict": prefixed("model.") | {"loss.weight": torch.zeros(3)}}, tmp_path / "w.ckpt")
    assert loads(tmp_path / "w.ckpt")
    torch.save(prefixed("module.") | {"n_averaged": torch.tensor(3)}, tmp_path / "w.pt")
    assert loads(tmp_path / "w.pt")


def test_half_precision_becomes_the_models_own(tmp_path: Path) -> None:
    torch.save({k: v.half() if v.is_floating_point() else v for k, v in state().items()}, tmp_path / "w.pt")
    model = network()
    load_weights(model, tmp_path / "w.pt")
    assert all(x.dtype == torch.float32 for x in model.parameters())
    assert torch.allclose(model.state_dict()["3.weight"], state()["3.weight"], atol=1e-3)


@pytest.mark.parametrize("zipped", [True, False])
def test_tensors_saved_on_a_gpu(tmp_path: Path, zipped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file says cuda:0 of every storage, as one written on such a machine does."""
    monkeypatch.setattr(torch.serialization, "location_tag", lambda storage: "cuda:0")
    torch.save(state(), tmp_path / "w.pt", _use_new_zipfile_serialization=zipped)
    monkeypatch.undo()
    assert b"cuda:0" in (tmp_path / "w.pt").read_bytes()
    assert loads(tmp_path / "w.pt")


def test_what_is_no_single_file_of_weights(tmp_path: Path) -> None:
    assert "is a folder; --weights takes one file" in refusal(tmp_path)
    (tmp_path / "model.safetensors.index.json").write_text("{}")
    assert "in several files" in refusal(tmp_path / "model.safetensors.index.json")


def test_the_resnet_of_the_wild(data_dir: Path) -> None:
    """Legacy format, tensors on CUDA, nested, prefixed: all at once."""
    net = load_model(f"{data_dir / 'nets.py'}:resnet20", data_dir / "resnet20_cifar10" / "resnet20-12fca82f.th")
    saved = torch.load(data_dir / "resnet20_cifar10" / "resnet20-12fca82f.th", map_location="cpu", weights_only=True)
    assert torch.equal(net.module.state_dict()["conv1.weight"], saved["state_dict"]["module.conv1.weight"])
    assert net.weights == "resnet20-12fca82f.th"
