"""The strip of saved views, by hand."""

from __future__ import annotations

import pytest

from explorer.world import intents as say
from tests.hud.driver import Driver


@pytest.fixture
def strip(hud: Driver) -> Driver:
    """Three views saved, the tour standing."""
    hud.settle(say.PauseTour(True))
    for name in ("one", "two", "three"):
        hud.settle(say.RestartTour(), frames=150)
        hud.settle(say.SaveView(name))
    return hud


def test_the_strip_opens_with_the_first_view_and_shows_all(strip: Driver) -> None:
    assert [f"views/{x}" in strip.hud.ui.rects for x in ("one", "two", "three")] == [True] * 3
    left, top, right, bottom = (round(x) for x in strip.hud.ui.find("views/two"))
    inside = strip.picture()[top + 4 : bottom - 4, left + 4 : right - 4].reshape(-1, 3)
    assert len({tuple(x) for x in inside.tolist()}) > 4  # dots in the colours of the classes


def test_a_click_goes_there_and_the_tools_of_a_view_act_on_it(strip: Driver) -> None:
    assert strip.click("views/two") == [say.GoToView(1)]
    strip.move(*strip.place("views/two"))
    strip.frame()
    assert strip.click("views/Later") == [say.MoveView(1, 2)]
    strip.move(*strip.place("views/one"))
    strip.frame()
    assert strip.click("views/Remove") == [say.RemoveView(0)]
    assert [view.name for view in strip.state.touring.views] == ["three", "two"]


def test_a_double_click_on_its_name_lets_one_type_another(strip: Driver) -> None:
    strip.click("views/one name", times=2)
    strip.frame()
    assert strip.hud.wants_keyboard
    strip.hud.key("ctrl", True)
    strip.hud.key("a", True)
    strip.frame()
    strip.hud.key("a", False)
    strip.hud.key("ctrl", False)
    strip.frame()
    strip.type("birds apart")
    strip.hud.key("enter", True)
    said = strip.frame()
    strip.hud.key("enter", False)
    said += strip.frame() + strip.frame()
    assert say.RenameView(0, "birds apart") in said
    assert strip.state.touring.views[0].name == "birds apart"


def test_the_slider_leads_along_the_views_and_stops_between_two(strip: Driver) -> None:
    left, top, right, bottom = strip.hud.ui.find("views/Along")
    y = (top + bottom) / 2
    said = strip.drag(((left + right) / 2, y), (left + 0.6 * (right - left), y))
    assert any(isinstance(x, say.ScrubViews) for x in said)
    strip.settle(frames=150)
    assert 0.5 < strip.state.touring.along < 2.0
    assert strip.state.touring.sought is None
