"""Puts a checkpoint into a model: safetensors or torch files as they are found in the wild."""

from __future__ import annotations

import pickle
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from explorer.builder.model.harmless import HARMLESS
from explorer.builder.model.source import one_line
from explorer.errors import ModelError

NESTS = (
    "state_dict", "model_state_dict", "model_state", "model", "module", "net", "network", "weights", "params",
    "ema", "model_ema", "state_dict_ema", "ema_state_dict", "params_ema",
)  # fmt: skip
"""Keys under which training scripts nest the weights, in the order they are tried."""

PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "network.")
"""Left on every key by DataParallel, torch.compile and wrapping classes."""

DEPTH = 4
"""Nests within nests that are looked into."""

SHOWN = 4
"""Keys named in an error before "and N more"."""


@dataclass(frozen=True)
class Candidate:
    """A state dict found in a checkpoint, with keys as the model may have them."""

    state: dict[str, Tensor]
    where: str
    """Under which keys it lay, with dots; empty for the file itself."""
    missing: list[str]
    unexpected: list[str]
    shapes: list[str]
    """Keys of another shape, with both."""

    @property
    def misfits(self) -> int:
        """How many keys do not fit."""
        return len(self.missing) + len(self.unexpected) + len(self.shapes)


def load_weights(model: nn.Module, path: Path) -> None:
    """Load the weights in ``path`` into ``model``, strictly.

    Args:
        model: changed in place; stays on the CPU.
        path: .safetensors, or a file of torch.save in either format, holding a state dict or a dictionary
            with one under a usual name. Pickled modules are refused: loading one runs its author's code.

    Raises:
        ModelError: missing, damaged, pickled, in several files, or not fitting; says which keys.
    """
    path = Path(path)
    _check(path)
    candidates = [x for state, where in _state_dicts(_read(path)) for x in _candidates(model, state, where)]
    if not candidates:
        raise ModelError(
            f"{path} holds no weights (no dictionary of tensors, nor one under {', '.join(NESTS[:3])}, ...)"
        )
    best = min(candidates, key=lambda x: x.misfits)  # the first of the best
    if best.misfits:
        where = f" ({best.where!r} in it fits best)" if best.where else ""
        raise ModelError(f"{path} does not fit {type(model).__name__}{where}: {_misfit(best)}")
    model.load_state_dict(best.state, strict=False)  # counters of batch norm may be missing in old files


def _check(path: Path) -> None:
    if path.is_dir():
        raise ModelError(f"{path} is a folder; --weights takes one file (a folder of transformers: --model hf:FOLDER)")
    if not path.is_file():
        raise ModelError(f"{path} does not exist; --weights takes a .safetensors, .pt or .pth file")
    if path.name.endswith(".index.json"):
        raise ModelError(
            f"{path} is the index of a checkpoint in several files, which --weights does not take; "
            "give --model hf:FOLDER, or save the weights as one file"
        )


def _read(path: Path) -> Any:
    try:
        if path.suffix.lower() == ".safetensors":
            return load_file(path, device="cpu")
        with torch.serialization.safe_globals(list(HARMLESS)), warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*TorchScript archive")  # it is refused below in our own words
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        blamed = re.search(r"(?:GLOBAL |<class ')([\w.]+)", str(error))
        if blamed is None:
            raise ModelError(f"{path} is damaged, incomplete or not a checkpoint; copy or download it again") from error
        raise ModelError(
            f"{path} holds pickled Python objects ({blamed[1]}), which could run any code when loaded, so it is "
            "refused; where it was made, save the weights alone: torch.save(model.state_dict(), FILE)"
        ) from error
    except Exception as error:  # a damaged pickle makes torch raise nearly anything, AssertionError included
        if "TorchScript" in str(error):
            raise ModelError(
                f"{path} is a TorchScript archive, which holds code; save its weights alone: "
                "torch.save(torch.jit.load(FILE).state_dict(), OTHER)"
            ) from error
        reason = "it ends too early" if "central directory" in str(error) else one_line(error)
        raise ModelError(
            f"{path} is damaged, incomplete or not a checkpoint ({reason}); copy or download it again"
        ) from error


def _state_dicts(data: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[dict[str, Tensor], str]]:
    """Every state dict in a checkpoint, and where it lies: the whole, and what is under the usual keys.

    A checkpoint may contain itself; deeper than ``DEPTH`` nothing is looked for.
    """
    if not isinstance(data, Mapping) or len(where) > DEPTH:
        return
    tensors = {str(k): v for k, v in data.items() if isinstance(v, Tensor)}
    if tensors:
        yield tensors, ".".join(where)
    for name in NESTS:
        yield from _state_dicts(data.get(name), (*where, name))


def _candidates(model: nn.Module, state: dict[str, Tensor], where: str) -> Iterator[Candidate]:
    """A state without its wrappers' prefixes; and the part under one prefix, where others lie beside it."""
    own = model.state_dict()
    plain = _without_prefix(state, own)
    yield _compared(own, plain, where)
    for prefix in PREFIXES:
        part = {k.removeprefix(prefix): v for k, v in plain.items() if k.startswith(prefix)}
        if 0 < len(part) < len(plain):
            yield _compared(own, _without_prefix(part, own), f"{where}.{prefix}*".removeprefix("."))


def _without_prefix(state: dict[str, Tensor], own: dict[str, Tensor]) -> dict[str, Tensor]:
    """The state with wrappers' prefixes taken off, as long as every key has one that the model does not."""
    while True:
        prefix = next((p for p in PREFIXES if state and all(k.startswith(p) for k in state)), None)
        if prefix is None or (own and all(k.startswith(prefix) for k in own)):
            return state
        state = {k.removeprefix(prefix): v for k, v in state.items()}


def _compared(own: dict[str, Tensor], state: dict[str, Tensor], where: str) -> Candidate:
    return Candidate(
        state,
        where,
        missing=[k for k in own if k not in state and not k.endswith("num_batches_tracked")],
        unexpected=[k for k in state if k not in own],
        shapes=[
            f"{k} {tuple(state[k].shape)} instead of {tuple(own[k].shape)}"
            for k in own
            if k in state and state[k].shape != own[k].shape
        ],
    )


def _misfit(candidate: Candidate) -> str:
    """What does not fit, in one line."""
    parts = [
        ("missing", candidate.missing),
        ("unexpected", candidate.unexpected),
        ("wrong shape", candidate.shapes),
    ]
    return "; ".join(f"{what}: {_some(keys)}" for what, keys in parts if keys)


def _some(keys: list[str]) -> str:
    rest = len(keys) - SHOWN
    return ", ".join(keys[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
