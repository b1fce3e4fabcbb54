"""Every control says exactly what it should, driven by the mouse and the keyboard."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from explorer.store.read import World
from explorer.world import intents as say
from explorer.world.intents import Intent
from explorer.world.scrub import depth
from explorer.world.state import PANELS
from tests.hud.driver import Driver


def bring_forward(hud: Driver, panel: str) -> None:
    """Shows a panel that may lie behind another one's tab."""
    if panel in PANELS and panel not in hud.hud.panel_rects:
        hud.settle(say.SetPanel(panel, False))
        hud.settle(say.SetPanel(panel, True))


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("tour/Pause", say.PauseTour(True)),
        ("tour/Save view", say.SaveView()),
        ("tour/Copy", say.CopyBasis()),
        ("tour/Paste", say.AskPaste()),
        ("tour/Elsewhere", say.RestartTour()),
        ("display/Images", say.SetImages(True)),
        ("display/Flat", say.SetFlat(True)),
        ("display/Threads", say.SetThreads(True)),
        ("display/Radial correction", say.SetSage(True)),
        ("display/Slice", say.SetSlice(True)),
        ("display/Frame", say.FrameNode()),
        ("display/Overview", say.Overview()),
        ("layers/Dive", say.SetDive(True)),
        ("layers/Next", say.StepLayer(1)),
        ("layers/layer1", say.GoToLayer(1)),
        ("legend/square", say.ToggleClass(1)),
        ("toolbar/Mode", say.SetDive(True)),
        ("toolbar/Next layer", say.StepLayer(1)),
        ("toolbar/Take a screenshot", say.TakeScreenshot()),
        ("toolbar/Record what is seen", say.SetRecording(True)),
        ("toolbar/Help", say.SetPanel("help", True)),
        ("toolbar/Layers", say.SetPanel("layers", False)),
    ],
)
def test_a_click_says_one_thing(hud: Driver, label: str, said: Intent) -> None:
    bring_forward(hud, label.split("/")[0])
    assert hud.click(label) == [said]


def test_a_control_that_is_in_force_says_nothing(hud: Driver) -> None:
    assert hud.click("layers/Fly") == []
    bring_forward(hud, "display")
    assert hud.click("display/Dots") == []
    assert hud.click("layers/Previous") == []  # the first layer has none before it


def test_the_same_button_takes_it_back(hud: Driver) -> None:
    hud.click("Pause")
    assert hud.click("Resume") == [say.PauseTour(False)]
    hud.click("toolbar/Record what is seen")
    assert hud.click("toolbar/Record what is seen") == [say.SetRecording(False)]


def test_speed_is_shown_in_degrees_and_said_in_radians(hud: Driver) -> None:
    left, top, right, bottom = hud.hud.ui.find("Speed")
    said = hud.drag(((left + right) / 2, (top + bottom) / 2), (right - 1, (top + bottom) / 2))
    assert isinstance(said[-1], say.SetTourSpeed)
    assert math.degrees(said[-1].speed) == pytest.approx(120.0)
    said = hud.drag((right - 8, bottom - 8), (left, bottom - 8))
    assert said[-1] == say.SetTourSpeed(0.0)


def test_point_size_holds_on_to_one(hud: Driver) -> None:
    bring_forward(hud, "display")
    left, top, right, bottom = hud.hud.ui.find("Point size")
    start, end = left + hud.hud.ui.width("Point size") + 10, right - hud.hud.ui.width("0.00 ×") - 10
    y, middle = (top + bottom) / 2, (start + end) / 2
    said = hud.drag((middle, y), (end, y))
    assert said[-1] == say.SetPointSize(4.0)
    said = hud.drag((end - 8, y), (middle + 1, y))
    assert said[-1] == say.SetPointSize(1.0)


def test_a_double_click_shows_a_class_alone_and_the_next_one_shows_all(hud: Driver) -> None:
    said = hud.click("legend/cross", times=2)
    assert said == [say.ToggleClass(2), say.ToggleClass(2), say.IsolateClass(2)]
    assert hud.state.hidden_classes == {0, 1, 3, 4}  # 4: images without a label
    hud.settle()
    hud.click("legend/cross", times=2)
    assert hud.state.hidden_classes == frozenset()


def test_all_classes_come_back_with_one_button(hud: Driver) -> None:
    assert "legend/Show all" not in hud.hud.ui.rects
    hud.click("legend/circle")
    assert hud.click("Show all") == [say.ShowAllClasses()]


def test_the_legend_finds_a_class_among_a_thousand(drive: Callable[..., Driver], thousand: World) -> None:
    hud = drive(thousand)
    assert sum(name.startswith("legend/kind") for name in hud.hud.ui.rects) < 40  # only what is in sight
    hud.click("legend/Search")
    assert hud.hud.wants_keyboard
    hud.type("KIND 73")
    rows = [name for name in hud.hud.ui.rects if name.startswith("legend/kind")]
    assert rows
    assert all("kind 73" in name for name in rows)
    assert hud.click("legend/kind 731") == [say.ToggleClass(731)]
    assert not hud.hud.wants_keyboard


def test_images_without_a_label_are_the_last_entry(drive: Callable[..., Driver], thousand: World) -> None:
    hud = drive(thousand)
    hud.move(*hud.place("legend/kind 003"))
    for _ in range(200):
        hud.hud.mouse_wheel(0.0, -20.0)
        hud.frame()
    assert hud.click("legend/no label") == [say.ToggleClass(1000)]


@pytest.mark.parametrize("name", PANELS)
def test_the_cross_of_a_panel_hides_it(hud: Driver, name: str) -> None:
    hud.settle(say.SetPanel(name, True))
    bring_forward(hud, name)
    _, top, right, _ = hud.hud.panel_rects[name]
    said = hud.click_at(right - 14, top + 15)
    assert said == [say.SetPanel(name, False)]
    hud.settle()
    assert name not in hud.hud.panel_rects


def test_a_panel_comes_back_where_it_was(hud: Driver) -> None:
    before = hud.hud.panel_rects
    hud.settle(*(say.SetPanel(name, False) for name in PANELS))
    assert not hud.hud.panel_rects
    hud.settle(*(say.SetPanel(name, True) for name in before))
    assert hud.hud.panel_rects == before


def test_the_list_follows_the_layer(hud: Driver) -> None:
    assert "layers/layer8" not in hud.hud.ui.rects
    hud.settle(say.GoToLayer(8), frames=90)
    assert "layers/layer8" in hud.hud.ui.rects


def test_the_depth_slider_stops_between_two_layers_and_holds_on_to_whole_ones(hud: Driver) -> None:
    left, top, _, bottom = hud.hud.ui.find("Depth")
    y = (top + bottom) / 2
    said = [x for x in hud.drag((left + 80, y), (left + 92, y)) if isinstance(x, say.ScrubDepth)]
    assert said
    assert hud.state.dive
    hud.settle()
    assert 0.0 < depth(hud.state) < 5.0
    assert hud.drag((left + 92, y), (left - 60, y))[-1] == say.ScrubDepth(0.0)
    hud.settle()
    assert (depth(hud.state), hud.state.morph) == (0.0, None)
