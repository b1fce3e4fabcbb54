"""Puts a checkpoint into a model: safetensors or torch files as they are found in the wild."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from explorer.builder.model.source import one_line
from explorer.errors import ModelError

NESTS = ("state_dict", "model_state_dict", "model", "module", "net", "network", "weights", "ema", "model_ema")
"""Keys under which training scripts nest the weights, in the order they are tried."""

PREFIXES = ("module.", "_orig_mod.", "model.")
"""Left on every key by DataParallel, torch.compile and wrapping classes."""

SHOWN = 4
"""Keys named in an error before "and N more"."""


def load_weights(model: nn.Module, path: Path) -> None:
    """Load the weights in ``path`` into ``model``, strictly.

    Args:
        model: changed in place; stays on the CPU.
        path: .safetensors, or a file of torch.save in either format, holding a state dict or a dictionary
            with one under a usual name. Pickled modules are refused: loading one runs its author's code.

    Raises:
        ModelError: missing, damaged, pickled, or not fitting; says which keys.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelError(f"{path} does not exist; --weights takes a .safetensors, .pt or .pth file")
    candidates = [_without_prefix(x, model) for x in _state_dicts(_read(path))]
    if not candidates:
        raise ModelError(
            f"{path} holds no weights (no dictionary of tensors, nor one under {', '.join(NESTS[:3])}, ...)"
        )
    misfits = [_misfit(model, x) for x in candidates]
    fitting = next((x for x, why in zip(candidates, misfits, strict=True) if not why), None)
    if fitting is None:
        raise ModelError(f"{path} does not fit {type(model).__name__}: {misfits[0]}")
    model.load_state_dict(fitting, strict=False)  # counters of batch norm may be missing in old files


def _read(path: Path) -> Any:
    try:
        if path.suffix.lower() == ".safetensors":
            return load_file(path, device="cpu")
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        blamed = re.search(r"GLOBAL ([\w.]+)", str(error))
        if blamed is None:
            raise ModelError(
                f"{path} is not a checkpoint that torch or safetensors can read; is it complete?"
            ) from error
        raise ModelError(
            f"{path} holds pickled Python objects ({blamed[1]}), which could run any code when loaded, so it is "
            "refused; where it was made, save the weights alone: torch.save(model.state_dict(), FILE)"
        ) from error
    except Exception as error:  # a damaged pickle makes torch raise nearly anything, AssertionError included
        raise ModelError(f"{path} is damaged or not a checkpoint ({one_line(error)})") from error


def _state_dicts(data: Any) -> Iterator[dict[str, Tensor]]:
    """Every state dict in a checkpoint: itself, and those under the usual keys."""
    if not isinstance(data, Mapping):
        return
    tensors = {str(k): v for k, v in data.items() if isinstance(v, Tensor)}
    if tensors:
        yield tensors
    for name in NESTS:
        yield from _state_dicts(data.get(name))


def _without_prefix(state: dict[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """The state with wrappers' prefixes taken off, as long as every key has one that the model does not."""
    own = model.state_dict().keys()
    while True:
        prefix = next((p for p in PREFIXES if state and all(k.startswith(p) for k in state)), None)
        if prefix is None or (own and all(k.startswith(prefix) for k in own)):
            return state
        state = {k.removeprefix(prefix): v for k, v in state.items()}


def _misfit(model: nn.Module, state: dict[str, Tensor]) -> str:
    """What does not fit, in one line; empty when everything does."""
    own = model.state_dict()
    missing = [k for k in own if k not in state and not k.endswith("num_batches_tracked")]
    unexpected = [k for k in state if k not in own]
    shapes = [
        f"{k} {tuple(state[k].shape)} instead of {tuple(own[k].shape)}"
        for k in own
        if k in state and state[k].shape != own[k].shape
    ]
    parts = [("missing", missing), ("unexpected", unexpected), ("wrong shape", shapes)]
    return "; ".join(f"{what}: {_some(keys)}" for what, keys in parts if keys)


def _some(keys: list[str]) -> str:
    rest = len(keys) - SHOWN
    return ", ".join(keys[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
