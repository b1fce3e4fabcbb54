"""Receptive fields: which part of the image a unit of a layer sees.

Exact integer arithmetic, as in A. Araujo, W. Norris and J. Sim, "Computing Receptive Fields of Convolutional
Neural Networks", Distill, 2019, https://doi.org/10.23915/distill.00021: along each axis, unit i of a layer sees
the pixels from ``first + i * stride`` to ``last + i * stride``, also beyond the image's border, where padding lies.
``receptive_rules`` says what each operation of torch does to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class ReceptiveField:
    """What one unit of a layer sees of the network's input; pairs are (height, width), in input pixels."""

    size: tuple[int, int]
    """Extent, that beyond the border included; the input's own where everything is mixed."""
    stride: tuple[int, int]
    """From one unit's field to its neighbour's; 0 where everything is mixed."""
    offset: tuple[float, float]
    """Centre of the first unit's field, from the centre of the input's first pixel."""
    whole: bool = False
    """Whether every unit sees the whole image."""


@dataclass(frozen=True)
class Axis:
    """Unit i sees the pixels ``first + i * stride`` to ``last + i * stride``, both included."""

    first: int
    last: int
    stride: int

    def window(self, kernel: int, stride: int, padding: int, dilation: int = 1) -> Axis:
        """Of a convolution or pool over these units; ``padding`` is that before the first unit."""
        before, after = -padding, dilation * (kernel - 1) - padding
        return Axis(self.first + before * self.stride, self.last + after * self.stride, self.stride * stride)

    def taken(self, start: int, step: int) -> Axis:
        """Of the units ``start``, ``start + step``, ... alone."""
        shift = start * self.stride
        return Axis(self.first + shift, self.last + shift, self.stride * step)

    def union(self, other: Axis) -> Axis | None:
        """Of units that see what both see; None where they move at different strides."""
        if self.stride != other.stride:
            return None
        return Axis(min(self.first, other.first), max(self.last, other.last), self.stride)

    def covers(self, units: int, pixels: int) -> bool:
        """Whether each of ``units`` units sees all pixels."""
        return self.first + (units - 1) * self.stride <= 0 and self.last >= pixels - 1


@dataclass(frozen=True)
class Grid:
    """A tensor whose units lie on a grid over the image, along two of its dimensions."""

    down: Axis
    across: Axis
    dims: tuple[int, int] = (-2, -1)
    """Height and width, counted from the last dimension; of a single place both may be gone: ``GONE``."""

    def sliced(self, dim: int, start: int, step: int = 1) -> Grid:
        """Units ``start``, ``start + step``, ... along one of its dimensions; others change nothing."""
        if self.dims == GONE or dim not in self.dims:
            return self
        if dim == self.dims[0]:
            return replace(self, down=self.down.taken(start, step))
        return replace(self, across=self.across.taken(start, step))


@dataclass(frozen=True)
class Row:
    """A tensor with units of all places lined up along one dimension, in whatever order."""

    dim: int
    """Counted from the last dimension."""


class Spread(Enum):
    """What else can be said of a tensor."""

    WHOLE = "every unit sees the whole image"
    UNKNOWN = "parts of the image, but not which"


Field = Grid | Row | Spread
"""Where the units of a tensor look; None in its place for tensors that do not depend on the image."""

GONE = (0, 0)
"""The ``dims`` of a single place whose dimensions were dropped."""


@dataclass(frozen=True)
class Step:
    """One call of a torch function."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    fields: list[Field]
    """Of the arguments that depend on the image."""
    sizes: list[tuple[int, ...]]
    """Shapes of those arguments."""
    first: bool = True
    """Whether the first argument is one of them."""

    def argument(self, index: int, name: str, default: Any = None) -> Any:
        """An argument given by place or by name."""
        return self.args[index] if index < len(self.args) else self.kwargs.get(name, default)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the first argument that depends on the image."""
        return self.sizes[0]


def of_input() -> Grid:
    """The image itself: each pixel sees itself."""
    return Grid(Axis(0, 0, 1), Axis(0, 0, 1))


def merged(fields: list[Field]) -> Field | None:
    """Of a unit computed from units at the same place in several tensors."""
    if not fields:
        return None
    if Spread.WHOLE in fields:
        return Spread.WHOLE
    first = fields[0]
    if all(x == first for x in fields):
        return first
    if not isinstance(first, Grid):
        return Spread.UNKNOWN
    for other in fields[1:]:
        down = first.down.union(other.down) if isinstance(other, Grid) and other.dims == first.dims else None
        across = first.across.union(other.across) if isinstance(other, Grid) else None
        if down is None or across is None:
            return Spread.UNKNOWN
        first = Grid(down, across, first.dims)
    return first


def receptive_field(field: Field | None, shape: tuple[int, ...], image: tuple[int, int]) -> ReceptiveField | None:
    """What people are told of a tensor's units.

    Args:
        field: as followed through the network.
        shape: of the tensor.
        image: height and width of the input.

    Returns:
        None where it is not known.
    """
    if field is Spread.WHOLE:
        return ReceptiveField(image, (0, 0), ((image[0] - 1) / 2, (image[1] - 1) / 2), whole=True)
    if not isinstance(field, Grid):
        return None
    axes = (field.down, field.across)
    units = (1, 1) if field.dims == GONE else (shape[field.dims[0]], shape[field.dims[1]])
    return ReceptiveField(
        (axes[0].last - axes[0].first + 1, axes[1].last - axes[1].first + 1),
        (axes[0].stride, axes[1].stride),
        ((axes[0].first + axes[0].last) / 2, (axes[1].first + axes[1].last) / 2),
        all(axis.covers(count, pixels) for axis, count, pixels in zip(axes, units, image, strict=True)),
    )
