"""A saved view at a glance: where a sample of the images is seen in it, in which colours, and what it tells."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.geometry import matrices
from explorer.geometry.neighbourhood import sample
from explorer.store.views import View
from explorer.types import Float64
from explorer.world import lens as lenses
from explorer.world.colouring import CLASS, Colouring
from explorer.world.fitting import matrix
from explorer.world.looks import SPACES, Look
from explorer.world.state import AppState

IMAGES = 1500
"""Images of which a glimpse is made, at most."""

NEAREST = 10
"""Neighbours that are asked for their class."""


@dataclass(frozen=True, eq=False)
class Glimpse:
    """What a saved view shows."""

    places: Float64
    """(n, 3) of some images in the view's camera: right, up, back, scene units."""
    colours: Float64
    """(n, 3) RGB, 0 to 1."""
    accuracy: float | None
    """How often the nearest neighbours in the three coordinates shown name an image's category rightly; None where
    the points are not coloured by categories."""


def key(state: AppState, view: View) -> Hashable:
    """What a glimpse depends on: another key, another glimpse."""
    return ("glimpse", view.basis.tobytes(), view.orientation.tobytes(), _layer(state, view), _look(state, view),
            _colouring(state).key)  # fmt: skip


def glimpse(state: AppState, view: View) -> Glimpse:
    """What a view shows; takes tens of milliseconds, and is the same as long as its ``key`` is."""
    layer, colouring, survey = _layer(state, view), _colouring(state), state.scene.survey
    rows = sample(state.scene.images, IMAGES)
    points = np.asarray(survey.embedding(layer)[rows], np.float64)  # (n, 15)
    shown = points @ matrix(state.scene, _look(state, view), layer) @ view.basis  # (n, 3)
    axes = np.stack([matrices.rotate(view.orientation, axis) for axis in np.eye(3)])  # (3, 3) rows: camera axes
    category, last = survey.categories(colouring.key)[rows], len(colouring.colours) - 1  # (n,)
    category = np.where(category < last, category, -1)  # beyond the names there are: not known
    colours = colouring.colours[np.where(category < 0, last, category)]  # (n, 3)
    return Glimpse(shown @ axes.T, np.asarray(colours), None if colouring.continuous else _told(shown, category))


def _told(places: Float64, category: NDArray[np.int32]) -> float | None:
    """Accuracy of the vote of the nearest neighbours among the images whose category is known."""
    known = category >= 0
    places, category = places[known], category[known]
    if len(places) <= NEAREST or category.max() == 0:
        return None
    squares = (places**2).sum(axis=1)  # (n,)
    apart = squares[:, None] + squares - 2.0 * places @ places.T  # (n, n)
    np.fill_diagonal(apart, np.inf)
    near = category[np.argpartition(apart, NEAREST, axis=1)[:, :NEAREST]]  # (n, 10)
    votes = np.zeros((len(places), int(category.max()) + 1), np.int32)
    np.add.at(votes, (np.arange(len(places))[:, None], near), 1)
    return float(np.mean(votes.argmax(axis=1) == category))


def _layer(state: AppState, view: View) -> int:
    """The layer of a view; the current one for a view of any."""
    names = [node.name for node in state.scene.nodes]
    return names.index(view.layer) if view.layer in names else state.layer


def _look(state: AppState, view: View) -> Look:
    """The view's space with the present colouring, whatever the tour prefers: no glimpse is made anew for that."""
    return lenses.wanted(
        replace(state, lens=replace(state.lens, strength=0.0)), view.space if view.space in SPACES else ""
    )


def _colouring(state: AppState) -> Colouring:
    """What the points are coloured by; the class where that is still being worked out."""
    return next(x for x in state.scene.colourings if x.key == CLASS) if state.colouring.live else state.colouring
