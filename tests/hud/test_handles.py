"""Handles over the picture: where they are hit, what they are called, how they come and go."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from explorer.hud.handles import GRASP
from explorer.hud.kit import Rect
from explorer.store.read import World
from explorer.world import grips
from explorer.world import intents as say
from explorer.world.handles import CUSTOM, Key
from explorer.world.selection import changed
from tests.hud.driver import Driver


@pytest.fixture
def deep(hud: Driver) -> Driver:
    """In front of the last layer, where the classes lie apart; the tour stands."""
    hud.settle(say.PauseTour(True), say.GoToLayer(8, 0.0), say.LetGo())
    return hud


def places(driver: Driver) -> dict[Key, tuple[float, float]]:
    keys = [handle.key for handle in grips.shown(driver.state)]
    found = grips.places(driver.state, driver.state.layer, keys)
    return {key: grips.pixel(driver.state, place) for key, place in zip(keys, found, strict=True)}


def overlap(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def selected(driver: Driver, *images: int) -> None:
    mask = np.isin(np.arange(60), images)
    driver.state = replace(driver.state, selection=changed(driver.state.selection, mask))


def test_every_handle_is_drawn_and_hit_where_it_is(deep: Driver) -> None:
    found = places(deep)
    assert len(found) == 4
    for key, (x, y) in found.items():
        nearest = min(found, key=lambda other: np.hypot(found[other][0] - x, found[other][1] - y))
        assert deep.hud.handles.under(x, y) == key == nearest
    marks = {mark.handle.key: (mark.x, mark.y) for mark in deep.hud.handles.marks}
    assert {key: pytest.approx(place, abs=0.01) for key, place in found.items()} == marks


def test_the_nearest_within_grasp_is_taken_and_nothing_beyond(deep: Driver) -> None:
    found = places(deep)
    rng = np.random.default_rng(0)
    for x, y in rng.uniform((250, 50), (960, 700), (4000, 2)):
        gaps = {key: float(np.hypot(at[0] - x, at[1] - y)) for key, at in found.items()}
        nearest = min(gaps, key=lambda key: gaps[key])
        assert deep.hud.handles.under(x, y) == (nearest if gaps[nearest] <= GRASP else None)
    assert GRASP >= 12


def test_names_lie_beside_the_marks_apart_from_each_other(deep: Driver) -> None:
    names = deep.hud.handles.names.rects
    assert len(names) >= 3
    for one, other in itertools.combinations(names.values(), 2):
        assert not overlap(one, other)
    for key, rect in names.items():
        for other, (x, y) in places(deep).items():
            disc = (x - 6, y - 6, x + 6, y + 6)
            assert not overlap(rect, disc), (key, other)


def test_a_name_is_never_in_the_way_of_the_mouse(deep: Driver) -> None:
    for left, top, right, bottom in deep.hud.handles.names.rects.values():
        deep.move((left + right) / 2, (top + bottom) / 2)
        assert not deep.hud.wants_mouse
        gap = min(np.hypot(x - (left + right) / 2, y - (top + bottom) / 2) for x, y in places(deep).values())
        under = deep.hud.handles.under((left + right) / 2, (top + bottom) / 2)
        assert (under is not None) == (gap <= GRASP)


def test_names_never_overlap_while_the_tour_goes_on(deep: Driver) -> None:
    before: dict[Key, Rect] = {}
    deep.frame([say.PauseTour(False), say.SetTourSpeed(3.0)])
    for _ in range(240):
        deep.frame()
        now = dict(deep.hud.handles.names.rects)
        for one, other in itertools.combinations(now.values(), 2):
            assert not overlap(one, other)
        for key in before.keys() & now.keys():  # none jumps to another side in sight
            assert abs(now[key][0] - before[key][0]) < 40
        before = now


def test_switches_fade_handles_in_and_out(deep: Driver) -> None:
    def opacity() -> float:
        return max((mark.opacity for mark in deep.hud.handles.marks if mark.handle.key == ("class", 1)), default=0.0)

    full = opacity()
    assert full > 0.4
    x, y = places(deep)["class", 1]
    deep.frame([say.ToggleHandle(1)])
    assert 0.0 < opacity() < full
    assert deep.hud.handles.under(x, y) != ("class", 1)  # it goes: it can no longer be taken
    deep.settle()
    assert opacity() == 0.0
    deep.frame([say.ToggleHandle(1)])
    assert 0.0 < opacity() < full
    deep.settle()
    assert opacity() == pytest.approx(full, abs=1e-3)


def test_without_panels_and_switched_off_there_are_none(deep: Driver) -> None:
    deep.settle(say.SetHud(False))
    assert not deep.hud.handles.marks
    deep.settle(say.SetHud(True), say.SetHandles(False))
    assert not deep.hud.handles.marks


def test_a_pinned_one_is_told_from_the_others_and_a_held_one_shows_its_reach(deep: Driver) -> None:
    key, (x, y) = next(iter(places(deep).items()))
    plain = deep.picture().astype(int)
    deep.settle(say.PinHandle(key))
    pinned = deep.picture().astype(int)
    left, top = round(x) - 25, round(y) - 25
    changed_pixels = np.abs(pinned - plain).max(axis=2) > 30
    assert changed_pixels[top : top + 50, left : left + 50].sum() > 40
    changed_pixels[top : top + 50, left : left + 50] = False
    assert changed_pixels.sum() < 200  # nothing else changed but names that made room
    deep.settle(say.Zoom(-8.0, 600.0, 400.0))
    deep.settle(say.GrabHandle(key, *places(deep)[key]))
    reach = grips.reach(deep.state, grips.centroids(deep.state, 8, [key])[0])
    outline = grips.horizon(deep.state, 8, reach)
    assert outline is not None
    held = deep.picture().astype(int)
    lit = 0
    for place in outline:
        px, py = (round(at) for at in grips.pixel(deep.state, place))
        if 260 < px < 950 and 60 < py < 700:
            lit += int(held[py - 2 : py + 3, px - 2 : px + 3].max() > 60)
    assert lit > 20


def test_a_handle_of_a_selection_is_renamed_in_place(deep: Driver) -> None:
    selected(deep, 1, 2, 3, 5, 8)
    deep.settle(say.ShowHandles("none"), say.AddHandle())
    key = deep.state.handles.custom[0].key
    assert key[0] == CUSTOM
    left, top, right, bottom = deep.hud.handles.names.rects[key]
    deep.click_at((left + right) / 2, (top + bottom) / 2, times=2)
    deep.settle(frames=5)
    assert deep.hud.wants_keyboard
    deep.hud.mouse_move(*deep.place("handle names/field"))
    assert deep.hud.wants_mouse  # at once: a click into the field is none on the picture
    deep.type("the odd ones")
    deep.hud.key("enter", True)
    said = deep.frame() + deep.frame()
    deep.hud.key("enter", False)
    said += deep.frame() + deep.frame()
    assert say.RenameHandle(key, "the odd ones") in said
    assert deep.state.handles.custom[0].name == "the odd ones"
    deep.settle(frames=10)
    assert not deep.hud.wants_keyboard


def test_a_rename_is_given_up_with_escape(deep: Driver) -> None:
    selected(deep, 4, 5)
    deep.settle(say.ShowHandles("none"), say.AddHandle())
    key = deep.state.handles.custom[0].key
    left, top, right, bottom = deep.hud.handles.names.rects[key]
    deep.click_at((left + right) / 2, (top + bottom) / 2, times=2)
    deep.settle(frames=5)
    deep.type("nonsense")
    deep.hud.key("escape", True)
    deep.settle(frames=3)
    deep.hud.key("escape", False)
    deep.settle(frames=3)
    assert deep.state.handles.custom[0].name == "selection 1"
    assert not deep.hud.wants_keyboard


def test_the_name_of_a_group_is_not_edited(deep: Driver) -> None:
    key, (left, top, right, bottom) = next(iter(deep.hud.handles.names.rects.items()))
    assert key[0] == "class"
    deep.click_at((left + right) / 2, (top + bottom) / 2, times=2)
    deep.settle(frames=5)
    assert not deep.hud.wants_keyboard


def test_a_thousand_handles_and_twice_the_pixels(drive: Callable[..., Driver], thousand: World) -> None:
    many = drive(thousand, (2560, 1440), 2.0)
    many.settle(say.ShowHandles("all"), say.PauseTour(True), frames=20)
    assert len(many.hud.handles.marks) > 900
    for one, other in itertools.combinations(many.hud.handles.names.rects.values(), 2):
        assert not overlap(one, other)


def test_the_legend_switches_one_or_all(deep: Driver, drive: Callable[..., Driver], thousand: World) -> None:
    assert deep.click("legend/handle 1") == [say.ToggleHandle(1)]
    assert ("class", 1) not in places(deep)
    assert deep.click("legend/handle 1") == [say.ToggleHandle(1)]
    assert ("class", 1) in places(deep)
    many = drive(thousand)
    said = [many.click("legend/handles") for _ in range(3)]
    assert said == [[say.ShowHandles("all")], [say.ShowHandles("none")], [say.ShowHandles("largest")]]
    assert len(grips.shown(many.state)) == grips.LARGEST
