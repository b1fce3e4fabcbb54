"""Selecting by hand: what drags, clicks and keys mean, and a lasso drawn in the real window."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from explorer.app import events
from explorer.app.input import Controls
from explorer.store.selections import load_selection
from explorer.world import intents as say
from explorer.world.catching import caught
from explorer.world.compose import draw_list
from explorer.world.selecting import BOX
from explorer.world.state import AppState, Picked
from explorer.world.update import update
from tests.app.pilot import Pilot
from tests.world.scenes import state


def drag(controls: Controls, now: AppState, *places: tuple[float, float]) -> list[say.Intent]:
    """The left button held from the first place to the last."""
    said = controls.handle(events.MouseButton(events.LEFT, True, *places[0]), now)
    for before, place in pairwise(places):
        step = events.MouseMove(*place, place[0] - before[0], place[1] - before[1])
        said += controls.handle(step, now)
    return said + controls.handle(events.MouseButton(events.LEFT, False, *places[-1]), now)


def holding(*names: str) -> Controls:
    controls = Controls()
    for name in names:
        controls.handle(events.Key(name, True), state())
    return controls


@pytest.mark.parametrize(
    ("held", "how"), [(("shift",), "replace"), (("shift", "ctrl"), "add"), (("shift", "alt"), "subtract")]
)
def test_a_drag_with_shift_is_a_lasso(held: tuple[str, ...], how: str) -> None:
    said = drag(holding(*held), state(), (100, 100), (150, 100), (150, 160))
    assert said == [
        say.BeginOutline(100, 100, how), say.ExtendOutline(150, 100), say.ExtendOutline(150, 160), say.EndOutline(),
    ]  # fmt: skip


@pytest.mark.parametrize(("held", "how"), [((), "replace"), (("ctrl",), "add"), (("alt",), "subtract")])
def test_with_a_tool_in_hand_a_plain_drag_draws(held: tuple[str, ...], how: str) -> None:
    now = update(state(), [say.SetTool(BOX)], 0.0)
    assert drag(holding(*held), now, (100, 100), (150, 160))[0] == say.BeginOutline(100, 100, how)


def test_a_plain_drag_still_turns_the_view() -> None:
    said = drag(holding(), state(), (100, 100), (150, 100), (160, 100))
    assert {type(x) for x in said} == {say.Orbit}


def test_the_next_drag_is_a_new_one() -> None:
    controls = holding("shift")
    drag(controls, state(), (100, 100), (150, 100))
    controls.handle(events.Key("shift", False), state())
    assert {type(x) for x in drag(controls, state(), (100, 100), (150, 100))} == {say.Orbit}


def test_a_tremble_with_shift_is_a_click() -> None:
    now = replace(state(), hover=Picked(7, 0))
    assert drag(holding("shift"), now, (100, 100), (101, 100)) == [say.Pin(7)]


def test_clicks_with_ctrl_and_alt_add_and_take_away() -> None:
    now = replace(state(), hover=Picked(7, 0))
    assert drag(holding("ctrl"), now, (100, 100)) == [say.SelectImages((7,), "add")]
    assert drag(holding("alt"), now, (100, 100)) == [say.SelectImages((7,), "subtract")]
    assert drag(holding(), now, (100, 100)) == [say.Pin(7)]
    nothing = drag(holding("ctrl"), state(), (100, 100))
    assert update(now, nothing, 0.0).selection is now.selection


def test_losing_the_keyboard_drops_what_is_drawn() -> None:
    controls, now = holding("shift"), state()
    controls.handle(events.MouseButton(events.LEFT, True, 10, 10), now)
    controls.handle(events.MouseMove(90, 90, 80, 80), now)
    assert controls.handle(events.Focus(False), now) == [say.DropOutline()]
    assert not controls.dragging


@pytest.mark.parametrize(
    ("keys", "intent"),
    [
        (("ctrl", "z"), say.UndoSelection()), (("ctrl", "y"), say.RedoSelection()), (("ctrl", "a"), say.SelectAll()),
        (("ctrl", "shift", "z"), say.RedoSelection()), (("shift", "ctrl", "a"), say.SelectNone()),
        (("ctrl", "i"), say.InvertSelection()), (("s",), say.SetTool()), (("n",), say.SelectNeighbours()),
        (("period",), say.GrowSelection()), (("comma",), say.ShrinkSelection()),
    ],
)  # fmt: skip
def test_keys(keys: tuple[str, ...], intent: say.Intent) -> None:
    controls = holding(*keys[:-1])
    assert controls.handle(events.Key(keys[-1], True), state()) == [intent]


def test_ctrl_z_while_typing_is_the_fields() -> None:
    controls = holding("ctrl")
    assert not any(controls.commands(name) for name in "zyacvx")
    assert controls.commands("q")


def test_a_lasso_in_the_window_selects_what_it_encloses(pilot: Pilot) -> None:
    """Drawn by the mouse, kept under a name, taken back, found again; the pictures are there to be looked at."""
    pilot.hands("key", "space")
    pilot.until(lambda: pilot.state.paused)
    pilot.frames(60)
    corners = [(640 + 170 * np.cos(t), 430 + 140 * np.sin(t)) for t in np.linspace(0, 6, 25)]
    corners = [(int(x), int(y)) for x, y in corners]
    pilot.hands("mousemove", *corners[0], "keydown", "shift", "mousedown", 1)
    for corner in corners[1:]:
        pilot.hands("mousemove", *corner, frames=1)
    pilot.until(lambda: pilot.state.selecting.outline is not None and len(pilot.state.selecting.outline.places) > 20)
    pilot.seen("lasso")
    outline = pilot.state.selecting.outline
    assert outline is not None
    pilot.hands("mouseup", 1, "keyup", "shift")
    pilot.until(lambda: pilot.state.selection.count > 0)
    picture = pilot.seen("lassoed")
    drawn = draw_list(pilot.state)
    _, mask = caught(drawn, pilot.state.scene.survey, pilot.state.layer, outline.corners)
    np.testing.assert_array_equal(pilot.state.selection.mask, mask)
    assert 0 < mask.sum() < len(mask)
    pilot.flight.session.also(say.SaveSelection("by hand"))
    pilot.until(lambda: bool(pilot.state.selecting.saved))
    np.testing.assert_array_equal(load_selection(pilot.flight.world_path, "by hand"), np.flatnonzero(mask))
    pilot.hands("key", "ctrl+z")
    pilot.until(lambda: pilot.state.selection.count == 0)
    pilot.frames(30)
    assert not np.array_equal(pilot.seen("undone"), picture)
    pilot.hands("key", "ctrl+y")
    pilot.until(lambda: pilot.state.selection.count == mask.sum())
