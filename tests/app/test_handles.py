"""Handles in the real window, with a real mouse."""

from __future__ import annotations

import time

import numpy as np
import pytest

from explorer.types import Float64
from explorer.world import grips
from explorer.world import intents as say
from explorer.world.handles import Key
from tests.app.pilot import Pilot


def place(pilot: Pilot, key: Key) -> Float64:
    """The pixel of a handle."""
    return np.array(grips.pixel(pilot.state, grips.places(pilot.state, pilot.state.layer, [key])[0]))


def ready(pilot: Pilot) -> Key:
    """At the last layer, the tour standing; the handle that lies freest."""
    pilot.flight.session.also(say.GoToLayer(5, 0.0), say.PauseTour(True))
    pilot.frames(45)
    keys = [handle.key for handle in grips.shown(pilot.state)]
    at = {key: place(pilot, key) for key in keys}

    def room(key: Key) -> float:
        return float(min(np.linalg.norm(at[key] - at[other]) for other in keys if other != key))

    return max(keys, key=room)


def settled(pilot: Pilot, x: float, y: float) -> None:
    """The mouse at a pixel, and the program aware of it."""
    pilot.hands("mousemove", round(x), round(y), frames=3)


def test_a_dragged_handle_is_under_the_mouse_to_the_pixel(pilot: Pilot) -> None:
    key = ready(pilot)
    start = place(pilot, key)
    settled(pilot, *start)
    pilot.until(lambda: pilot.state.handles.hovered == key)
    assert pilot.flight.session.hud.cursor == "hand"
    camera = pilot.state.camera.pose.position
    grip = np.round(start) + 0.5
    pilot.hands("mousedown", 1)
    pilot.until(lambda: pilot.state.handles.grab is not None)
    for by in ((12, 5), (25, -20), (-40, -10), (15, 35)):
        settled(pilot, *(np.round(start) + by))
        grab = pilot.state.handles.grab
        assert grab is not None
        pilot.until(lambda by=by: place_of_cursor(pilot) == pytest.approx(np.round(start) + by + 0.5, abs=0.01))
        assert place(pilot, key) == pytest.approx(start + (np.round(start) + by + 0.5 - grip), abs=1.0)
    assert (pilot.state.camera.pose.position == camera).all()  # it did not orbit
    pilot.seen("held")
    before = pilot.state.tour.basis
    pilot.hands("mouseup", 1)
    pilot.until(lambda: pilot.state.handles.grab is None)
    assert np.abs(pilot.state.tour.basis - before).max() < 1e-6  # paused, it stays


def place_of_cursor(pilot: Pilot) -> Float64:
    grab = pilot.state.handles.grab
    assert grab is not None
    return np.array([grab.x, grab.y])


def test_with_alt_it_goes_away_and_comes_back(pilot: Pilot) -> None:
    key = ready(pilot)
    start = place(pilot, key)
    settled(pilot, *start)
    pilot.until(lambda: pilot.state.handles.hovered == key)
    before = grips.places(pilot.state, 5, [key])[0]
    pilot.hands("mousedown", 1)
    pilot.hands("keydown", "alt")
    settled(pilot, start[0], start[1] - 40)
    pilot.until(lambda: pilot.state.handles.grab is not None and abs(pilot.state.handles.grab.y - start[1]) > 35)
    away = float((grips.places(pilot.state, 5, [key])[0] - before) @ pilot.state.camera.forward)
    assert away > 0.02
    assert place(pilot, key) == pytest.approx(start, abs=1.0)
    pilot.hands("keyup", "alt")
    pilot.hands("mouseup", 1)
    pilot.until(lambda: pilot.state.handles.grab is None)


def test_a_right_click_pins_and_a_right_drag_only_looks(pilot: Pilot) -> None:
    key = ready(pilot)
    settled(pilot, *place(pilot, key))
    pilot.until(lambda: pilot.state.handles.hovered == key)
    pilot.hands("click", 3)
    pilot.until(lambda: pilot.state.handles.pinned == {key})
    pilot.until(lambda: pilot.state.handles.hovered == key)
    pilot.hands("click", 3)
    pilot.until(lambda: not pilot.state.handles.pinned)
    pilot.until(lambda: pilot.state.handles.hovered == key)
    pilot.hands("mousedown", 3)
    for _ in range(6):
        pilot.hands("mousemove_relative", "--", 12, 6, frames=2)
    pilot.hands("mouseup", 3)
    pilot.frames(5)
    assert not pilot.state.handles.pinned


def test_keys_make_a_handle_of_the_selection_and_centre_it(pilot: Pilot) -> None:
    ready(pilot)
    pilot.flight.session.also(say.SelectImages(tuple(range(40))))
    pilot.until(lambda: pilot.state.selection.count == 40)
    pilot.hands("key", "d")
    pilot.until(lambda: len(pilot.state.handles.custom) == 1)
    pilot.hands("key", "shift+5")  # after the four classes
    pilot.until(lambda: pilot.state.camera.path is not None)
    pilot.until(lambda: pilot.state.camera.path is None)
    left, top, right, bottom = pilot.state.viewport.clear
    key = pilot.state.handles.custom[0].key
    assert place(pilot, key) == pytest.approx(((left + right) / 2, (top + bottom) / 2), abs=2.0)
    assert pilot.state.layer == 5  # and not the layer of that number
    pilot.hands("key", "x")
    pilot.until(lambda: not pilot.state.handles.custom)


def test_losing_the_keyboard_lets_go(pilot: Pilot) -> None:
    key = ready(pilot)
    settled(pilot, *place(pilot, key))
    pilot.until(lambda: pilot.state.handles.hovered == key)
    pilot.hands("mousedown", 1)
    pilot.until(lambda: pilot.state.handles.grab is not None)
    pilot.flight.window.on_focus(False)
    pilot.frames(2)
    assert pilot.state.handles.grab is None
    pilot.hands("mouseup", 1)
    time.sleep(0.02)
    pilot.frames(2)
