"""What becomes of receptive fields when a tensor is only turned, cut or written differently."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from explorer.builder.model.receptive import GONE, Field, Grid, Row, Spread, Step


def places(field: Field) -> tuple[int, ...]:
    """The dimensions along which units of different places lie."""
    if isinstance(field, Row):
        return (field.dim,)
    return field.dims if isinstance(field, Grid) and field.dims != GONE else ()


def relabelled(field: Field, new: Callable[[int], int | None]) -> Field:
    """The same units after a change of dimensions; ``new`` gives each one's new place, None if it is gone."""
    if isinstance(field, Row):
        to = new(field.dim)
        return Spread.UNKNOWN if to is None else Row(to)
    if isinstance(field, Grid) and field.dims != GONE:
        down, across = new(field.dims[0]), new(field.dims[1])
        return Spread.UNKNOWN if down is None or across is None else replace(field, dims=(down, across))
    return field


def permuted(step: Step, field: Field, shape: tuple[int, ...]) -> Field:
    """permute."""
    order = step.args[1:] if len(step.args) > 2 else step.argument(1, "dims")
    ndim = len(shape)
    old = [int(x) % ndim for x in order]
    return relabelled(field, lambda d: old.index(d % ndim) - ndim)


def transposed(step: Step, field: Field, shape: tuple[int, ...]) -> Field:
    """transpose, swapaxes."""
    ndim = len(shape)
    a, b = int(step.argument(1, "dim0")) % ndim, int(step.argument(2, "dim1")) % ndim
    swap = {a: b, b: a}
    return relabelled(field, lambda d: swap.get(d % ndim, d % ndim) - ndim)


def unsqueezed(step: Step, field: Field, shape: tuple[int, ...]) -> Field:
    """unsqueeze."""
    ndim = len(shape)
    at = int(step.argument(1, "dim")) % ndim - ndim
    return relabelled(field, lambda d: d if d > at else d - 1)


def reshaped(step: Step, field: Field, shape: tuple[int, ...]) -> Field:
    """Dimensions that keep their length and place keep the grid; a dimension that holds both is a row."""
    if isinstance(field, Grid) and field.dims != GONE and all(step.shape[d] == 1 for d in field.dims):
        return replace(field, dims=GONE)
    dims = places(field)
    spans = [_span(step.shape, d) for d in dims]
    found = [next((j - len(shape) for j in range(len(shape)) if _span(shape, j) == x), None) for x in spans]
    if None not in found:
        return relabelled(field, lambda d: found[dims.index(d)])
    for j in range(1, len(shape)):  # dimension 0 is the batch
        low, high = _span(shape, j)
        if all(low <= x[0] and x[1] <= high for x in spans):
            return Row(j - len(shape))
    return Spread.UNKNOWN


def _span(shape: tuple[int, ...], dim: int) -> tuple[int, int]:
    """Step of a dimension in a contiguous tensor, and that of the dimension before it."""
    low = math.prod(shape[dim % len(shape) + 1 :])
    return low, low * shape[dim]


def kept(step: Step, field: Field, shape: tuple[int, ...]) -> Field:
    """chunk, split, expand, squeeze, roll over channels: unchanged if the lengths along its dimensions are."""
    same = all(shape[d] == step.shape[d] for d in places(field)) and len(shape) == len(step.shape)
    return field if same or not places(field) else Spread.UNKNOWN


def unbound(step: Step, field: Field, shape: tuple[int, ...]) -> Field:
    """unbind: one of the results."""
    return _without(field, int(step.argument(1, "dim", 0)), len(step.shape))


def _without(field: Field, dim: int, ndim: int) -> Field:
    """One index along a dimension that is then gone."""
    gone = dim % ndim - ndim
    return relabelled(field, lambda d: None if d == gone else d + 1 if d < gone else d)


def indexed(step: Step, field: Field, shape: tuple[int, ...]) -> Field:
    """``x[...]`` with slices and numbers; a slice of a grid is a grid."""
    index = step.args[1] if isinstance(step.args[1], tuple) else (step.args[1],)
    if any(isinstance(x, bool) or not (x is None or x is ... or isinstance(x, int | slice)) for x in index):
        return Spread.UNKNOWN
    at = next((i for i, x in enumerate(index) if x is ...), len(index))
    used = sum(x is not None and x is not ... for x in index)
    rest = (slice(None),) * (len(step.shape) - used)
    new: dict[int, int | None] = {}
    source = result = -1
    for item in reversed((*index[:at], *rest, *index[at + 1 :])):
        if item is None:
            result -= 1
            continue
        new[source] = result if isinstance(item, slice) else None
        if isinstance(item, slice):
            field = _sliced(field, source, item, step.shape[source])
            result -= 1
        source -= 1
    return relabelled(field, new.__getitem__)


def _sliced(field: Field, dim: int, item: slice, size: int) -> Field:
    start, stop, step = item.indices(size)
    if isinstance(field, Row) and field.dim == dim:
        return field if (start, stop, step) == (0, size, 1) else Spread.UNKNOWN
    return field.sliced(dim, start, step) if isinstance(field, Grid) else field
