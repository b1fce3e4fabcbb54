"""Rules for the intents about saved views, and a basis that is pasted."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from explorer.errors import ViewError
from explorer.geometry import tour as tours
from explorer.geometry.rotation import geodesic
from explorer.store.views import LONGEST, View, from_json
from explorer.types import DIMS, SHOWN, Float64
from explorer.world import intents as say
from explorer.world import viewing
from explorer.world.rules.common import within
from explorer.world.state import AppState

_FOLLOWING = 0.1
"""Time constant in seconds with which the tour follows the scrubber along the views."""
_THERE = 1e-4


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    views = state.touring.views
    match intent:
        case say.SaveView(name):
            view = viewing.captured(state, name)
            saved = _with(state, (*views, view))
            saved = replace(saved, touring=replace(saved.touring, along=float(len(views)), sought=None))
            saved = saved if views else replace(saved, panels=saved.panels | {"views"})  # the first one shows where
            return _told(saved, f"Saved {view.name}")
        case say.RestoreViews(restored):
            return _with(state, restored)
        case say.ScrubViews(place) if len(views) > 1:
            place = within(place, (0.0, len(views) - 1.0))
            return replace(state, touring=replace(state.touring, sought=place))
        case say.ScrubViews():
            return state
        case say.PasteBasis(text):
            return _pasted(state, text)
        case say.GoToView() | say.RemoveView() | say.RenameView() | say.MoveView():
            return _of(state, intent) if 0 <= intent.index < len(views) else state
    return None


def advance(state: AppState, dt: float) -> AppState:
    """The tour further along the saved views, while it is led there."""
    touring = state.touring
    if touring.sought is None:
        return state
    share = 1.0 - math.exp(-dt / _FOLLOWING)
    sought = touring.sought
    along = touring.along + (sought - touring.along) * share
    along = sought if abs(sought - along) < _THERE else along
    way = geodesic(state.tour.rotation, _between(touring.views, along), exact=True)
    arrived = along == sought and way.length < _THERE
    tour = tours.resume_from(state.tour, way.rotation(1.0 if arrived else share))
    return replace(state, tour=tour, touring=replace(touring, along=along, sought=None if arrived else sought))


def _between(views: tuple[View, ...], along: float) -> Float64:
    """The basis (15, 3) on the geodesic between two neighbouring views."""
    first = min(int(along), len(views) - 2)
    here = geodesic(np.eye(DIMS), views[first].basis, exact=True).rotation(1.0)  # (15, 15)
    return geodesic(here, views[first + 1].basis, exact=True).rotation(along - first)[:, :SHOWN]


def _of(state: AppState, intent: say.GoToView | say.RemoveView | say.RenameView | say.MoveView) -> AppState:
    """What is done with a view that there is."""
    views, index = state.touring.views, intent.index
    view, others = views[index], views[:index] + views[index + 1 :]
    match intent:
        case say.GoToView():
            gone = viewing.gone_to(state, view)
            return replace(gone, touring=replace(gone.touring, along=float(index)))
        case say.RemoveView():
            return _with(state, others)
        case say.RenameView(_, name):
            named = replace(view, name=name.strip()[:LONGEST] or view.name)
            return _with(state, (*views[:index], named, *views[index + 1 :]))
        case say.MoveView(_, to):
            to = min(max(to, 0), len(others))
            return _with(state, (*others[:to], view, *others[to:]))


def _pasted(state: AppState, text: str) -> AppState:
    try:
        return viewing.led(state, tours.visit(state.tour, from_json(text)))
    except ViewError as error:
        return _told(state, str(error))


def _with(state: AppState, views: tuple[View, ...]) -> AppState:
    """Other views; the scrubber along them stays within those there are."""
    touring, bounds = state.touring, (0.0, max(0.0, len(views) - 1.0))
    sought = None if touring.sought is None or len(views) < 2 else within(touring.sought, bounds)
    return replace(state, touring=replace(touring, views=views, along=within(touring.along, bounds), sought=sought))


def _told(state: AppState, notice: str) -> AppState:
    return replace(state, notice=notice, notice_age=0.0)
