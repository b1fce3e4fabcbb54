"""What a state asks for, how often, and what becomes of the answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.store.read import World
from explorer.world import intents as say
from explorer.world import live, wanting
from explorer.world import questions as ask
from explorer.world.answers import shown
from explorer.world.compose import draw_list
from explorer.world.learnt import Channel, Learnt, learning
from explorer.world.lens import transform
from explorer.world.update import update
from tests.world.asking import IMAGES, nearest_of, settled, share_of, state_of, write


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return write(tmp_path_factory.mktemp("world") / "a.world")


def test_what_is_seen_is_what_is_drawn(world: World) -> None:
    state = state_of(world, live.VIEW)
    places = shown(world, wanting.see(state))
    cloud = next(x for x in draw_list(state).clouds if x.node == state.layer)
    x = np.hstack([world.embedding(0), np.ones((IMAGES, 1), np.float32)])
    drawn = x @ cloud.placement[:, :3] - cloud.placement[15, :3]
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    assert np.allclose(apart, np.linalg.norm(drawn[:, None] - drawn[None], axis=2), atol=1e-5)


def test_in_a_morph_the_view_is_of_both_layers(world: World) -> None:
    state = update(state_of(world, live.VIEW, dive=True), [say.StepLayer(1)], 0.0)
    state = update(state, [], 0.4)
    assert {layer for layer, _ in wanting.see(state)} == {0, 1}
    assert state.morph is not None
    expected = sum(
        share * world.embedding(layer) @ transform(state, layer) @ state.tour.basis
        for layer, share in wanting.mixture(state, 1)
    )
    assert np.allclose(shown(world, wanting.see(state)), expected, atol=1e-5)


KEYS = (live.CHANNEL, live.MOVED, live.EMBEDDING, live.VIEW, live.PROJECTION)


@pytest.mark.parametrize("key", KEYS)
def test_every_live_colouring_gets_its_values(world: World, key: str) -> None:
    state = update(state_of(world, key, paused=True), [say.GoToLayer(1)], 0.0)
    state = replace(state, layer=1)
    assert (live.rows(state) == -1).all()
    state, asked = settled(world, state)
    assert asked
    colouring = state.colouring
    assert colouring.key == key
    assert colouring.rows is not None
    assert draw_list(state).rows is colouring.rows is live.rows(state)
    assert sum(colouring.counts) == IMAGES
    assert colouring.limits is not None
    assert live.Colouring.step(colouring, float(colouring.values[3])) == colouring.rows[3]  # type: ignore[index]


def test_what_colours_the_points_can_be_asked_for_and_selected(world: World) -> None:
    state, _ = settled(world, replace(state_of(world, live.MOVED), layer=1, paused=True))
    values = state.colouring.values
    assert values is not None
    middle = float(np.median(values))
    state = update(state, [say.SelectWhere(f"movement > {middle}")], 0.0)
    assert np.array_equal(state.selection.mask.astype(bool), values > np.float32(middle))
    step = int(state.colouring.rows[5])  # type: ignore[index]
    state = update(state, [say.SelectCategory(step)], 0.0)
    assert np.array_equal(state.selection.mask.astype(bool), state.colouring.rows == step)


def test_in_the_flat_mode_the_view_has_two_dimensions(world: World) -> None:
    state = state_of(world, live.VIEW)
    flat = replace(state, display=replace(state.display, flat_amount=1.0))
    spread = shown(world, wanting.see(flat)).std(axis=0)
    assert spread[2] < 0.01 * spread[:2].min()


def test_a_known_answer_is_not_asked_for_again_and_colours_at_once(world: World) -> None:
    state, _ = settled(world, replace(state_of(world, live.MOVED), layer=1, paused=True))
    first = state.colouring.rows
    other, asked = settled(world, replace(state, layer=2))
    assert ask.Moved(2) in asked
    assert not np.array_equal(other.colouring.rows, first)
    back = update(replace(other, layer=1), [], 0.0)
    assert back.colouring.rows is first


def test_what_cannot_be_known_is_said_and_not_asked(world: World) -> None:
    for key, layer, note in ((live.MOVED, 0, wanting.NOTHING_BEFORE), (live.EMBEDDING, 2, wanting.NOT_STORED)):
        state = update(replace(state_of(world, key, hud=False), layer=layer), [], 0.0)
        assert state.colouring.note == note
        assert wanting.wanted(state) == ()
    state, _ = settled(world, replace(state_of(world, live.PROJECTION), layer=2, paused=True))
    assert state.colouring.values is not None  # how true the view is to 15-D is known without
    trust = wanting.trust(state)
    assert trust.embedding is None
    assert trust.view is None
    assert trust.projection is not None


def test_the_view_is_asked_about_a_few_times_a_second(world: World) -> None:
    state, asked = settled(world, state_of(world, live.VIEW, hud=False))
    assert len(asked) == 1
    answered = 0
    for _ in range(60):  # a second of the tour
        state = update(state, [], 1 / 60)
        state, asked = settled(world, state)
        answered += len(asked)
    assert 2 <= answered <= 3
    still, _ = settled(world, update(replace(state, paused=True), [], 1.0))
    assert wanting.wanted(update(still, [], 5.0)) == ()


def test_a_standing_view_is_looked_at_more_closely(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanting, "MOVING", 20)
    state, asked = settled(world, state_of(world, live.VIEW, hud=False, paused=True))
    assert [x.nearest.most for x in asked if isinstance(x, ask.KeptOnScreen)] == [20, wanting.STANDING]
    assert sum(state.colouring.counts) == IMAGES


def test_the_figures_are_asked_for_where_they_are_shown(world: World) -> None:
    state, _ = settled(world, state_of(world, "class", paused=True))
    trust = wanting.trust(state)
    assert trust.embedding == pytest.approx(float(share_of(nearest_of(world.embedding(0)), world.neighbours(0)).mean()))
    assert trust.view is not None
    assert wanting.wanted(state_of(world, "class", hud=False)) == ()
    assert wanting.wanted(state_of(world, "class", panels=frozenset({"tour"}))) == ()


def test_channels_stay_within_their_layer(world: World) -> None:
    state = state_of(world, live.CHANNEL)
    assert state.learnt.channel == Channel(0, 0)
    for layer, channel, there in ((1, 99, Channel(1, 4)), (2, -3, Channel(2, 0)), (99, 1, Channel(0, 1))):
        assert update(state, [say.SetChannel(layer, channel)], 0.0).learnt.channel == there
    assert live.channel_name(world, 2, 1) == "b"
    assert live.channel_name(world, 0, 1) == ""


def test_memory_is_bounded_and_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.world.learnt.MOST_BYTES", 1000)
    learnt = Learnt()
    for layer in range(5):
        learnt = learning(learnt, ask.ChannelMeans(layer, 0, 1), np.zeros(100, np.float32))
    assert [known.question.layer for known in learnt.slots.values()] == [3, 4]  # type: ignore[attr-defined]
    huge = learning(learnt, ask.ChannelMeans(9, 0, 1), np.zeros(1000, np.float32))
    assert [*huge.answers()] == [ask.ChannelMeans(9, 0, 1)]
