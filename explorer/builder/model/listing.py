"""All layers of a network, chosen or not, for people to choose from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.layers import Layer, choose_layers
from explorer.builder.model.probe import probe
from explorer.errors import ModelError


@dataclass(frozen=True)
class Listed:
    """A layer of a network."""

    layer: Layer
    depth: int
    """Modules around it."""
    chosen: bool
    """Whether a build takes it: by the globs given, else by default."""


@dataclass(frozen=True)
class Listing:
    """The layers of a network."""

    layers: tuple[Listed, ...]
    """As a tree is written: a module before its parts, side by side in the order in which they are called."""
    names: tuple[str, ...]
    """Names of the chosen ones in execution order, as ``Layer.inputs`` counts them."""
    parameters: int
    """Of the whole network, each counted once."""
    notes: tuple[str, ...]


def list_layers(model: nn.Module, preprocess: Preprocess, patterns: tuple[str, ...]) -> Listing:
    """Run the network on an empty image and list what it is made of.

    Args:
        model: in eval mode.
        preprocess: its ``size`` is the input's.
        patterns: globs as of ``--layer``; empty for the defaults.

    Raises:
        ModelError: the input's size is not known or not accepted, or a glob names nothing.
    """
    if preprocess.size is None:
        raise ModelError("the size of the network's input is not known: give --input-size, as in 224 or 24x32")
    shape = (preprocess.channels, *preprocess.size)
    try:
        empty = torch.zeros(1, *shape)
    except (RuntimeError, MemoryError) as error:
        size = "×".join(map(str, shape))
        raise ModelError(f"there is no memory for an input of {size}; give a smaller --input-size") from error
    calls = probe(model, empty)
    notes: list[str] = []
    every = choose_layers(model, calls, shape, ("**",), notes.append)
    chosen = {x.name: x for x in choose_layers(model, calls, shape, patterns)}
    modules = {x.module for x in every}
    rows = [
        Listed(chosen.get(x.name, x), sum(y in modules for y in _around(x)), x.name in chosen)
        for x in sorted(every, key=_tree_key(every))
    ]
    return Listing(tuple(rows), tuple(chosen), sum(x.numel() for x in model.parameters()), tuple(notes))


def _around(layer: Layer) -> list[str]:
    """Dotted names of the modules around a layer's, the outermost first."""
    parts = (layer.module or "").split(".")
    return [".".join(parts[:i]) for i in range(1, len(parts))]


def _tree_key(layers: list[Layer]) -> Callable[[Layer], list[int]]:
    """Sorts a call of a module before those of its parts, and calls side by side by when they end.

    Args:
        layers: all of them, in the order in which they end.
    """
    calls: dict[str, list[int]] = {}
    for i, layer in enumerate(layers):
        calls.setdefault(layer.module or layer.name, []).append(i)
    place = {x.name: i for i, x in enumerate(layers)}

    def key(layer: Layer) -> list[int]:
        inner = place[layer.name]
        around = (next((x for x in calls.get(name, []) if x > inner), None) for name in _around(layer))
        return [*(x for x in around if x is not None), inner]

    return key
