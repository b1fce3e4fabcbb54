"""Who gets the mouse and the keyboard, and which part of the window is open."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import moderngl
import pytest

from explorer.hud.keys import imgui_keys
from explorer.store.read import World
from explorer.types import Viewport
from explorer.world import intents as say
from tests.hud.driver import Driver

RIGHT = ("tour", "display", "inspector", "selection")
"""Panels of the right column."""


def test_the_mouse_belongs_to_the_panel_under_it(hud: Driver) -> None:
    for left, top, right, bottom in hud.hud.panel_rects.values():
        hud.move((left + right) / 2, (top + bottom) / 2)
        assert hud.hud.wants_mouse
    hud.move(600, 400)
    assert not hud.hud.wants_mouse
    hud.move(600, 20)
    assert hud.hud.wants_mouse  # the toolbar


def test_a_panel_claims_the_mouse_before_the_next_frame(hud: Driver) -> None:
    hud.move(600, 400)
    hud.hud.mouse_move(*hud.place("Pause"))
    assert hud.hud.wants_mouse
    hud.hud.mouse_move(600, 400)
    assert not hud.hud.wants_mouse


def test_a_drag_that_began_outside_stays_outside(hud: Driver) -> None:
    hud.move(600, 400)
    hud.hud.mouse_button(0, True)
    hud.frame()
    hud.move(*hud.place("Pause"))
    assert not hud.hud.wants_mouse
    hud.hud.mouse_button(0, False)
    assert hud.frame() + hud.frame() == []


def test_letters_tab_and_space_pass_unless_a_text_field_is_active(hud: Driver) -> None:
    hud.click("Pause")
    for key in ("tab", "space", "w", "enter"):
        hud.hud.key(key, True)
        assert hud.frame() + hud.frame() == []
        assert not hud.hud.wants_keyboard
        hud.hud.key(key, False)


def test_key_names_of_window_systems_are_understood() -> None:
    assert imgui_keys("BACKSPACE")
    assert imgui_keys("LCTRL") == imgui_keys("ctrl")
    assert len(imgui_keys("lshift")) == 2
    assert imgui_keys("7")
    assert imgui_keys("MOTION_BEGINNING_OF_FILE") == ()


def test_the_open_rectangle_lies_between_the_panels(hud: Driver) -> None:
    left, top, right, bottom = hud.state.viewport.clear
    panels = hud.hud.panel_rects
    assert panels["layers"][2] <= left < right <= panels["tour"][0]
    assert 40 <= top < 60
    assert bottom == 720
    hud.settle(*(say.SetPanel(x, False) for x in RIGHT))
    assert hud.state.viewport.clear == (left, top, 1280, bottom)
    hud.settle(say.SetHud(False))
    assert hud.state.viewport.clear == (0, 0, 1280, 720)
    assert not hud.hud.panel_rects


def test_the_open_rectangle_glides(hud: Driver) -> None:
    edges = []
    hud.frame([say.SetPanel(x, False) for x in RIGHT])
    for _ in range(60):
        hud.frame()
        edges.append(hud.state.viewport.clear[2])
    steps = [after - before for before, after in itertools.pairwise(edges)]
    assert edges[-1] == 1280
    assert max(steps) < 80
    assert min(steps) >= 0


def test_a_resized_window_is_laid_out_again(hud: Driver) -> None:
    hud.settle(say.Resize(Viewport(1600, 900)))
    panels = hud.hud.panel_rects
    assert max(rect[2] for rect in panels.values()) == pytest.approx(1592, abs=2)
    assert max(rect[3] for rect in panels.values()) == pytest.approx(892, abs=2)
    assert panels["layers"][2] - panels["layers"][0] == pytest.approx(236, abs=4)


def test_a_layout_the_user_made_is_kept(hud: Driver) -> None:
    before = hud.hud.panel_rects["layers"]
    edge = (before[2] + 4, 200)
    hud.drag(edge, (edge[0] + 60, 200))
    hud.settle()
    wider = hud.hud.panel_rects["layers"]
    assert wider[2] == pytest.approx(before[2] + 60, abs=6)
    hud.settle(say.Resize(Viewport(1600, 900)))
    assert hud.hud.panel_rects["layers"][2] == pytest.approx(wider[2], abs=6)


@pytest.mark.parametrize("size", [(640, 480), (900, 600), (320, 200), (1, 1)])
def test_small_windows_do_no_harm(hud: Driver, size: tuple[int, int]) -> None:
    hud.settle(say.Resize(Viewport(*size)), say.SetPanel("help", True), say.SetPanel("stats", True), frames=5)
    left, top, right, bottom = hud.state.viewport.clear
    assert left < right
    assert top < bottom
    hud.settle(say.Resize(Viewport(1280, 720)), frames=5)
    assert hud.click("Pause")


def test_one_hud_after_another(ctx: moderngl.Context, world: World) -> None:
    for _ in range(3):
        driver = Driver(ctx, world)
        assert driver.click("Pause") == [say.PauseTour(True)]
        assert driver.picture().any()
        driver.release()


def test_losing_the_focus_lets_go_of_the_button(hud: Driver) -> None:
    hud.move(600, 400)
    hud.hud.mouse_button(0, True)
    hud.frame()
    hud.hud.focus(False)
    hud.frame()
    hud.hud.focus(True)
    hud.frame()
    assert hud.click("Pause") == [say.PauseTour(True)]


def test_everything_works_at_pixel_ratio_2(drive: Callable[..., Driver], world: World) -> None:
    one, two = drive(world), drive(world, (2560, 1440), 2.0)
    assert two.click("layers/layer1") == [say.GoToLayer(1)]
    for name, rect in one.hud.panel_rects.items():
        assert two.hud.panel_rects[name] == pytest.approx([2 * edge for edge in rect], abs=6)
    height = one.hud.ui.find("tour/Save view")[3] - one.hud.ui.find("tour/Save view")[1]
    assert two.hud.ui.find("tour/Save view")[3] - two.hud.ui.find("tour/Save view")[1] == pytest.approx(
        2 * height, abs=2
    )


def test_the_cursor_says_what_can_be_done(drive: Callable[..., Driver], hud: Driver, thousand: World) -> None:
    hud.move(600, 400)
    assert hud.hud.cursor == "default"
    edge = hud.hud.panel_rects["layers"][2] + 4
    hud.move(edge, 200)
    hud.settle(frames=10)
    assert hud.hud.cursor == "size_left_right"
    many = drive(thousand)
    many.move(*many.place("legend/Search"))
    assert many.hud.cursor == "text"


def test_a_panel_dragged_out_floats_and_the_middle_stays_open(hud: Driver) -> None:
    hud.settle(say.SetPanel("display", False), say.SetPanel("selection", False))
    left, top, *_ = hud.hud.panel_rects["tour"]
    hud.drag((left + 20, top + 16), (600, 420))
    hud.settle()
    rect = hud.hud.panel_rects["tour"]
    assert rect[0] < 600 < rect[2]
    assert hud.hud.panel_rects["inspector"][1] == pytest.approx(50, abs=2)
    clear = hud.state.viewport.clear
    assert clear[0] < 250
    assert clear[2] > 950
    assert hud.click("Pause") == [say.PauseTour(True)]
