"""A network as a recipe that a worker in another process or on another machine can follow."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import torch
from torch import nn

from explorer.builder.model.load import load_model
from explorer.builder.options import ModelSpec
from explorer.errors import ModelError

_LOADED: dict[str, nn.Module] = {}
"""Networks of this process by digest and behaviour: loaded once, however many shards it works on."""


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

    @classmethod
    def of(cls, spec: ModelSpec, module: nn.Module, code: str, seed: int, behaviour: str = "") -> Network:
        """The recipe of a network that is loaded already; it stays loaded in this process."""
        digest = digest_of(module, code)
        _LOADED[digest + behaviour] = module.eval()
        return cls(spec, digest, seed, behaviour)

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


def digest_of(module: nn.Module, code: str) -> str:
    """Hash of code, structure and weights."""
    digest = hashlib.sha256(f"{code}\n{module!r}".encode())
    for name, tensor in module.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
