"""A network as a recipe that a worker in another process or on another machine can follow."""

from __future__ import annotations

import copy
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import nn

from explorer.builder.model.load import load_model
from explorer.builder.options import ModelSpec
from explorer.errors import ModelError

_LOADED: dict[str, nn.Module] = {}
"""Networks of this process by digest and behaviour: loaded once, however many shards it works on."""

_idle: dict[str, list[nn.Module]] = {}
"""What was lent to a thread and given back, by the same names."""

_lock = threading.Lock()
"""Held while a network is loaded, taken or given back."""


@dataclass(frozen=True)
class Network:
    """A trained network: how to get it, and what it must be."""

    spec: ModelSpec
    digest: str
    """Hash of code, structure and weights."""
    seed: int = 0
    """Of untrained networks."""
    behaviour: str = ""
    """Tells apart networks in hand that differ in nothing else, as in a number that only their code knows."""
    copies: bool = False
    """Whether a copy behaves as it does, so that several threads can each run one."""

    @classmethod
    def of(
        cls, spec: ModelSpec, module: nn.Module, code: str, seed: int, behaviour: str = "", copies: bool = False
    ) -> Network:
        """The recipe of a network that is loaded already; it stays loaded in this process."""
        digest = digest_of(module, code)
        with _lock:
            _LOADED[digest + behaviour] = module.eval()
            _idle.pop(digest + behaviour, None)
        return cls(spec, digest, seed, behaviour, copies)

    @contextmanager
    def borrowed(self) -> Iterator[nn.Module]:
        """The network in eval mode, for one thread alone: a copy, or itself where it cannot be copied.

        Hooks go onto modules, and modules may keep things for the rest of a pass: threads cannot share one. A copy
        would take the hooks along, so the network itself gets none.

        Raises:
            ModelError: what is found here is not the network that the build was started with.
        """
        name = self.digest + self.behaviour
        with _lock:
            whole = self.load()
            idle = _idle.setdefault(name, [])
            module = idle.pop() if idle else copy_of(whole) if self.copies else whole
        try:
            yield module
        finally:
            with _lock:
                idle.append(module)

    def load(self) -> nn.Module:
        """The network in eval mode.

        Raises:
            ModelError: what is found here is not the network that the build was started with.
        """
        name = self.digest + self.behaviour
        if name not in _LOADED:
            source = load_model(self.spec.model, self.spec.weights, self.seed)
            found = digest_of(source.module, source.digest)
            if found != self.digest:
                raise ModelError(
                    f"{self.spec.model} is another network for this worker than where the build was started; "
                    "all workers need the same files and versions"
                )
            _LOADED[name] = source.module.eval()
        return _LOADED[name]


def copy_of(module: nn.Module) -> nn.Module:
    """A copy of everything but the weights, which both have in common."""
    shared = {id(x): x for x in (*module.parameters(), *module.buffers())}
    return copy.deepcopy(module, shared)  # these ids stand for what is not to be copied


def digest_of(module: nn.Module, code: str) -> str:
    """Hash of code, structure and weights."""
    digest = hashlib.sha256(f"{code}\n{module!r}".encode())
    for name, tensor in module.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
