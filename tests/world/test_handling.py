"""Handles: where they are, and that a held one stays under the cursor whatever else moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from explorer.geometry.matrices import to_pixels
from explorer.store.read import World, open_world
from explorer.types import Float64, Viewport
from explorer.world import grips
from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.handles import Key
from explorer.world.layout import make_scene
from explorer.world.state import AppState
from explorer.world.update import initial_state, update
from tests.worlds import make_world

DT = 1 / 30
CROSS: Key = ("class", 2)
SQUARE: Key = ("class", 1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return open_world(make_world(tmp_path_factory.mktemp("handles") / "small.world", images=400, layers=4))


@pytest.fixture
def start(world: World) -> AppState:
    """In front of the last layer, where the classes lie apart; the tour has gone on for a while."""
    state = initial_state(make_scene(world), Viewport(1280, 720, left=250, right=1000), seed=3)
    return run(update(state, [say.GoToLayer(3, 0.0)], 0.0), 5.0)


def run(state: AppState, seconds: float) -> AppState:
    for _ in range(round(seconds / DT)):
        state = update(state, [], DT)
    return state


def seen(state: AppState, key: Key = CROSS) -> Float64:
    """The pixel (2,) of a handle, from the clouds that are drawn: the mean of its images in the current one."""
    scene = draw_list(state)
    cloud = next(cloud for cloud in scene.clouds if cloud.node == state.layer)
    survey = state.scene.survey
    label = survey.categories("class") == key[1]
    ends = [(cloud.layer, 1.0 - cloud.morph, cloud.placement), (cloud.next_layer, cloud.morph, cloud.next_placement)]
    mean = sum(
        share * (np.append(survey.embedding(layer)[label].mean(axis=0, dtype=np.float64), 1.0) @ at)
        for layer, share, at in ends
    )
    return np.asarray(to_pixels(np.array([mean])[:, :3], scene.view, scene.projection, scene.viewport)[0, :2])


def grabbed(state: AppState, key: Key = CROSS) -> tuple[AppState, Float64]:
    """A handle taken at its edge, and where the cursor is."""
    cursor = seen(state, key) + np.array([5.0, -4.0])
    return update(state, [say.GrabHandle(key, *cursor)], 0.0), cursor


def outside(state: AppState, place: Float64) -> bool:
    """Whether a cursor is where the held handle cannot follow."""
    assert state.handles.grab is not None
    reach = grips.reach(state, grips.centroids(state, state.layer, [state.handles.grab.key])[0])
    grab = replace(state.handles.grab, x=float(place[0]), y=float(place[1]), offset=(0.0, 0.0))
    there = grips.wanted(state, grab, reach)
    assert there is not None
    world = grips.node_frame(state, state.layer).position + there @ grips.axes(state, state.layer)
    return bool(np.linalg.norm(np.array(grips.pixel(state, world)) - place) > 0.5)


def steps(state: AppState, cursor: Float64, by: tuple[float, float], count: int = 8) -> Iterator[Float64]:
    for share in np.linspace(0.0, 1.0, count + 1)[1:]:
        yield cursor + share * np.array(by)


@pytest.mark.parametrize("by", [(60.0, 40.0), (-80.0, 10.0), (0.0, -90.0), (3.0, 2.0)])
def test_a_handle_follows_the_cursor_to_the_pixel(start: AppState, by: tuple[float, float]) -> None:
    state, cursor = grabbed(start)
    before = seen(state)
    for at in steps(state, cursor, by):
        state = update(state, [say.PullHandle(*at)], DT)
        assert seen(state) == pytest.approx(before + at - cursor, abs=0.5)
        rotation = state.tour.rotation
        assert np.abs(rotation.T @ rotation - np.eye(15)).max() < 1e-10


def test_taking_hold_turns_nothing_and_the_tour_stands_while_it_is_held(start: AppState) -> None:
    state, _ = grabbed(start)
    held = run(state, 1.0)
    assert np.abs(held.tour.rotation - start.tour.rotation).max() < 1e-9


def test_there_and_back_is_where_it_began(start: AppState) -> None:
    state, cursor = grabbed(start)
    for at in [*steps(state, cursor, (90.0, 70.0)), cursor + np.array([2000.0, 0.0]), cursor]:
        state = update(state, [say.PullHandle(*at)], DT)
    assert np.abs(state.tour.basis - start.tour.basis).max() < 1e-9


def test_let_go_the_tour_goes_on_from_there_without_a_jump(start: AppState) -> None:
    state, cursor = grabbed(start)
    state = update(state, [say.PullHandle(*(cursor + 50.0))], DT)
    held = state.tour.basis
    state = update(state, [say.DropHandle()], 0.0)
    turned = []
    for _ in range(60):
        state = update(state, [], DT)
        turned.append(float(np.abs(state.tour.basis - held).max()))
    assert turned[0] < 1e-3
    assert turned[-1] > 0.1
    steps = np.diff([0.0, *turned])
    assert steps.max() < 1.5 * state.tour.speed * DT


def test_out_of_reach_it_comes_as_near_as_it_can_and_returns(start: AppState) -> None:
    state, cursor = grabbed(start)
    far = cursor + np.array([0.0, -5000.0])
    state = update(state, [say.PullHandle(*far)], DT)
    reach = float(np.linalg.norm(grips.centroids(state, 3, [CROSS])[0]))
    local = grips.offsets(state, 3, [CROSS])[0]
    assert np.linalg.norm(local) == pytest.approx(reach, abs=1e-6)
    outline = grips.horizon(state, 3, reach, 720)
    assert outline is not None
    scene = draw_list(state)
    ring = to_pixels(outline, scene.view, scene.projection, scene.viewport)[:, :2]
    on_ring = np.linalg.norm(ring - seen(state), axis=1).min()
    assert on_ring < 3.0  # it lies on the ring that is drawn
    state = update(state, [say.PullHandle(*(cursor + 10.0))], DT)
    assert seen(state) == pytest.approx(seen(start) + 10.0, abs=0.5)


def test_everywhere_within_the_ring_is_reached(start: AppState) -> None:
    state, cursor = grabbed(start)
    reach = float(np.linalg.norm(grips.centroids(state, 3, [CROSS])[0]))
    outline = grips.horizon(state, 3, reach)
    assert outline is not None
    scene = draw_list(state)
    ring = to_pixels(outline, scene.view, scene.projection, scene.viewport)[:, :2]
    middle = ring.mean(axis=0)
    offset = seen(start) - cursor
    for corner in ring[::6]:
        for share in (0.3, 0.7, 0.97):
            target = middle + share * (corner - middle)
            state = update(state, [say.PullHandle(*(target - offset))], DT)
            assert seen(state) == pytest.approx(target, abs=0.5)
        state = update(state, [say.PullHandle(*(middle + 1.1 * (corner - middle) - offset))], DT)
        assert np.linalg.norm(seen(state) - middle - 1.1 * (corner - middle)) > 2.0


def test_it_stays_under_the_cursor_while_the_camera_flies(start: AppState) -> None:
    state, cursor = grabbed(start)
    state = update(state, [say.PullHandle(*(cursor + 20.0))], DT)
    before = seen(state)
    state = update(state, [say.SetThrust(0.4, 0.1, -0.3), say.Zoom(2.0, 640.0, 360.0)], 0.0)
    moved = state.camera.pose.position
    for _ in range(15):
        state = update(state, [], DT)
        assert seen(state) == pytest.approx(before, abs=0.5)
    assert np.linalg.norm(state.camera.pose.position - moved) > 0.1


def test_it_stays_under_the_cursor_while_the_layer_morphs(start: AppState) -> None:
    state, cursor = grabbed(run(update(start, [say.SetDive(True)], DT), 1.0))
    state = update(state, [say.PullHandle(*(cursor + 10.0))], DT)
    before = seen(state)
    state = update(state, [say.StepLayer(-1)], 0.0)
    shown = set()
    for _ in range(70):
        state = update(state, [], DT)
        if not outside(state, before):
            assert seen(state) == pytest.approx(before, abs=0.5)
            shown.add(state.morph is not None)
    assert shown == {True, False}
    assert state.layer == 2
    assert state.handles.grab is not None


def test_flown_to_another_cloud_it_is_let_go(start: AppState) -> None:
    state, _ = grabbed(start)
    state = update(state, [say.GoToLayer(1)], DT)
    assert state.handles.grab is None


@pytest.mark.parametrize("pulled", [(0.0, -60.0), (0.0, 50.0)])
def test_in_depth_it_keeps_its_pixel_and_changes_its_distance(start: AppState, pulled: tuple[float, float]) -> None:
    state, cursor = grabbed(start)
    before, pixel = grips.places(state, 3, [CROSS])[0], seen(state)
    for at in steps(state, cursor, pulled):
        state = update(state, [say.PullHandle(*at, deep=True)], DT)
        assert seen(state) == pytest.approx(pixel, abs=0.5)
    after = grips.places(state, 3, [CROSS])[0]
    gone = float((after - before) @ state.camera.forward)
    assert np.sign(gone) == -np.sign(pulled[1])
    assert abs(gone) > 0.03
    across = cursor + pulled + np.array([40.0, 0.0])  # and across again, from where it is
    state = update(state, [say.PullHandle(*across)], DT)
    assert seen(state) == pytest.approx(pixel + np.array([40.0, 0.0]), abs=0.5)


def test_a_pinned_handle_stays_while_another_is_pulled(start: AppState) -> None:
    pins, cursor = grabbed(update(start, [say.PinHandle(SQUARE)], 0.0))
    free, _ = grabbed(start)
    before = seen(start, SQUARE)
    at = cursor + np.array([30.0, 30.0])
    pins, free = (update(x, [say.PullHandle(*at)], DT) for x in (pins, free))
    assert seen(pins) == pytest.approx(seen(start) + 30.0, abs=0.5)
    assert seen(pins, SQUARE) == pytest.approx(before, abs=0.5)
    assert np.linalg.norm(seen(free, SQUARE) - before) > 1.0
    again, cursor = grabbed(update(update(pins, [say.DropHandle()], 0.0), [say.PinHandle(SQUARE)], 0.0))
    assert again.handles.grab is not None
    assert not again.handles.grab.pins


@pytest.mark.parametrize("display", [{"sage": True, "sage_amount": 1.0}, {"flat": True, "flat_amount": 1.0}])
def test_under_a_changed_display_it_is_where_the_picture_shows_it(start: AppState, display: dict[str, Any]) -> None:
    state = replace(start, display=replace(start.display, **display))
    handle = grips.pixel(state, grips.places(state, 3, [CROSS])[0])
    state = update(state, [say.GrabHandle(CROSS, *handle)], 0.0)
    for by in ((20.0, 0.0), (0.0, -25.0), (-15.0, 15.0)):
        at = np.array(handle) + by
        state = update(state, [say.PullHandle(*at)], DT)
        assert grips.pixel(state, grips.places(state, 3, [CROSS])[0]) == pytest.approx(at, abs=1.0)


@pytest.mark.parametrize("number", [0, 2])
def test_centred_a_handle_comes_to_the_middle_eased(start: AppState, number: int) -> None:
    state = update(start, [say.PauseTour(True)], 0.0)
    state = run(state, 1.0)
    key = grips.shown(state)[number].key
    before = state.camera.pose.position
    state = update(state, [say.CentreHandle(number)], 0.0)
    assert (state.camera.pose.position == before).all()
    state = run(state, 1.5)
    left, top, right, bottom = state.viewport.clear
    place = grips.pixel(state, grips.places(state, 3, [key])[0])
    assert place == pytest.approx(((left + right) / 2, (top + bottom) / 2), abs=1.0)
    assert update(state, [say.CentreHandle(77)], 0.0).camera.path is None
