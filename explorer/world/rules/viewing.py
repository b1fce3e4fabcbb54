"""Rules for the intents about saved views, and a basis that is pasted."""

from __future__ import annotations

from dataclasses import replace

from explorer.errors import ViewError
from explorer.geometry import tour as tours
from explorer.store.views import LONGEST, View, from_json
from explorer.world import intents as say
from explorer.world import viewing
from explorer.world.state import AppState


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    views = state.touring.views
    match intent:
        case say.SaveView(name):
            view = viewing.captured(state, name)
            return _told(_with(state, (*views, view)), f"Saved {view.name}")
        case say.RestoreViews(restored):
            return _with(state, restored)
        case say.PasteBasis(text):
            return _pasted(state, text)
        case say.GoToView() | say.RemoveView() | say.RenameView() | say.MoveView():
            return _of(state, intent) if 0 <= intent.index < len(views) else state
    return None


def advance(state: AppState, dt: float) -> AppState:
    """Saved views do not change with time."""
    return state


def _of(state: AppState, intent: say.GoToView | say.RemoveView | say.RenameView | say.MoveView) -> AppState:
    """What is done with a view that there is."""
    views, index = state.touring.views, intent.index
    view, others = views[index], views[:index] + views[index + 1 :]
    match intent:
        case say.GoToView():
            return viewing.gone_to(state, view)
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
        return replace(state, tour=tours.visit(state.tour, from_json(text)))
    except ViewError as error:
        return _told(state, str(error))


def _with(state: AppState, views: tuple[View, ...]) -> AppState:
    return replace(state, touring=replace(state.touring, views=views))


def _told(state: AppState, notice: str) -> AppState:
    return replace(state, notice=notice, notice_age=0.0)
