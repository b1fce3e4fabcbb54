"""What a state wants to know and does not know yet: the questions that its colours and figures ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.world import live
from explorer.world import questions as ask
from explorer.world.answers import needs
from explorer.world.display import shown_basis
from explorer.world.learnt import of_the_view
from explorer.world.lens import mixture, transform
from explorer.world.state import AppState

MOVING = 20_000
"""Images looked at while the view moves: a fair sample where there are more."""

STANDING = 60_000
"""Images looked at when it stands."""

FIGURE = 2_000
"""Images that the figure of the whole view is the mean of."""

_COLOURS_EVERY, _FIGURE_EVERY = 0.35, 1.0
"""Seconds at least from an answer about the view to the next."""

_BLOCK = 1 << 26  # means of channels kept at once, 256 MB
NOT_STORED = "The nearest activations are not stored in this world."
NOTHING_BEFORE = "No layer comes before this one."


@dataclass(frozen=True)
class Trust:
    """Shares of 15 neighbours that are kept, means over the images of a layer; None where it is not known (yet)."""

    embedding: float | None = None
    """Of the nearest activations, in 15-D."""
    view: float | None = None
    """Of the nearest activations, on the screen."""
    projection: float | None = None
    """Of the nearest in 15-D, on the screen."""


def wanted(state: AppState) -> tuple[ask.Question, ...]:
    """The questions to be answered next, the most pressing first; none that waits for another's answer."""
    asked = []
    if state.colouring.live:
        asked += [x for x in coloured_by(state) if _due(state, x, _COLOURS_EVERY)]
    asked += [x for x in figured_by(state) if _due(state, x, _FIGURE_EVERY)]
    found: list[ask.Question] = []
    for question in asked:
        open_needs = [x for x in needs(question) if state.learnt.answer(x) is None]
        failed = any(isinstance(state.learnt.answer(x), ask.Unanswered) for x in needs(question))
        found += open_needs or ([] if failed else [question])
    return tuple(dict.fromkeys(found))


def coloured_by(state: AppState) -> tuple[ask.Question, ...]:
    """The questions whose answer colours the points, the one that answers best last; none where it cannot be had."""
    key, layer = state.colouring.key, state.layer
    if missing(state):
        return ()
    match key:
        case live.MOVED:
            return (ask.Moved(layer),)
        case live.CHANNEL if state.learnt.channel is not None:
            return (_channel(state, state.learnt.channel.layer, state.learnt.channel.channel),)
        case live.EMBEDDING:
            return (ask.Kept(ask.Nearest(layer, STANDING)),)
        case live.VIEW:
            return _on_screen(state, ask.ACTIVATIONS)
        case live.PROJECTION:
            return _on_screen(state, ask.EMBEDDING)
    return ()


def missing(state: AppState) -> str:
    """Why there is nothing to colour the points by, in one line; empty where there is."""
    key = state.colouring.key
    if key == live.MOVED and not state.scene.nodes[state.layer].inputs:
        return NOTHING_BEFORE
    if key in (live.EMBEDDING, live.VIEW) and not _stored(state):
        return NOT_STORED
    return ""


def figured_by(state: AppState) -> tuple[ask.Question, ...]:
    """The questions behind the figures of trust, where the legend that shows them is in sight."""
    shown = state.hud and "legend" in state.panels
    if not shown or not any(x.key in live.TRUST for x in state.scene.colourings):
        return ()
    nearest = ask.Nearest(state.layer, FIGURE)
    seen = see(state)
    if not _stored(state):
        return (ask.KeptOnScreen(nearest, ask.EMBEDDING, seen),)
    return (ask.Kept(nearest), ask.KeptOnScreen(nearest, ask.ACTIVATIONS, seen))


def trust(state: AppState) -> Trust:
    """The figures of the current layer and view, as far as they are known."""
    found: dict[str, float] = {}
    for question in figured_by(state):
        known = state.learnt.slots.get(question.slot)
        if known is None or not isinstance(known.answer, ask.Values) or known.answer.known == 0:
            continue
        match known.question:
            case ask.Kept():
                found["embedding"] = known.answer.mean
            case ask.KeptOnScreen(of, what) if of.layer == state.layer:
                found["view" if what == ask.ACTIVATIONS else "projection"] = known.answer.mean
    return Trust(**found)


def see(state: AppState) -> ask.Seen:
    """What is seen of the current layer's cloud: the place of an image in it is linear in its embeddings."""
    return tuple(
        (layer, np.ascontiguousarray(share * (transform(state, layer) @ shown_basis(state))).tobytes())
        for layer, share in mixture(state, state.layer)
        if share > 0.0
    )


def _on_screen(state: AppState, what: str) -> tuple[ask.Question, ...]:
    """A sample at once; all of them, where there are more, when the view stands."""
    seen, layer = see(state), state.layer
    quick = ask.KeptOnScreen(ask.Nearest(layer, MOVING), what, seen)
    if state.scene.images <= MOVING or state.learnt.answer(quick) is None:
        return (quick,)
    return quick, ask.KeptOnScreen(ask.Nearest(layer, STANDING), what, seen)


def _channel(state: AppState, layer: int, channel: int) -> ask.ChannelMean:
    """The question after a channel, within a block of channels that fits into memory for all images."""
    shape = state.scene.survey.world.manifest.layers[layer].map_shape or (1, 1, 1)
    width = max(1, min(shape[0], _BLOCK // max(1, state.scene.images)))
    first = channel // width * width
    return ask.ChannelMean(layer, channel, ask.ChannelMeans(layer, first, min(first + width, shape[0])))


def _due(state: AppState, question: ask.Question, every: float) -> bool:
    """Whether it is open; one about the view not more often than ``every`` so many seconds."""
    if state.learnt.answer(question) is not None:
        return False
    return not of_the_view(question) or state.learnt.age(question) >= every


def _stored(state: AppState) -> bool:
    return state.scene.survey.world.manifest.layers[state.layer].neighbours is not None
