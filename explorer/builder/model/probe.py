"""Runs a model once and finds which module calls happen, in which order, and which feeds which.

Every tensor carries the set of module calls it was computed from; every torch function hands the sets of
its arguments on to its results, and a module's result starts a new set. So branches, skip connections and
functional operations between modules are followed as they are executed, also where the code cannot be
traced symbolically (torch.fx stops at data-dependent control flow).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from explorer.builder.model.receptive import Field, ReceptiveField, Spread, Step, of_input, receptive_field
from explorer.builder.model.receptive_rules import FRESH, field_after
from explorer.builder.model.source import one_line
from explorer.errors import ModelError

INPUT = -1
"""The call index that stands for the images themselves."""

_MARK = "_layerflight_mark"


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
    """Shape of the output for one image; empty when it does not have a row for each."""
    inputs: frozenset[int]
    """The calls its output was computed from, nearest ones only: indices, or INPUT."""
    receptive: ReceptiveField | None = None
    """What one unit of the output sees of the image; None: unknown."""

    @property
    def name(self) -> str:
        """Dotted name, with @2, @3, ... from the second call on."""
        return self.module if self.nth == 0 else f"{self.module}@{self.nth + 1}"


@dataclass(frozen=True)
class _Mark:
    """What is known of a tensor during the pass."""

    sources: frozenset[int]
    """The module calls it was computed from, nearest ones only."""
    field: Field | None
    """Where its units look."""


def probe(model: nn.Module, example: Tensor) -> list[Call]:
    """All module calls of one forward pass, in the order in which they finish; the model itself is last.

    The image is given twice, so that what keeps a row for each can be told from what does not; a network
    that takes one image at a time gets one.

    Args:
        model: in eval mode.
        example: (1, C, h, w) one preprocessed image.

    Raises:
        ModelError: the model does not accept the image, or returns fewer rows than it was given images.
    """
    try:
        calls = _calls(model, example[:1].repeat(2, 1, 1, 1))
    except Exception as error:
        try:
            return _calls(model, example[:1])
        except Exception:
            if not isinstance(error, (RuntimeError, ValueError, TypeError, IndexError, AssertionError, MemoryError)):
                raise ModelError(f"the network's forward raised {one_line(error)}") from error
            shape = "×".join(str(x) for x in example.shape[1:])
            raise ModelError(
                f"the network does not accept an input of {shape} ({one_line(error)}); see --input-size and --channels"
            ) from error
    if not any(x.shape for x in calls):
        raise ModelError(
            "no layer of the network has a row for each image of a batch; its forward should take and "
            "return (B, ...), the batch first"
        )
    return calls


def _calls(model: nn.Module, batch: Tensor) -> list[Call]:
    """The calls of a forward pass with a batch (B, C, h, w)."""
    recorder = _Recorder(batch)
    handles = [x.register_forward_pre_hook(recorder.begun) for x in model.modules()]
    handles += [x.register_forward_hook(recorder.finished(name)) for name, x in model.named_modules()]
    try:
        with torch.no_grad(), _Provenance():
            setattr(batch, _MARK, _Mark(frozenset((INPUT,)), of_input()))
            model(batch)
    finally:
        for handle in handles:
            handle.remove()
    return recorder.calls


class _Recorder:
    """Notes every call of a module during one forward pass, and marks what it returns."""

    def __init__(self, batch: Tensor) -> None:
        self.calls: list[Call] = []
        self._images = len(batch)
        self._size = (int(batch.shape[2]), int(batch.shape[3]))
        self._counts: Counter[str] = Counter()
        self._begun: list[int] = []
        """For each call under way, how many had finished when it began."""

    def begun(self, module: nn.Module, args: Any) -> None:
        """Before a call."""
        self._begun.append(len(self.calls))

    def finished(self, name: str) -> Callable[[nn.Module, Any, Any], None]:
        """After a call of the module ``name``."""

        def hook(module: nn.Module, args: Any, output: Any) -> None:
            begin, nth = self._begun.pop(), self._counts[name]
            self._counts[name] += 1
            activation = first_tensor(output)
            sources = _sources(output if activation is None else activation)
            shape, seen = self._shape(activation), None
            if activation is not None and shape:
                mark: _Mark | None = getattr(activation, _MARK, None)
                seen = receptive_field(mark.field if mark else None, tuple(activation.shape), self._size)
            self.calls.append(Call(name, nth, type(module).__name__, shape, sources, seen))
            for tensor in _tensors(output):
                # What else an inner module made and this one hands on stays the inner one's.
                if tensor is activation or all(x < begin for x in _sources(tensor)):
                    own: _Mark | None = getattr(tensor, _MARK, None)
                    setattr(tensor, _MARK, _Mark(frozenset((len(self.calls) - 1,)), own.field if own else None))

        return hook

    def _shape(self, activation: Tensor | None) -> tuple[int, ...]:
        """Shape for one image, empty without a row for each."""
        if activation is None or activation.ndim < 2 or activation.shape[0] != self._images:
            return ()
        return tuple(int(x) for x in activation.shape[1:])


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
        kwargs = kwargs or {}
        marked = [(x, tuple(x.shape)) for x in _tensors((args, kwargs)) if hasattr(x, _MARK)]
        result = func(*args, **kwargs)
        name = str(getattr(func, "__name__", ""))
        if func is Tensor.__setitem__:  # returns nothing: the tensor written into takes part
            setattr(args[0], _MARK, _Mark(_sources(args), Spread.UNKNOWN))
        elif marked and name not in FRESH:
            marks: list[_Mark] = [getattr(x, _MARK) for x, _ in marked]
            sources = frozenset[int]().union(*(x.sources for x in marks))
            step = Step(
                args, kwargs, [x.field for x in marks if x.field is not None],
                [size for (_, size), x in zip(marked, marks, strict=True) if x.field is not None],
                bool(args) and marks[0].field is not None and marked[0][0] is args[0],
            )  # fmt: skip
            for tensor in _tensors(result):
                setattr(tensor, _MARK, _Mark(sources, field_after(name, step, tuple(tensor.shape))))
        return result


def _tensors(tree: Any) -> Iterator[Tensor]:
    """All tensors of a tree; dictionaries of a class that torch does not know are opened too."""
    for leaf in tree_leaves(tree):
        if isinstance(leaf, Tensor):
            yield leaf
        elif isinstance(leaf, Mapping):
            yield from _tensors(dict(leaf))


def _sources(tree: Any) -> frozenset[int]:
    return frozenset[int]().union(*(getattr(x, _MARK).sources for x in _tensors(tree) if hasattr(x, _MARK)))
