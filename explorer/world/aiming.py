"""Makes the tour's aim from what the person has chosen, anew whenever something it depends on has changed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.geometry import indices
from explorer.geometry import tour as tours
from explorer.geometry.aims import Aim, Grand, Little, Local, Planned, Still
from explorer.geometry.indices import Index
from explorer.geometry.pursuit import Guided
from explorer.types import Float64, Int32
from explorer.world.fitting import matrix
from explorer.world.state import AppState
from explorer.world.tours import CMASS, GRAND, GROUP, GROUPED, GUIDED, LITTLE, LOCAL, MANUAL, PDA, PLANNED, Guide

MOST, MOST_POINTWISE = 4000, 2000
"""Images that a guided tour looks at: a fair sample, where there are more. An index that asks every point in every
view looks at fewer, so that a search at the start of a leg takes a few milliseconds."""


def aimed(state: AppState) -> AppState:
    """The state with a tour that heads for what is chosen; the same one nearly always."""
    if state.touring.mode == GUIDED:
        guide = _guide(state)
        if guide is not state.touring.guide:
            state = replace(state, touring=replace(state.touring, guide=guide))
    depends = _depends(state)
    before = state.touring.aimed
    if depends == before:
        return state
    change = tours.retargeted if before[0] == depends[0] else tours.with_aim
    tour = change(state.tour, _aim(state))
    return replace(state, tour=tour, touring=replace(state.touring, aimed=depends))


def standing(state: AppState) -> str:
    """Why the tour of this kind goes nowhere, in words for the person; empty when it goes."""
    touring = state.touring
    if touring.mode == MANUAL:
        return "Drag an axis"
    if touring.mode == PLANNED and not touring.views:
        return "Save views first: it goes through them"
    if touring.mode == GUIDED and touring.guide is not None and touring.guide.index is None:
        return "Colour by a category: this index compares groups"
    if not state.tour.stands:
        return ""
    return "At an optimum" if touring.mode == GUIDED else "There"


def _depends(state: AppState) -> tuple[Hashable, ...]:
    """The kind of tour, and what its aim is made of."""
    touring = state.touring
    match touring.mode:
        case "local" if touring.centre is not None:
            return LOCAL, touring.radius, touring.centre.tobytes()
        case "planned":
            return PLANNED, touring.views
        case "guided":
            return GUIDED, touring.guide
    return (touring.mode,)


def _aim(state: AppState) -> Aim:
    touring, shown = state.touring, state.tour.shown
    if touring.mode == LITTLE:
        return Little(shown=shown)
    if touring.mode == LOCAL and touring.centre is not None:
        return Local(shown=shown, centre=touring.centre, radius=touring.radius)
    if touring.mode == PLANNED:
        place = state.tour.aim.place if isinstance(state.tour.aim, Planned) else 0
        bases = tuple(view.basis for view in touring.views)
        return Planned(shown=shown, bases=bases, place=place % max(1, len(bases)))
    if touring.mode == GUIDED and touring.guide is not None and touring.guide.index is not None:
        return Guided(shown=shown, index=touring.guide.index)
    return Grand(shown=shown) if touring.mode == GRAND else Still(shown=shown)


def _guide(state: AppState) -> Guide:
    """What the guided tour climbs now; the same one as long as it was made of the same."""
    touring, layer = state.touring, state.layer
    group = touring.group if touring.index == GROUP else None
    colouring = state.colouring.key if touring.index in GROUPED else None
    look = state.lens.look  # the one on its way: an index of every moment of the change would cost a frame each
    key, guide = (touring.index, layer, colouring, group, look), touring.guide
    if guide is not None and guide.key == key:
        return guide
    return Guide(key, _index(state, matrix(state.scene, look, layer)))


def _index(state: AppState, lens: Float64) -> Index | None:
    """The chosen index of the current layer; None where it cannot be had."""
    kind = state.touring.index
    rows = _sample(state.scene.images, MOST if kind in GROUPED else MOST_POINTWISE)
    if kind in GROUPED:
        names = state.colouring.names
        if not names:
            return None
        labels = np.asarray(state.scene.survey.categories(state.colouring.key)[rows])
        if kind == GROUP:
            labels = np.where(labels < 0, -1, labels == state.touring.group).astype(np.int32)
        rows, labels = _grouped(rows, labels)
        if len(np.unique(labels)) < 2:
            return None
        points = _points(state, rows, lens)
        return indices.discriminant(points, labels, indices.SHRINKAGE if kind == PDA else 0.0)
    points = _points(state, rows, lens)
    return indices.holes(points, central=kind == CMASS)


def _points(state: AppState, rows: NDArray[np.int64], lens: Float64) -> Float64:
    """(n, 15) of some images in the current layer, as the tour turns them."""
    return np.asarray(state.scene.survey.embedding(state.layer)[rows].astype(np.float64) @ lens)


def _grouped(rows: NDArray[np.int64], labels: Int32) -> tuple[NDArray[np.int64], Int32]:
    """The images of a known group that has two of them at least: one alone has no spread."""
    counts = np.bincount(np.maximum(labels, 0))  # (K,)
    known = (labels >= 0) & (counts[np.maximum(labels, 0)] > 1)  # (n,)
    return rows[known], labels[known]


@lru_cache(maxsize=4)
def _sample(images: int, most: int) -> NDArray[np.int64]:
    """(n,) a fair sample of the images, rising; always the same."""
    if images <= most:
        return np.arange(images)
    return np.sort(np.random.default_rng(0).choice(images, most, replace=False, shuffle=False))
