"""How the points are shown: switches of the picture, and what their eased changes have come to.

Everyone who computes on the processor where a point is seen (a lasso, a handle, a ring, a thread) goes through
``shown_basis`` and ``displayed``, and agrees with the picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.geometry.camera import ease
from explorer.geometry.sage import Radial, radial
from explorer.types import SHOWN, Float64

if TYPE_CHECKING:
    from explorer.world.detail import Stillness
    from explorer.world.state import AppState
    from explorer.world.strands import Strands

GAMMAS = (0.2, 1.0)
"""Least and greatest share of the 15 dimensions that the radial correction makes up for; the least does nothing."""

THICKNESSES = (0.1, 1.2)
"""Least and greatest half thickness of a slice, radii ``REACH``."""

_FLATTEST = 0.998

REACH = 1.2
"""Radius of a cloud in all its 15 dimensions, scene units: 95% of the points lie within 1.1 to 1.4 of the middle,
layer by layer, when what the tour shows of them fills the view (measured on googlenet15d and cifar10)."""


@dataclass(frozen=True)
class Detail:
    """The level of detail, see ``world.detail``."""

    budget: float | None = None
    """Points that a frame may draw; None draws everything, as in recordings."""
    fullness: float = math.inf
    """Factor on the points that each cloud needs."""
    threads: float = 1.0
    """Share of the threads."""
    still: bool = False
    """Nothing moves: everything is drawn."""
    stillness: Stillness | None = None
    """For how long nothing has moved."""


@dataclass(frozen=True)
class Display:
    """Everything about the picture that is neither the camera nor the tour."""

    version: int = 0
    """Of the selection that stands out now."""
    shift: float = 1.0
    """0 to 1: how far the change to it from the selection before has come."""
    threads: bool = False
    """Selected images drawn as threads through all layers."""
    threads_amount: float = 0.0
    """0 to 1: how far they have grown."""
    by_movement: bool = False
    """Threads coloured by how far an image moves against its neighbours, not like its point."""
    strands: Strands | None = None
    """The images that the threads follow; kept while the threads fade out."""
    sage: bool = False
    """Radial correction of the shown places."""
    sage_amount: float = 0.0
    gamma: float = 0.4
    """Share of the 15 dimensions that it makes up for."""
    slicing: bool = False
    """Points far from the shown space are faint."""
    slice_amount: float = 0.0
    thickness: float = 0.45
    """Half thickness of the slice, radii ``REACH``: a quarter of the points lies within."""
    flat: bool = False
    """15 to 2 dimensions, seen face on."""
    flat_amount: float = 0.0

    @property
    def flatness(self) -> float:
        """0 to 1, eased: how far the third dimension has gone."""
        return ease(self.flat_amount)

    @property
    def radial(self) -> Radial | None:
        """The radial correction of this moment; None when it changes nothing."""
        return radial(self.gamma, REACH, ease(self.sage_amount), self.flatness)

    @property
    def slice(self) -> tuple[float, float] | None:
        """Half its thickness (scene units) and how faint the rest is, 0 to 1; None while nothing is sliced."""
        return None if self.slice_amount <= 0.0 else (self.thickness * REACH, ease(self.slice_amount))


def shown_basis(state: AppState) -> Float64:
    """The basis (15, 3) that the picture uses: in the flat mode its third column fades out.

    A trace of it stays, less than a pixel, so that the order in which points hide each other does not flicker.
    """
    basis = state.tour.basis
    return basis if state.display.flat_amount <= 0.0 else basis * (1.0, 1.0, 1.0 - _FLATTEST * state.display.flatness)


def displayed(state: AppState, offsets: Float64) -> Float64:
    """Where points are seen that ``transform @ shown_basis`` puts at ``offsets``.

    Args:
        state: now.
        offsets: (..., 3) from the middle of their cloud, in the cloud's own frame or turned with its node,
            scene units; of a cloud between two layers the mixture of both.

    Returns:
        (..., 3) float64, likewise from the middle.
    """
    correction = state.display.radial
    offsets = np.asarray(offsets, np.float64).reshape(*np.shape(offsets)[:-1], SHOWN)
    return offsets if correction is None else correction.apply(offsets)
