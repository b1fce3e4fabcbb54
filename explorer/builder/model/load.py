"""Finds the model that was asked for: the user's own, one of a hub, or one in hand; in eval mode, on the CPU."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from torch import nn
from torch.nn.parameter import is_lazy

from explorer.builder.model.factory import from_factory
from explorer.builder.model.hubs import HUBS, from_hub
from explorer.builder.model.source import AS_MADE, RANDOM, ModelSource, one_line
from explorer.builder.model.weights import load_weights
from explorer.errors import ModelError

__all__ = ["ModelSource", "load_model", "one_line", "untrained"]


def load_model(spec: str | nn.Module, weights: Path | None = None, seed: int = 0) -> ModelSource:
    """Make the model that ``spec`` names and put the weights in.

    Args:
        spec: FILE.py:factory or package.module:factory (a function without arguments that returns a
            torch.nn.Module, or the class of one), torchvision:NAME, timm:NAME, hf:ID, or a module in hand.
        weights: a checkpoint; None for pretrained weights where the model is a hub's, else as the factory
            returns it; ``RANDOM`` for an untrained network.
        seed: of an untrained network.

    Raises:
        ModelError: no such model, or its library is missing; it fails or returns something else; the
            weights do not fit, or cannot be downloaded.
    """
    if isinstance(spec, nn.Module):
        kind = type(spec)
        if weights == RANDOM:
            raise ModelError(f"a {kind.__name__} in hand has its weights already; leave weights out, or give a file")
        source = ModelSource(spec, kind.__name__, kind.__module__, "")
    else:
        source = _named(spec, pretrained=weights is None, seed=seed)
    if any(is_lazy(x) for x in (*source.module.parameters(), *source.module.buffers())):
        raise ModelError(
            f"{source.name} has lazy layers without weights; run it once in its factory, so that it has all"
        )
    if weights is not None and weights != RANDOM:
        load_weights(source.module, weights)
        source = replace(source, weights=weights.name)
    elif weights == RANDOM:
        source = replace(source, weights=RANDOM.name)
    return replace(source, module=source.module.eval().cpu(), spec=spec if isinstance(spec, str) else source.name)


def untrained(source: ModelSource) -> tuple[str, ...]:
    """What is said of a network that may be untrained, since nothing else would tell; a line, or none."""
    if source.weights == RANDOM.name:
        return ("untrained: its weights are random",)
    if source.weights == AS_MADE:
        return (f"no --weights: it is {AS_MADE}, untrained unless that loads weights itself",)
    return ()


def _named(spec: str, pretrained: bool, seed: int) -> ModelSource:
    hub, colon, name = spec.partition(":")
    if colon and name and hub in HUBS:
        return from_hub(hub, name, pretrained, seed)
    place, colon, factory = spec.rpartition(":")
    if not colon or not place or not factory:
        raise ModelError(
            f"{spec!r} does not name a model; write FILE.py:factory, package.module:factory, "
            f"{', '.join(f'{x}:NAME' for x in HUBS)}"
        )
    return from_factory(place, factory, seed)
