"""Chooses which layers become clouds, and finds which of them feeds which."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from torch import nn

from explorer.builder.model.probe import INPUT, Call, contracted
from explorer.builder.model.receptive import ReceptiveField
from explorer.errors import ModelError

INPUT_NAME, SOFTMAX_NAME = "input", "softmax"

_SKIPPED = frozenset(
    ("Flatten", "Unflatten", "Identity", "ZeroPad2d", "ReflectionPad2d", "ReplicationPad2d", "ConstantPad2d",
     "Dropout", "Dropout1d", "Dropout2d", "AlphaDropout", "StochasticDepth", "Upsample", "Permute")
)  # fmt: skip
"""Kinds that only move values about, or do nothing in eval mode."""

_FINISHING = (
    nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.LocalResponseNorm,
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.RReLU, nn.ELU, nn.CELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish,
    nn.Hardswish, nn.Hardtanh, nn.Hardsigmoid, nn.Sigmoid, nn.Tanh, nn.Softplus, nn.Softsign,
)  # fmt: skip
"""Norms and activations: they finish the layer before, whose own output is then not shown as well."""

_PLAIN = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
"""Containers with no behaviour of their own; subclasses are blocks."""

_FEWEST = 4
"""Units below which composite modules are opened further."""


@dataclass(frozen=True)
class Layer:
    """A layer that becomes a cloud."""

    name: str
    """Dotted module name (with @2 for a second call), "input" or "softmax"; unique."""
    module: str | None
    """Dotted name of the module to hook, None for "input" and "softmax"."""
    nth: int
    """Which call of the module, from 0."""
    kind: str
    shape: tuple[int, ...]
    """Of one image's activation."""
    inputs: tuple[int, ...]
    """Indices of the chosen layers that feed it, nearest ones only."""
    parameters: int = 0
    """Numbers learned inside its module, its parts included."""
    receptive: ReceptiveField | None = None
    """What one unit sees of the image; None: unknown."""


def choose_layers(
    model: nn.Module, calls: list[Call], shape: tuple[int, ...], patterns: tuple[str, ...]
) -> list[Layer]:
    """The layers to embed, in execution order.

    Args:
        model: the network.
        calls: what ``probe`` found.
        shape: (C, h, w) of the network's input.
        patterns: globs on dotted names, where ``*`` stops at a dot and ``**`` does not; "input" and
            "softmax" are names too. Empty for the defaults: the input, every stage or block, pools,
            layers after their norm and activation, the logits and their softmax.

    Raises:
        ModelError: a pattern names nothing.
    """
    last = len(calls) - 1
    usable = {i for i, x in enumerate(calls[:last]) if x.shape}
    soft = _wants_softmax(model, calls)
    if patterns:
        names = (
            {INPUT: INPUT_NAME} | {i: calls[i].name for i in sorted(usable)} | ({last: SOFTMAX_NAME} if soft else {})
        )
        chosen = _matching(names, patterns)
    else:
        chosen = _defaults(model, calls, usable) | {INPUT} | ({last} if soft else set())
    order = sorted(chosen)  # INPUT is -1, calls are in the order they finish, the softmax follows all
    place = {index: i for i, index in enumerate(order)}
    return [
        Layer(INPUT_NAME, None, 0, "", shape, ())
        if index == INPUT
        else Layer(
            SOFTMAX_NAME if index == last else calls[index].name,
            None if index == last else calls[index].module,
            calls[index].nth,
            "Softmax" if index == last else calls[index].kind,
            calls[index].shape,
            tuple(sorted(place[x] for x in contracted(calls, index, chosen) if x in place)),
        )
        for index in order
    ]


def _matching(names: dict[int, str], patterns: tuple[str, ...]) -> set[int]:
    chosen: set[int] = set()
    for pattern in patterns:
        expression = _expression(pattern)
        found = {i for i, name in names.items() if expression.fullmatch(name)}
        if not found:
            some = list(names.values())
            listed = ", ".join(some[:12]) + (f" and {len(some) - 12} more" if len(some) > 12 else "")
            raise ModelError(f"--layer {pattern!r} names no layer of this network; it has {listed}")
        chosen |= found
    return chosen


def _expression(pattern: str) -> re.Pattern[str]:
    """A glob on dotted names as a regular expression."""
    parts = re.split(r"(\*\*|\*|\?)", pattern)
    wild = {"**": ".*", "*": "[^.]*", "?": "[^.]"}
    return re.compile("".join(wild.get(x) or re.escape(x) for x in parts))


def _wants_softmax(model: nn.Module, calls: list[Call]) -> bool:
    """Whether the network ends in logits: a vector that no softmax module made."""
    soft = {i for i, x in enumerate(calls) if x.kind in ("Softmax", "LogSoftmax")}
    shape = calls[-1].shape
    return len(shape) == 1 and shape[0] >= 2 and not (calls[-1].inputs & soft) and type(model) is not nn.Softmax


def _defaults(model: nn.Module, calls: list[Call], usable: set[int]) -> set[int]:
    """Calls of the units, without those that only move values and those that the next one finishes."""
    units = set(_units(model))
    chosen = {i for i in usable if calls[i].module in units and calls[i].kind not in _SKIPPED}
    modules = dict(model.named_modules())
    finished: set[int] = set()
    for i in sorted(chosen):
        if isinstance(modules[calls[i].module], _FINISHING):
            feeding = contracted(calls, i, chosen)
            if len(feeding) == 1 and all(_is_unfinished(modules, calls, x) for x in feeding):
                finished |= feeding
    return chosen - finished


def _is_unfinished(modules: dict[str, nn.Module], calls: list[Call], index: int) -> bool:
    """Whether a call is of a single layer that a norm or activation may finish: no block, pool or input."""
    if index == INPUT or "Pool" in calls[index].kind:
        return False
    return not any(True for _ in modules[calls[index].module].children())


def _units(model: nn.Module) -> list[str]:
    """Dotted names of the modules that are one step each: leaves and blocks."""
    units = _opened(model, "")
    while len(units) < _FEWEST:
        composite = [x for x in units if any(True for _ in model.get_submodule(x).children())]
        if not composite:
            break
        largest = max(composite, key=lambda x: sum(1 for _ in model.get_submodule(x).modules()))
        at = units.index(largest)
        units[at : at + 1] = _opened(model.get_submodule(largest), largest)
    return units


def _opened(module: nn.Module, name: str) -> list[str]:
    """The units below a module: plain containers and holders of repeated blocks are opened, blocks are not."""
    children = list(module.named_children())
    kinds = Counter(type(child) for _, child in children)
    found: list[str] = []
    for key, child in children:
        path = f"{name}.{key}" if name else key
        opened = type(child) in _PLAIN or (kinds[type(child)] == 1 and _holds_blocks(child))
        found += _opened(child, path) if opened else [path]
    return found or ([name] if name else [])


def _holds_blocks(module: nn.Module) -> bool:
    """Whether a module holds a plain list of at least two composite modules, as an encoder does."""
    return any(
        sum(any(True for _ in item.children()) for item in child.children()) >= 2
        for child in module.children()
        if type(child) in _PLAIN
    )
