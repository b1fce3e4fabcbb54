"""Answers about a world, against what brute force finds; and what a state asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import WorldError
from explorer.geometry.neighbourhood import NEAR
from explorer.store.channels import channel_means
from explorer.store.read import World, open_world
from explorer.store.write import LayerArrays, WorldArrays, write_world
from explorer.types import Viewport
from explorer.world import intents as say
from explorer.world import live, wanting
from explorer.world import questions as ask
from explorer.world.answers import answer, measured, needs, shown
from explorer.world.compose import draw_list
from explorer.world.layout import make_scene
from explorer.world.learnt import Channel, Learnt, learning
from explorer.world.lens import transform
from explorer.world.ramps import STEPS
from explorer.world.state import AppState
from explorer.world.update import initial_state, update

IMAGES = 80
SHAPES = ((3, 4, 4), (5, 2, 2), (7, 1, 1))


@pytest.fixture(scope="module")
def maps() -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [rng.normal(size=(IMAGES, *shape)).astype(np.float32) for shape in SHAPES]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, maps: list[np.ndarray]) -> World:
    """Three layers whose neighbours are those of the first two axes; the last knows none."""
    rng = np.random.default_rng(0)
    points = [rng.normal(size=(IMAGES, 15)) * (1 + layer) for layer in range(3)]
    layers = [
        LayerArrays(
            f"layer{i}", x, shape=shape if shape[1:] != (1, 1) else shape[:1], maps=m,
            inputs=() if i == 0 else (i - 1,), neighbours=_nearest(x[:, :2]) if i < 2 else None,
        )
        for i, (x, shape, m) in enumerate(zip(points, SHAPES, maps, strict=True))
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("answers") / "a.world"
    return open_world(
        write_world(path, WorldArrays("t", layers, labels=np.arange(IMAGES) % 7, class_names=tuple("abcdefg")))
    )


def _nearest(points: np.ndarray, count: int = NEAR) -> np.ndarray:
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1)[:, :count].astype(np.int32)


def _share(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    return np.array([len(set(a) & set(b)) / len(b) for a, b in zip(found.tolist(), true.tolist(), strict=True)])


def found_out(world: World, question: ask.Question) -> ask.Answer:
    return answer(world, question, {x: found_out(world, x) for x in needs(question)})


def state_of(world: World, key: str, **changes: object) -> AppState:
    state = initial_state(make_scene(world), Viewport(1280, 720), seed=2)
    index = [x.key for x in state.scene.colourings].index(key)
    return replace(update(state, [say.ColourBy(index)], 0.0), **changes)  # type: ignore[arg-type]


def settled(world: World, state: AppState) -> tuple[AppState, list[ask.Question]]:
    """The state that knows everything it wants to, and what it asked."""
    asked: list[ask.Question] = []
    while questions := wanting.wanted(state):
        asked.append(questions[0])
        state = update(state, [say.Learn(asked[-1], answer(world, asked[-1], state.learnt.answers()))], 0.0)
        assert len(asked) < 20
    return state, asked


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_channel_means_are_those_of_the_stored_maps(world: World, maps: list[np.ndarray], layer: int) -> None:
    means = channel_means(world, layer, slice(1, 3))
    exact = maps[layer].mean(axis=(2, 3))[:, 1:3]
    assert np.abs(means - exact).max() < (1e-6 if layer == 2 else np.abs(maps[layer]).max() / 127)
    found = found_out(world, ask.ChannelMean(layer, 2, ask.ChannelMeans(layer, 1, 3)))
    assert isinstance(found, ask.Values)
    assert np.array_equal(found.values, means[:, 1])


def test_no_maps_is_said_in_one_line(tmp_path: Path) -> None:
    bare = open_world(write_world(tmp_path / "a.world", WorldArrays("t", [LayerArrays("input", np.eye(15))])))
    with pytest.raises(WorldError, match="no activation maps of input"):
        channel_means(bare, 0, slice(0, 1))


def test_movement_is_measured_in_radii_of_aligned_clouds(world: World) -> None:
    layers = world.manifest.layers
    found = found_out(world, ask.Moved(2))
    assert isinstance(found, ask.Values)
    places = [np.asarray(world.embedding(i), float) / layers[i].radius for i in (1, 2)]
    assert np.allclose(found.values, np.linalg.norm(places[1] - places[0], axis=1), atol=1e-6)
    first = found_out(world, ask.Moved(0))
    assert isinstance(first, ask.Values)
    assert first.known == 0


def test_a_cloud_twice_as_large_has_not_moved(tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(40, 15))
    layers = [LayerArrays("input", points), LayerArrays("next", 2 * points, inputs=(0,))]
    grown = open_world(write_world(tmp_path / "a.world", WorldArrays("t", layers)))
    found = found_out(grown, ask.Moved(1))
    assert isinstance(found, ask.Values)
    assert np.abs(found.values).max() < 1e-5


def test_trust_is_the_share_of_neighbours_that_brute_force_finds_again(world: World) -> None:
    true, embedding = np.asarray(world.neighbours(1)), np.asarray(world.embedding(1), float)
    nearest = ask.Nearest(1, 1000)
    kept = found_out(world, ask.Kept(nearest))
    assert isinstance(kept, ask.Values)
    assert np.allclose(kept.values, _share(_nearest(embedding), true))
    assert kept.mean == pytest.approx(kept.values.mean())
    basis = np.linalg.qr(np.random.default_rng(5).normal(size=(15, 3)))[0]
    seen = ((1, np.ascontiguousarray(basis).tobytes()),)
    places = embedding @ basis
    for what, wanted in ((ask.ACTIVATIONS, true), (ask.EMBEDDING, _nearest(embedding))):
        found = found_out(world, ask.KeptOnScreen(nearest, what, seen))
        assert isinstance(found, ask.Values)
        assert np.allclose(found.values, _share(_nearest(places), wanted))


def test_a_picture_of_the_true_axes_keeps_everything(world: World) -> None:
    """The stored neighbours are those of two axes: shown, they can all be trusted; hidden, none more than by chance."""
    nearest = ask.Nearest(0, 1000)
    shares = []
    for axes in ([0, 1], [7, 8]):
        basis = np.zeros((15, 3))
        basis[axes, [0, 1]] = 1.0
        found = found_out(world, ask.KeptOnScreen(nearest, ask.ACTIVATIONS, ((0, basis.tobytes()),)))
        assert isinstance(found, ask.Values)
        shares.append(found.mean)
    assert shares[0] > 0.99
    assert shares[1] == pytest.approx(NEAR / (IMAGES - 1), abs=0.05)


def test_a_sample_is_compared_with_all_and_says_what_it_does_not_know(world: World) -> None:
    nearest = ask.Nearest(1, 20)
    few, all_of_them = found_out(world, ask.Kept(nearest)), found_out(world, ask.Kept(ask.Nearest(1, 1000)))
    assert isinstance(few, ask.Values)
    assert isinstance(all_of_them, ask.Values)
    known = np.isfinite(few.values)
    assert few.known == known.sum() == sum(few.counts) == 20
    assert np.array_equal(few.values[known], all_of_them.values[known])
    assert (few.rows[~known] == -1).all()


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


def test_numbers_lie_on_a_ramp_that_outliers_do_not_set() -> None:
    values = np.append(np.linspace(0.0, 1.0, 999), 1e6).astype(np.float32)
    found = measured(values)
    assert found.limits[0] == 0.0
    assert 0.9 < found.limits[1] < 1.1
    assert found.rows[-1] == STEPS - 1
    assert sum(found.counts) == 1000
    signed = measured(np.linspace(-2.0, 2.0, 1000).astype(np.float32))
    assert signed.limits[0] == pytest.approx(-2.0, abs=0.05)
    rare = measured(np.append(np.zeros(999), 5.0).astype(np.float32))
    assert rare.limits == (0.0, 5.0)
    nothing = measured(np.full(3, np.nan, np.float32))
    assert nothing.known == 0
    assert np.isnan(nothing.mean)


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
    assert trust.embedding == pytest.approx(float(_share(_nearest(world.embedding(0)), world.neighbours(0)).mean()))
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
