"""Chooses which layers become clouds, and finds which of them feeds which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

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
    model: nn.Module,
    calls: list[Call],
    shape: tuple[int, ...],
    patterns: tuple[str, ...],
    note: Callable[[str], None] = lambda text: None,
    strict: bool = True,
) -> list[Layer]:
    """The layers to embed, in execution order.

    Args:
        model: the network.
        calls: what ``probe`` found.
        shape: (C, h, w) of the network's input.
        patterns: globs on dotted names, where ``*`` stops at a dot and ``**`` does not; "input" and
            "softmax" are names too. Empty for the defaults: the input, every stage or block, pools,
            layers after their norm and activation, the logits and their softmax.
        note: told of layers that are left out, since they have no row for each image.
        strict: whether every pattern must name a layer; else one of them is enough.

    Raises:
        ModelError: a pattern names nothing.
    """
    last = len(calls) - 1
    soft = _wants_softmax(model, calls)
    if patterns:
        named = (
            {INPUT: INPUT_NAME}
            | {i: layer_name(calls[i]) for i in range(last)}
            | ({last: SOFTMAX_NAME} if soft else {})
        )
        chosen = _matching(named, patterns, strict)
    else:
        chosen = default_calls(model, calls) | {INPUT} | ({last} if soft else set())
    useless = {i for i in chosen if i != INPUT and not calls[i].shape}
    if useless:
        names = ", ".join(layer_name(calls[i]) for i in sorted(useless))
        if useless == chosen:
            raise ModelError(f"{names}: no row for each image of a batch in the output, so there is nothing to embed")
        note(f"left out, since they give no row for each image: {names}")
    order = sorted(chosen - useless)  # INPUT is -1, calls are in the order they finish, the softmax follows all
    place = {index: i for i, index in enumerate(order)}
    return [_layer(model, calls, index, shape, index == last, place) for index in order]


def _layer(
    model: nn.Module, calls: list[Call], index: int, shape: tuple[int, ...], is_softmax: bool, place: dict[int, int]
) -> Layer:
    """One chosen call; ``place`` gives the indices of all that are chosen."""
    if index == INPUT:
        return Layer(INPUT_NAME, None, 0, "", shape, (), 0, ReceptiveField((1, 1), (1, 1), (0.0, 0.0)))
    call = calls[index]
    inputs = tuple(sorted(place[x] for x in contracted(calls, index, set(place)) if x in place))
    if is_softmax:
        return Layer(SOFTMAX_NAME, None, call.nth, "Softmax", call.shape, inputs, 0, call.receptive)
    parameters = sum(x.numel() for x in model.get_submodule(call.module).parameters())
    return Layer(layer_name(call), call.module, call.nth, call.kind, call.shape, inputs, parameters, call.receptive)


def layer_name(call: Call) -> str:
    """A call's name as a layer; modules called as our own two layers are told apart from them."""
    return f"{call.name}@module" if call.name in (INPUT_NAME, SOFTMAX_NAME) else call.name


def _matching(names: dict[int, str], patterns: tuple[str, ...], strict: bool) -> set[int]:
    found = [{i for i, name in names.items() if names_layer(x, name)} for x in patterns]
    empty = [x for x, y in zip(patterns, found, strict=True) if not y]
    if empty and (strict or len(empty) == len(patterns)):
        some = list(names.values())
        listed = ", ".join(some[:12]) + (f" and {len(some) - 12} more" if len(some) > 12 else "")
        raise ModelError(f"--layer {empty[0]!r} names no layer of this network; it has {listed}")
    return set[int]().union(*found)


def names_layer(pattern: str, name: str) -> bool:
    """Whether a glob of ``--layer`` names a layer."""
    return _expression(pattern).fullmatch(name) is not None


@lru_cache
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


def default_calls(model: nn.Module, calls: list[Call]) -> set[int]:
    """The calls that become clouds when nothing is chosen.

    Those of the units, without those that only move values, that do nothing to them at this size, and
    that the next unit finishes.
    """
    units = set(_units(model, calls))
    last = len(calls) - 1
    chosen = {i for i in range(last) if calls[i].module in units and calls[i].kind not in _SKIPPED}
    chosen -= {i for i in chosen if _does_nothing(calls, i)}
    modules = dict(model.named_modules())
    finished: set[int] = set()
    for i in sorted(chosen):
        if isinstance(modules[calls[i].module], _FINISHING):
            feeding = contracted(calls, i, chosen)
            if len(feeding) == 1 and all(_is_unfinished(modules, calls, x) for x in feeding):
                finished |= feeding
    return chosen - finished


def _does_nothing(calls: list[Call], index: int) -> bool:
    """Whether a call is of an adaptive pool to the size that its input has already."""
    call = calls[index]
    return call.kind.startswith("Adaptive") and any(x != INPUT and calls[x].shape == call.shape for x in call.inputs)


def _is_unfinished(modules: dict[str, nn.Module], calls: list[Call], index: int) -> bool:
    """Whether a call is of a single layer that a norm or activation may finish: no block, pool or input."""
    if index == INPUT or "Pool" in calls[index].kind:
        return False
    return not _is_composite(modules[calls[index].module])


def _units(model: nn.Module, calls: list[Call]) -> list[str]:
    """Dotted names of the modules that are one step each: leaves and blocks."""
    kinds = Counter(type(x) for x in model.modules())
    units = _opened(model, "", kinds)
    while len(units) < _FEWEST:
        composite = [x for x in units if _is_composite(model.get_submodule(x))]
        if not composite:
            break
        largest = max(composite, key=lambda x: sum(1 for _ in model.get_submodule(x).modules()))
        at = units.index(largest)
        units[at : at + 1] = _opened(model.get_submodule(largest), largest, kinds)
    return _head_opened(model, calls, units, kinds)


def _head_opened(model: nn.Module, calls: list[Call], units: list[str], kinds: Counter[type[nn.Module]]) -> list[str]:
    """The units, with the one that makes the logits opened: what it makes them of is worth seeing."""
    last = next((calls[x].module for x in calls[-1].inputs if x != INPUT and calls[x].shape == calls[-1].shape), "")
    head = next((x for x in units if last == x or last.startswith(f"{x}.")), None)
    if head is None or not _is_composite(model.get_submodule(head)) or len(calls[-1].shape) != 1:
        return units
    at = units.index(head)
    return [*units[:at], *_opened(model.get_submodule(head), head, kinds), *units[at + 1 :]]


def _opened(module: nn.Module, name: str, kinds: Counter[type[nn.Module]]) -> list[str]:
    """The units below a module: plain containers and holders of repeated blocks are opened, blocks are not.

    Args:
        module: is opened itself.
        name: its dotted name.
        kinds: how often each type occurs in the network: what occurs again and again is a block.
    """
    found: list[str] = []
    for key, child in module.named_children():
        path = f"{name}.{key}" if name else key
        opened = type(child) in _PLAIN or (kinds[type(child)] == 1 and _holds_blocks(child, kinds))
        found += _opened(child, path, kinds) if opened else [path]
    return found or ([name] if name else [])


def _holds_blocks(module: nn.Module, kinds: Counter[type[nn.Module]]) -> bool:
    """Whether a module is one plain list of at least two composite modules, as an encoder is; no block of branches."""
    lists = [x for x in module.children() if type(x) in _PLAIN and sum(map(_is_composite, x.children())) >= 2]
    beside = [x for x in module.children() if x not in lists and _is_composite(x) and kinds[type(x)] > 1]
    return len(lists) == 1 and not beside


def _is_composite(module: nn.Module) -> bool:
    return any(True for _ in module.children())
