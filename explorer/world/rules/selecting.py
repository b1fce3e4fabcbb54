"""Rules for the intents about the selection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from explorer.errors import QueryError
from explorer.types import UInt8
from explorer.world import errands, history, live, nearby, selection
from explorer.world import intents as say
from explorer.world.catching import caught
from explorer.world.compose import draw_list
from explorer.world.properties import Bool, Flags, Numbers, Property
from explorer.world.query import matching
from explorer.world.rules.common import towards
from explorer.world.rules.outlining import drawn
from explorer.world.selecting import NEIGHBOURS, POINTER
from explorer.world.selection import Selection
from explorer.world.state import FLOATING, AppState

_SECONDS = 0.25
"""That the emphasis of a first selection takes to come, and of a last one to go."""


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    now, how = state.selection, getattr(intent, "how", selection.REPLACE)
    match intent:
        case say.SelectCategory(label):
            return _catch(state, _of_category(state, label), how)
        case say.SelectImages(images):
            return _catch(state, nearby.listed(images, len(now.mask)), how)
        case say.SelectMask(mask):
            return _catch(state, mask, how)
        case say.SelectWithin(corners):
            return _within(state, np.array(corners, np.float64).reshape(-1, 2), how)
        case say.SelectWhere(query):
            return _where(state, query, how)
        case say.SelectNeighbours(image):
            return _around(state, image, how)
        case say.SetNeighbours(count):
            count = min(max(count, NEIGHBOURS[0]), NEIGHBOURS[1])
            return replace(state, selecting=replace(state.selecting, neighbours=count))
        case say.SelectAll():
            return _selected(state, selection.changed(now, np.ones_like(now.mask)))
        case say.SelectNone():
            return _selected(state, selection.changed(now, np.zeros_like(now.mask)))
        case say.InvertSelection():
            return _selected(state, selection.changed(now, now.mask == 0))
        case say.UndoSelection():
            return _stepped(state, *history.undone(state.selecting.history, now))
        case say.RedoSelection():
            return _stepped(state, *history.redone(state.selecting.history, now))
        case say.EndOutline():
            return _enclosed(state)
        case say.LetGo():
            return _let_go(state)
    return _errand(state, intent) or drawn(state, intent)


def advance(state: AppState, dt: float) -> AppState:
    """The emphasis on what is selected ``dt`` seconds later."""
    now, before = state.selection, state.selecting
    if now.count == 0 and before.emphasis == 0.0:
        return state
    # While the last selection is let go, its images are still the ones that stand out.
    shown = now if now.count else before.shown
    emphasis = towards(before.emphasis, now.count > 0, dt, _SECONDS)
    return replace(state, selecting=replace(before, emphasis=emphasis, shown=shown))


def _selected(state: AppState, wanted: Selection) -> AppState:
    """The state with another selection, of which the change can be undone."""
    if wanted is state.selection:
        return state
    remembered = history.remembering(state.selecting.history, state.selection)
    return replace(state, selection=wanted, selecting=replace(state.selecting, history=remembered, fault=""))


def _stepped(state: AppState, then: history.History, wanted: Selection) -> AppState:
    return replace(state, selection=wanted, selecting=replace(state.selecting, history=then))


def _catch(state: AppState, mask: UInt8 | Bool, how: str) -> AppState:
    return _selected(state, selection.combined(state.selection, mask, how))


def _of_category(state: AppState, label: int) -> Bool:
    """(N,) the images of a category of the colouring."""
    categories = live.rows(state)  # (N,) int32
    known = len(state.colouring.colours) - 1
    if not 0 <= label < known:
        return np.asarray((categories < 0) | (categories >= known))
    return np.asarray(categories == label)


def _hidden(state: AppState) -> Bool:
    """(N,) the images of categories that are not shown."""
    last = len(state.colouring.colours) - 1
    hidden = np.zeros(last + 1, bool)
    hidden[[label for label in state.hidden_classes if label <= last]] = True
    categories = live.rows(state)  # (N,) int32
    return np.asarray(hidden[np.where((categories < 0) | (categories > last), last, categories)])


def _within(state: AppState, corners: Any, how: str) -> AppState:
    """The images inside a polygon, as the picture shows them at this moment."""
    _, mask = caught(draw_list(state), state.scene.survey, state.layer, corners)
    return _catch(state, mask, how)


def _enclosed(state: AppState) -> AppState:
    """What was drawn is closed; a mere twitch of the hand encloses nothing and changes nothing."""
    outline = state.selecting.outline
    state = replace(state, selecting=replace(state.selecting, outline=None))
    if outline is None or len(outline.corners) < 3:
        return state
    return _within(state, outline.corners, outline.how)


def _where(state: AppState, query: str, how: str) -> AppState:
    """The images a query describes; what is wrong with it is kept beside it."""
    asked = replace(state, selecting=replace(state.selecting, query=query, fault=""))
    try:
        return _catch(asked, matching(query, state.scene.survey.properties.beside(_now(state))), how)
    except QueryError as error:
        return replace(asked, selecting=replace(asked.selecting, fault=str(error)))


def _now(state: AppState) -> dict[str, Callable[[], Property]]:
    """What can be asked of the images that is the session's and not the world's."""
    return {
        "selected": lambda: Flags(state.selection.mask.astype(bool)),
        "hidden": lambda: Flags(_hidden(state)),
        **{name: partial(Numbers, values) for name, values in live.values(state).items()},
    }


def _around(state: AppState, image: int | None, how: str) -> AppState:
    """An image and its neighbours in the current layer."""
    if image is None:
        image = state.pinned if state.pinned is not None else state.hover.image if state.hover is not None else None
    if image is None:
        return replace(state, notice="Click an image first: its neighbours are selected", notice_age=0.0)
    if not 0 <= image < state.scene.images:
        raise ValueError(f"image {image} of {state.scene.images} has no neighbours")
    points = state.scene.survey.embedding(state.layer)  # (N, 15)
    return _catch(state, nearby.neighbours(points, image, state.selecting.neighbours), how)


def _let_go(state: AppState) -> AppState | None:
    """Esc: the outline, then the tool, then the selection, each once nothing more pressing is in hand."""
    if state.selecting.outline is not None:
        return replace(state, selecting=replace(state.selecting, outline=None))
    if state.flight_mode or state.panels & FLOATING or state.pinned is not None:
        return None
    if state.selecting.tool != POINTER:
        return replace(state, selecting=replace(state.selecting, tool=POINTER))
    return apply(state, say.SelectNone()) if state.selection.count else None


def _errand(state: AppState, intent: say.Intent) -> AppState | None:
    """Intents that take longer than a frame or touch the disk, and what came of them."""
    now, layer = state.selection, state.layer
    match intent:
        case say.GrowSelection():
            return _asked(state, errands.Grow(layer, now)) if now.count else state
        case say.ShrinkSelection():
            return _asked(state, errands.Shrink(layer, now)) if now.count else state
        case say.SaveSelection(name):
            return _asked(state, errands.Save(name, now))
        case say.LoadSelection(name, how):
            return _asked(state, errands.Load(name, how))
        case say.RenameSelection(old, new):
            return _asked(state, errands.Rename(old, new))
        case say.DeleteSelection(name):
            return _asked(state, errands.Delete(name))
        case say.ExportSelection(suffix, stem):
            return _asked(state, errands.Export(stem, suffix, now))
        case say.ImportSelection(path, how):
            return _asked(state, errands.Import(path, how))
        case say.FinishErrand():
            return _finished(state, intent)
    return None


def _asked(state: AppState, job: errands.Job) -> AppState:
    number = state.selecting.asked + 1
    waiting = (*state.selecting.errands, errands.Errand(number, job))
    return replace(state, selecting=replace(state.selecting, errands=waiting, asked=number))


def _finished(state: AppState, done: say.FinishErrand) -> AppState:
    before = state.selecting
    waiting = tuple(errand for errand in before.errands if errand.number != done.number)
    saved = before.saved if done.saved is None else done.saved
    state = replace(state, selecting=replace(before, errands=waiting, saved=saved))
    if done.notice:
        state = replace(state, notice=done.notice, notice_age=0.0)
    return state if done.caught is None else _catch(state, done.caught, done.how)
