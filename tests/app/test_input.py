"""Keys and mouse to intents: what a press means, standing and flying."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.app import events
from explorer.app.bindings import shown_key
from explorer.app.input import ACTIONS, Controls
from explorer.errors import LayerflightError
from explorer.world import intents as say
from explorer.world.state import AppState, Picked
from explorer.world.update import update
from tests.world.scenes import state


def press(controls: Controls, now: AppState, *names: str) -> list[say.Intent]:
    """Keys pressed one after the other and held."""
    return [intent for name in names for intent in controls.handle(events.Key(name, True), now)]


def click(controls: Controls, now: AppState, x: float = 100.0, y: float = 100.0) -> list[say.Intent]:
    down, up = events.MouseButton(events.LEFT, True, x, y), events.MouseButton(events.LEFT, False, x, y)
    return [*controls.handle(down, now), *controls.handle(up, now)]


def test_every_action_with_a_press_says_something() -> None:
    now = state()
    for action in ACTIONS:
        if action.intent is not None:
            assert action.intent(now) is not None, action.name


def test_letters_are_tools_standing_and_fly_when_flying() -> None:
    controls, now = Controls({"images": ["w"]}), state()
    assert press(controls, now, "w") == [say.SetImages()]
    assert controls.held(now, 0.1) == []
    flying = replace(now, flight_mode=True)
    assert press(Controls({"images": ["w"]}), flying, "w") == []
    assert controls.held(flying, 0.1) == [say.SetThrust(0, 0, -1, False)]


def test_arrows_fly_and_turn_without_a_mouse() -> None:
    controls, now = Controls(), state()
    press(controls, now, "up", "left", "shift")
    assert controls.held(now, 0.1) == [say.SetThrust(0, 0, -1, True), say.Look(pytest.approx(0.12), 0.0)]
    assert controls.held(now, 0.1) == [say.Look(pytest.approx(0.12), 0.0)]  # the thrust stays as it was


def test_ctrl_q_quits_while_flying_too() -> None:
    flying = replace(state(), flight_mode=True)
    assert press(Controls(), flying, "ctrl", "q") == [say.Quit()]


def test_commands_pass_a_text_field_and_letters_do_not() -> None:
    controls = Controls()
    assert controls.commands("f12")
    assert not controls.commands("f")
    assert not controls.commands("r")
    press(controls, state(), "ctrl")
    assert controls.commands("q")


def test_a_click_pins_and_a_drag_does_not() -> None:
    controls, now = Controls(), replace(state(), hover=Picked(7, 0))
    assert click(controls, now) == [say.Pin(7)]
    controls.handle(events.MouseButton(events.LEFT, True, 100, 100), now)
    assert controls.handle(events.MouseMove(102, 101, 2, 1), now) == []
    turned = controls.handle(events.MouseMove(120, 101, 18, 0), now)
    assert isinstance(turned[0], say.Orbit)
    assert turned[0].yaw > 0
    assert controls.handle(events.MouseButton(events.LEFT, False, 120, 101), now) == []


def test_a_click_on_nothing_lets_go() -> None:
    assert click(Controls(), state()) == [say.Pin(None)]


def test_a_double_click_travels_to_that_cloud() -> None:
    controls, now = Controls(), replace(state(), hover=Picked(7, 3))
    assert click(controls, now) == [say.Pin(7)]
    controls.held(now, 0.1)
    assert click(controls, replace(now, pinned=7)) == [say.Pin(None), say.GoToLayer(3)]


def test_a_double_click_gives_back_the_pin_that_its_first_click_took() -> None:
    controls, now = Controls(), replace(state(), hover=Picked(7, 3), pinned=2)
    click(controls, now)
    controls.held(now, 0.1)
    assert click(controls, replace(now, pinned=7)) == [say.Pin(2), say.GoToLayer(3)]


def test_a_click_on_a_name_that_can_be_edited_is_not_meant_for_what_lies_behind() -> None:
    controls, now = Controls(), replace(state(), hover=Picked(7, 3))
    now = update(now, [say.HoverHandle(None, ("custom", 1))], 0.0)
    assert click(controls, now) == click(controls, now) == []
    now = update(now, [say.HoverHandle(None)], 0.0)
    controls.held(now, 1.0)
    assert click(controls, now) == [say.Pin(7)]


def test_two_clicks_far_apart_or_long_after_are_two_clicks() -> None:
    now = replace(state(), hover=Picked(7, 3))
    controls = Controls()
    click(controls, now)
    assert click(controls, now, 300.0) == [say.Pin(7)]
    controls = Controls()
    click(controls, now)
    controls.held(now, 1.0)
    assert click(controls, now) == [say.Pin(7)]


def test_the_right_button_looks_around_once_it_is_dragged() -> None:
    controls, now = Controls(), state()
    controls.handle(events.MouseButton(events.RIGHT, True, 100, 100), now)
    assert controls.flying(now)
    assert not controls.captures(now)
    looked = controls.handle(events.MouseMove(110, 100, 10, 0), now)
    assert controls.captures(now)
    assert isinstance(looked[0], say.Look)
    assert looked[0].yaw < 0  # the view turns right with the mouse
    controls.handle(events.MouseButton(events.RIGHT, False, 110, 100), now)
    assert not controls.flying(now)
    assert not controls.captures(now)


def test_the_wheel_zooms_and_sets_the_speed_while_flying() -> None:
    controls, now = Controls(), state()
    assert controls.handle(events.Wheel(5, 6, 1.0), now) == [say.Zoom(1.0, 5, 6)]
    said = controls.handle(events.Wheel(5, 6, 1.0), replace(now, flight_mode=True))
    assert said == [say.ScaleFlightSpeed(1.15)]


def test_losing_the_focus_lets_everything_go() -> None:
    controls, now = Controls(), replace(state(), flight_mode=True)
    press(controls, now, "w")
    controls.held(now, 0.1)
    assert controls.handle(events.Focus(False), now) == [say.SetFlightMode(False)]
    assert controls.held(replace(now, flight_mode=False), 0.1) == [say.SetThrust(0, 0, 0, False)]


def test_keys_are_bound_anew_and_help_says_so() -> None:
    controls = Controls({"pause": ["f9"]})
    assert press(controls, state(), "f9") == [say.PauseTour()]
    assert press(controls, state(), "space") == []
    assert ("Tour", "F9", "pause or resume the tour") in controls.help()


@pytest.mark.parametrize(
    ("bindings", "words"),
    [
        ({"loop": ["l"]}, "'loop'.*does not exist"),
        ({"pause": ["spacebar"]}, "'spacebar'.*no key"),
        ({"record": ["p"], "images": ["p"]}, "'p' to both"),
    ],
)
def test_bindings_that_cannot_work_are_refused(bindings: dict[str, list[str]], words: str) -> None:
    with pytest.raises(LayerflightError, match=words):
        Controls(bindings)


def test_the_tables_keys_exist_and_are_shown_short() -> None:
    for action in ACTIONS:
        for key in action.keys:
            assert key.rpartition("+")[2] in events.KEYS
            assert 1 <= len(shown_key(key)) <= 12


def test_faster_and_slower_are_bounded() -> None:
    controls, now = Controls(), state()
    for _ in range(60):
        now = update(now, press(controls, now, "plus"), 0.0)
    assert now.tour.speed == pytest.approx(6.3)


def test_a_press_on_a_handle_pulls_it_and_a_press_elsewhere_turns_the_view() -> None:
    key = ("class", 0)
    controls, now = Controls(), state()
    on = replace(now, handles=replace(now.handles, hovered=key))
    assert controls.handle(events.MouseButton(events.LEFT, True, 50, 60), on) == [say.GrabHandle(key, 50, 60)]
    assert controls.dragging
    assert controls.handle(events.MouseMove(55, 61, 5, 1), on) == [say.PullHandle(55, 61, False)]
    press(controls, on, "alt")
    assert controls.handle(events.MouseMove(55, 81, 0, 20), on) == [say.PullHandle(55, 81, True)]
    assert controls.handle(events.MouseButton(events.LEFT, False, 55, 81), on) == [say.DropHandle()]
    assert not controls.dragging
    controls.handle(events.Key("alt", False), now)
    controls.handle(events.MouseButton(events.LEFT, True, 50, 60), now)
    assert isinstance(controls.handle(events.MouseMove(90, 60, 40, 0), now)[0], say.Orbit)


def test_a_right_click_pins_a_handle_and_a_right_drag_does_not() -> None:
    key = ("class", 1)
    controls, now = Controls(), state()
    on = replace(now, handles=replace(now.handles, hovered=key))
    down, up = events.MouseButton(events.RIGHT, True, 50, 60), events.MouseButton(events.RIGHT, False, 50, 60)
    assert [*controls.handle(down, on), *controls.handle(up, now)] == [say.PinHandle(key)]
    controls.handle(down, on)
    controls.handle(events.MouseMove(90, 60, 40, 0), on)
    assert controls.handle(up, on) == []
    assert [*controls.handle(down, now), *controls.handle(up, on)] == []


def test_shift_and_a_number_centre_a_handle() -> None:
    controls, now = Controls(), state()
    assert press(controls, now, "3") == [say.GoToLayer(2)]
    assert press(controls, now, "shift", "3") == [say.CentreHandle(2)]


def test_losing_the_keyboard_drops_a_handle() -> None:
    controls, now = Controls(), state()
    on = replace(now, handles=replace(now.handles, hovered=("class", 1)))
    controls.handle(events.MouseButton(events.LEFT, True, 50, 60), on)
    assert controls.handle(events.Focus(False), on) == [say.DropHandle()]
