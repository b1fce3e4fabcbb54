"""Runs a model once and finds which module calls happen, in which order, and which feeds which.

Every tensor carries the set of module calls it was computed from; every torch function hands the sets of
its arguments on to its results, and a module's result starts a new set. So branches, skip connections and
functional operations between modules are followed as they are executed, also where the code cannot be
traced symbolically (torch.fx stops at data-dependent control flow).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from explorer.builder.model.source import one_line
from explorer.errors import ModelError

INPUT = -1
"""The call index that stands for the images themselves."""

_MARK = "_layerflight_sources"


@dataclass(frozen=True)
class Call:
    """One call of one module during a forward pass."""

    module: str
    """Dotted name of the module, empty for the model itself."""
    nth: int
    """Which call of this module, from 0."""
    kind: str
    """Type name of the module."""
    shape: tuple[int, ...]
    """Shape of the output for one image; empty when it is not a batch of tensors."""
    inputs: frozenset[int]
    """The calls its output was computed from, nearest ones only: indices, or INPUT."""

    @property
    def name(self) -> str:
        """Dotted name, with @2, @3, ... from the second call on."""
        return self.module if self.nth == 0 else f"{self.module}@{self.nth + 1}"


def probe(model: nn.Module, example: Tensor) -> list[Call]:
    """All module calls of one forward pass, in the order in which they finish; the model itself is last.

    Args:
        model: in eval mode.
        example: (1, C, h, w) one preprocessed image.

    Raises:
        ModelError: the model does not accept the image.
    """
    calls: list[Call] = []
    counts: dict[str, int] = {}

    def finished(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            first = first_tensor(output)
            fits = first is not None and first.ndim >= 2 and first.shape[0] == len(example)
            shape = tuple(int(x) for x in first.shape[1:]) if fits and first is not None else ()
            nth = counts.get(name, 0)
            counts[name] = nth + 1
            calls.append(Call(name, nth, type(module).__name__, shape, _sources(output if first is None else first)))
            for tensor in _tensors(output):
                setattr(tensor, _MARK, frozenset((len(calls) - 1,)))

        return hook

    handles = [module.register_forward_hook(finished(name)) for name, module in model.named_modules()]
    try:
        with torch.no_grad(), _Provenance():
            batch = example.clone()
            setattr(batch, _MARK, frozenset((INPUT,)))
            model(batch)
    except Exception as error:
        shape = " x ".join(str(x) for x in example.shape[1:])
        raise ModelError(
            f"the network does not accept an input of {shape} ({one_line(error)}); see --input-size and --channels"
        ) from error
    finally:
        for handle in handles:
            handle.remove()
    return calls


def contracted(calls: list[Call], index: int, wanted: set[int]) -> set[int]:
    """The nearest calls in ``wanted`` (or INPUT) that feed a call, looking through all others."""
    found: set[int] = set()
    seen: set[int] = set()
    waiting = list(calls[index].inputs)
    while waiting:
        source = waiting.pop()
        if source in seen:
            continue
        seen.add(source)
        if source in wanted or source == INPUT:
            found.add(source)
        else:
            waiting += calls[source].inputs
    return found


def first_tensor(output: Any) -> Tensor | None:
    """The activation in what a module returned.

    Args:
        output: a tensor, or any tree of tuples, lists and dictionaries with tensors.

    Returns:
        The tensor itself, what a dictionary or named tuple calls "logits", or else the first one of
        floating-point numbers; None without one.
    """
    logits = output.get("logits") if isinstance(output, Mapping) else getattr(output, "logits", None)
    if isinstance(logits, Tensor):
        return logits
    return next((x for x in _tensors(output) if x.is_floating_point()), None)


class _Provenance(TorchFunctionMode):
    """Hands the marks of a torch function's arguments on to its results."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if func is Tensor.__setitem__:  # returns nothing: the tensor written into takes part
            setattr(args[0], _MARK, _sources(args))
            return result
        sources = _sources((args, kwargs))
        if sources:
            for tensor in _tensors(result):
                setattr(tensor, _MARK, sources)
        return result


def _tensors(tree: Any) -> Iterator[Tensor]:
    """All tensors of a tree; dictionaries of a class that torch does not know are opened too."""
    for leaf in tree_leaves(tree):
        if isinstance(leaf, Tensor):
            yield leaf
        elif isinstance(leaf, Mapping):
            yield from _tensors(dict(leaf))


def _sources(tree: Any) -> frozenset[int]:
    found: frozenset[int] = frozenset()
    for tensor in _tensors(tree):
        found |= getattr(tensor, _MARK, frozenset())
    return found
