"""Rules for the intents about the legend, and about what is found out to colour the points by."""

from __future__ import annotations

from dataclasses import replace

from explorer.world import fading, live
from explorer.world import intents as say
from explorer.world.learnt import Channel, learning
from explorer.world.questions import Answer
from explorer.world.state import AppState
from explorer.world.wanting import coloured_by, missing


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    learnt = state.learnt
    match intent:
        case say.HoverCategory(label):
            return replace(state, fading=replace(state.fading, hovered=label))
        case say.SetChannel(layer, channel):
            return _dressed(replace(state, learnt=replace(learnt, channel=_channel(state, layer, channel))))
        case say.Asking(question, share):
            return replace(state, learnt=replace(learnt, asking=question, share=share))
        case say.Learn(question, answer):
            return _dressed(replace(state, learnt=learning(learnt, question, answer)))
    return None


def advance(state: AppState, dt: float) -> AppState:
    """The colours ``dt`` seconds later."""
    state = replace(state, learnt=replace(state.learnt, time=state.learnt.time + dt))
    if state.fading.hovered is not None and not (state.hud and "legend" in state.panels):
        state = replace(state, fading=replace(state.fading, hovered=None))  # the legend went while it was hovered
    state = _dressed(state)
    fades = fading.advance(state.fading, state.colouring, state.hidden_classes, dt)
    return state if fades is state.fading else replace(state, fading=fades)


def _dressed(state: AppState) -> AppState:
    """With the values that are known of what the points are coloured by."""
    template, learnt = state.scene.colourings[state.colour_by], state.learnt
    if not template.live:
        return state
    if template.key == live.CHANNEL and learnt.channel is None:
        learnt = replace(learnt, channel=_channel(state, state.layer, 0))
        state = replace(state, learnt=learnt)
    answer, reason = _best(state), missing(state)
    now = learnt.colouring
    same = now is not None and now.key == template.key
    if answer is None and same and not reason and learnt.shown is not None:
        return state  # what was known a moment ago stays until there is better
    if now is not None and same and answer is learnt.shown and (answer is not None or now.note == reason):
        return state
    if template.key == live.CHANNEL and learnt.channel is not None:
        name = state.scene.nodes[learnt.channel.layer].name
        template = replace(template, title=f"{name} channel {learnt.channel.channel + 1}")
    dressed = live.dressed(template, answer, reason)
    return replace(state, learnt=replace(learnt, colouring=dressed, shown=answer))


def _best(state: AppState) -> Answer | None:
    """The best answer there is: to the question as it is now, or else to that of a moment ago."""
    asked = coloured_by(state)
    for question in reversed(asked):
        answer = state.learnt.answer(question)
        if answer is not None:
            return answer
    return state.learnt.latest(asked[0]) if asked else None


def _channel(state: AppState, layer: int, channel: int) -> Channel:
    """A channel there is: of the layer itself where it has maps, else of the next one that does."""
    layers = state.scene.survey.world.manifest.layers
    order = [*range(min(max(layer, 0), len(layers)), len(layers)), *range(len(layers))]
    for index in order:
        shape = layers[index].map_shape
        if shape is not None:
            return Channel(index, min(max(channel, 0), shape[0] - 1))
    return Channel(0, 0)
