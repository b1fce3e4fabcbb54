"""Rules for the intents about the selection."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.types import UInt8
from explorer.world import history, selection
from explorer.world import intents as say
from explorer.world.rules.common import towards
from explorer.world.selection import Selection
from explorer.world.state import AppState

_SECONDS = 0.25
"""That the emphasis of a first selection takes to come, and of a last one to go."""


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    now = state.selection
    match intent:
        case say.SelectCategory(label, how):
            return selected(state, selection.combined(now, _of_category(state, label), how))
        case say.SelectImages(images, how):
            return selected(state, selection.combined(now, _of_images(state, images), how))
        case say.SelectAll():
            return selected(state, selection.changed(now, np.ones_like(now.mask)))
        case say.SelectNone():
            return selected(state, selection.changed(now, np.zeros_like(now.mask)))
        case say.InvertSelection():
            return selected(state, selection.changed(now, now.mask ^ 1))
        case say.UndoSelection():
            return _stepped(state, *history.undone(state.selecting.history, now))
        case say.RedoSelection():
            return _stepped(state, *history.redone(state.selecting.history, now))
    return None


def advance(state: AppState, dt: float) -> AppState:
    """The emphasis on what is selected ``dt`` seconds later."""
    now, before = state.selection, state.selecting
    if now.count == 0 and before.emphasis == 0.0:
        return state
    # While the last selection is let go, its images are still the ones that stand out.
    shown = now if now.count else before.shown
    emphasis = towards(before.emphasis, now.count > 0, dt, _SECONDS)
    return replace(state, selecting=replace(before, emphasis=emphasis, shown=shown))


def selected(state: AppState, wanted: Selection) -> AppState:
    """The state with another selection, of which the change can be undone."""
    if wanted is state.selection:
        return state
    remembered = history.remembering(state.selecting.history, state.selection)
    return replace(state, selection=wanted, selecting=replace(state.selecting, history=remembered))


def _stepped(state: AppState, then: history.History, wanted: Selection) -> AppState:
    return replace(state, selection=wanted, selecting=replace(state.selecting, history=then))


def _of_category(state: AppState, label: int) -> UInt8:
    """(N,) 1 for the images of a category of the colouring."""
    categories = state.scene.survey.categories(state.colouring.key)  # (N,) int32
    known = len(state.colouring.colours) - 1
    if not 0 <= label < known:
        return ((categories < 0) | (categories >= known)).astype(np.uint8)
    return (categories == label).astype(np.uint8)


def _of_images(state: AppState, images: tuple[int, ...]) -> UInt8:
    """(N,) 1 for the images named; numbers of none are passed over."""
    mask = np.zeros(state.scene.images, np.uint8)
    numbers = np.asarray(images, np.int64)
    mask[numbers[(numbers >= 0) & (numbers < len(mask))]] = 1
    return mask
