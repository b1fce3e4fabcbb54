"""Which handles there are: groups, and sets of images that were selected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.store.read import World, open_world
from explorer.types import Viewport
from explorer.world import grips
from explorer.world import intents as say
from explorer.world.handles import CUSTOM, Key
from explorer.world.layout import make_scene
from explorer.world.lens import transform
from explorer.world.rules.handling import NOTHING_SELECTED, NOTHING_TO_REMOVE
from explorer.world.selection import changed
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
    """In front of the last layer."""
    state = initial_state(make_scene(world), Viewport(1280, 720), seed=3)
    return update(state, [say.GoToLayer(3, 0.0)], 0.0)


def test_a_handle_is_shown_for_the_largest_groups_and_each_can_be_switched(start: AppState) -> None:
    keys = [handle.key for handle in grips.shown(start)]
    assert keys == [("class", label) for label in range(4)]
    off = update(start, [say.ToggleHandle(2)], 0.0)
    assert CROSS not in [handle.key for handle in grips.shown(off)]
    assert [h.key for h in grips.shown(update(off, [say.ToggleHandle(2)], 0.0))] == keys
    assert grips.shown(update(start, [say.ShowHandles("none")], 0.0)) == ()
    assert [h.key for h in grips.shown(update(off, [say.ShowHandles("all")], 0.0))] == keys
    assert grips.shown(update(start, [say.SetHandles(False)], 0.0)) == ()
    hidden = update(start, [say.ToggleClass(1)], 0.0)
    assert SQUARE not in [handle.key for handle in grips.shown(hidden)]
    other = update(off, [say.ColourBy(1)], 0.0)
    assert {handle.key[0] for handle in grips.shown(other)} == {start.scene.colourings[1].key}
    assert len(grips.shown(update(other, [say.ColourBy(0)], 0.0))) == 3  # what was chosen is remembered
    with pytest.raises(ValueError, match="all, none, largest"):
        update(start, [say.ShowHandles("some")], 0.0)


def test_by_default_only_the_largest_eight_of_many() -> None:
    assert grips._by_size((3, 0, 9, 9, 1)) == (2, 3, 0, 4)


def test_a_handle_of_the_selection_is_there_in_every_layer(start: AppState) -> None:
    mask = np.arange(400) % 7 == 0
    state = replace(start, selection=changed(start.selection, mask))
    state = update(state, [say.AddHandle()], 0.0)
    (handle,) = (h for h in grips.shown(state) if h.key[0] == CUSTOM)
    assert handle.name == "selection 1"
    for layer in range(4):
        mean = grips.centroids(state, layer, [handle.key])[0]
        wanted = state.scene.survey.embedding(layer)[mask].mean(axis=0, dtype=np.float64)
        assert mean == pytest.approx(wanted @ transform(state, layer), abs=1e-6)
    state = update(state, [say.AddHandle(), say.RenameHandle(handle.key, "  sevens \n")], 0.0)
    assert [h.name for h in grips.shown(state)][-2:] == ["sevens", "selection 2"]
    assert update(state, [say.RenameHandle(handle.key, "   ")], 0.0).handles == state.handles
    state = update(state, [say.RemoveHandle()], 0.0)
    assert [h.name for h in grips.shown(state)][-1] == "sevens"
    state = update(state, [say.RemoveHandle(), say.RemoveHandle()], 0.0)
    assert state.notice == NOTHING_TO_REMOVE
    assert len(grips.shown(state)) == 4


def test_without_a_selection_there_is_nothing_to_add(start: AppState) -> None:
    state = update(start, [say.AddHandle()], 0.0)
    assert state.notice == NOTHING_SELECTED
    assert not state.handles.custom


def test_removed_while_it_is_held_or_pinned_it_is_gone(start: AppState) -> None:
    state = replace(start, selection=changed(start.selection, np.arange(400) < 50))
    state = update(state, [say.AddHandle()], 0.0)
    key = state.handles.custom[0].key
    place = grips.pixel(state, grips.places(state, 3, [key])[0])
    held = update(state, [say.GrabHandle(key, *place), say.PullHandle(place[0] + 9, place[1]), say.RemoveHandle()], DT)
    assert held.handles.grab is None
    cross = grips.pixel(state, grips.places(state, 3, [CROSS])[0])
    asked = (say.PinHandle(key), say.GrabHandle(CROSS, *cross), say.PullHandle(*cross), say.RemoveHandle())
    pinned = update(state, asked, DT)
    assert pinned.handles.grab is not None
    assert not pinned.handles.grab.pins
    assert not pinned.handles.pinned


def test_means_are_worked_out_once_for_a_layer(start: AppState, monkeypatch: pytest.MonkeyPatch) -> None:
    state = replace(start, selection=changed(start.selection, np.arange(400) < 50))
    state = update(state, [say.AddHandle()], 0.0)
    keys = [handle.key for handle in grips.shown(state)]
    first = grips.places(state, 3, keys)

    def refuse(layer: int) -> None:
        raise AssertionError("the points were read again")

    monkeypatch.setattr(state.scene.survey, "embedding", refuse)
    assert (grips.places(state, 3, keys) == first).all()


def test_a_group_without_images_has_no_place_and_cannot_be_taken(start: AppState) -> None:
    counts = replace(start.scene.colourings[0], names=(*start.scene.colourings[0].names, "nothing"))
    scene = replace(start.scene, colourings=(counts, *start.scene.colourings[1:]))
    state = update(replace(start, scene=scene), [say.GrabHandle(("class", 4), 500.0, 300.0)], DT)
    assert state.handles.grab is None
