"""The selection's panel, by clicks and typing, and the outline over the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from explorer.store.read import World
from explorer.store.selections import Saved
from explorer.world import intents as say
from tests.hud.driver import Driver


@pytest.fixture
def panel(drive: Callable[..., Driver], world: World) -> Driver:
    """A HUD with the selection's panel in front, tall enough to show all of it."""
    driver = drive(world, (1280, 1100))
    driver.settle(say.SetPanel("inspector", False), say.PauseTour(True))
    return driver


def entered(panel: Driver, label: str, text: str) -> list[say.Intent]:
    """Types into a field and presses Enter."""
    said = panel.click(label)
    said += panel.type(text)
    return said + enter(panel)


def enter(panel: Driver) -> list[say.Intent]:
    """Presses Enter."""
    panel.hud.key("enter", True)
    said = panel.frame()
    panel.hud.key("enter", False)
    return said + panel.frame()


def test_buttons_say_what_is_written_on_them(panel: Driver) -> None:
    assert panel.click("All") == [say.SelectAll()]
    assert panel.click("Invert") == [say.InvertSelection()]
    assert panel.click("None") == [say.SelectNone()]
    panel.settle(say.SelectImages((1, 2, 3)))
    assert panel.click("Grow") == [say.GrowSelection()]
    assert panel.click("Shrink") == [say.ShrinkSelection()]
    assert panel.click("Undo") == [say.UndoSelection()]
    assert panel.click("Redo") == [say.RedoSelection()]
    assert panel.click("selection/Box") == [say.SetTool("box")]
    assert panel.click("selection/Lasso") == [say.SetTool("lasso")]


def test_a_query_is_asked_with_enter_and_its_fault_is_shown(panel: Driver) -> None:
    assert entered(panel, "query", 'label == "cross"') == [say.SelectWhere('label == "cross"', "replace")]
    assert panel.state.selection.count == 15
    panel.settle(frames=3)
    assert not panel.hud.wants_keyboard  # keys are the window's again
    assert not [name for name in panel.hud.ui.rects if "nothing is called" in name]
    panel.hud.key("ctrl", True)
    panel.click("query")
    panel.hud.key("a", True)
    panel.frame()
    panel.hud.key("a", False)
    panel.hud.key("ctrl", False)
    panel.frame()
    entered(panel, "query", "lable")
    assert [name for name in panel.hud.ui.rects if "did you mean label" in name]
    assert panel.state.selection.count == 15
    panel.settle(frames=3)
    assert panel.hud.wants_keyboard  # the fault can be put right at once
    panel.type(" in it")
    asked = enter(panel)
    assert len(asked) == 1
    assert isinstance(asked[0], say.SelectWhere)
    assert asked[0].query.endswith("lable in it")


def test_adding_and_taking_away_by_the_switch(panel: Driver) -> None:
    panel.settle(say.SelectImages((0, 1)))
    panel.click("Add")
    assert entered(panel, "query", "index < 5") == [say.SelectWhere("index < 5", "add")]
    assert panel.state.selection.count == 5
    panel.click("Take away")
    panel.settle(say.Pin(3))
    said = panel.click(f"Select the {panel.state.selecting.neighbours} nearest of the pinned image")
    assert said == [say.SelectNeighbours(how="subtract")]


def test_neighbours_wait_for_a_pinned_image(panel: Driver) -> None:
    assert panel.click("Select the 30 nearest of the pinned image") == []
    left, top, right, bottom = panel.hud.ui.find("selection/Nearest")
    said = panel.drag(((left + right) / 2, (top + bottom) / 2), (right - 60, (top + bottom) / 2))
    assert said
    assert {type(x) for x in said} == {say.SetNeighbours}


def test_keeping_needs_a_name_and_something_to_keep(panel: Driver) -> None:
    assert entered(panel, "name", "mine") == []
    panel.settle(say.SelectImages((4,)))
    assert panel.click("Save") == [say.SaveSelection("mine")]
    assert panel.click("Save") == []  # the field is empty again
    assert entered(panel, "name", "yours") == [say.SaveSelection("yours")]


def test_kept_selections_are_found_renamed_and_deleted(panel: Driver) -> None:
    panel.settle(say.FinishErrand(0, saved=(Saved("first", 3), Saved("second", 12345))))
    assert panel.click("first") == [say.LoadSelection("first", "replace")]
    assert panel.click("Delete second") == [say.DeleteSelection("second")]
    panel.click("Rename first")
    panel.settle(frames=3)
    panel.type("one")  # in place of the old name, which is chosen as the field opens
    panel.hud.key("enter", True)
    said = panel.frame()
    panel.hud.key("enter", False)
    said += panel.settle()
    assert said == [say.RenameSelection("first", "one")]
    assert "selection/new name" not in panel.hud.ui.rects


def test_clicking_elsewhere_leaves_the_old_name(panel: Driver) -> None:
    panel.settle(say.FinishErrand(0, saved=(Saved("first", 3),)))
    panel.click("Rename first")
    panel.settle(frames=3)
    panel.type("other")
    said = panel.click_at(500, 900)
    assert not [x for x in said if isinstance(x, say.RenameSelection)]
    panel.settle()
    assert "selection/new name" not in panel.hud.ui.rects


def test_tables_out_and_in(panel: Driver) -> None:
    assert panel.click("Export CSV") == []
    panel.settle(say.SelectImages((4,)))
    assert panel.click("Export CSV") == [say.ExportSelection(".csv")]
    assert panel.click("Export Parquet") == [say.ExportSelection(".parquet")]
    assert entered(panel, "path", "~/some.csv") == [say.ImportSelection("~/some.csv", "replace")]


def test_the_bar_shows_what_is_selected_in_its_colours(panel: Driver) -> None:
    panel.settle(say.SelectCategory(1))
    left, top, right, bottom = panel.hud.ui.find("makeup")
    picture = panel.picture().astype(float)
    colour = 255 * panel.state.colouring.colours[1]
    row = picture[int((top + bottom) / 2), int(left) + 4 : int(right) - 4]
    assert np.abs(row - colour).max() < 12
    panel.settle(say.SelectCategory(3, "add"))
    row = panel.picture().astype(float)[int((top + bottom) / 2)]
    for place, category in ((0.25, 1), (0.75, 3)):
        here = row[int(left + place * (right - left))]
        assert np.abs(here - 255 * panel.state.colouring.colours[category]).max() < 12


def test_a_thousand_classes_and_a_large_selection_fit(drive: Callable[..., Driver], thousand: World) -> None:
    driver = drive(thousand, (1280, 800))
    driver.settle(say.SetPanel("inspector", False), say.SelectAll())
    left, _, right, _ = driver.hud.panel_rects["selection"]
    for name in ("count", "makeup", "query", "Grow", "Redo"):
        rect = driver.hud.ui.find(f"selection/{name}")
        assert left <= rect[0] < rect[2] <= right + 1, name


def test_the_outline_is_drawn_where_it_is(panel: Driver) -> None:
    before = panel.picture().astype(int)
    places = ((400.0, 300.0), (600.0, 300.0), (600.0, 500.0), (400.0, 500.0))
    panel.frame([say.BeginOutline(*places[0]), *[say.ExtendOutline(*place) for place in places[1:]]])
    changed = np.abs(panel.picture().astype(int) - before).max(axis=2) > 60
    rows, columns = np.nonzero(changed)
    assert changed[300, 500]
    assert changed[400, 600]
    assert changed[500, 500]
    assert changed[300:500, 400].any()  # the side that will close it, in dashes
    assert not changed[310:490, 410:590].any()
    assert (rows.min(), columns.min()) >= (295, 395)
    panel.frame([say.DropOutline()])
    assert np.abs(panel.picture().astype(int) - before).max() < 60


def test_a_box_has_two_corners_and_its_colour_says_what_becomes_of_it(panel: Driver) -> None:
    panel.state = replace(panel.state, selecting=replace(panel.state.selecting, tool="box"))
    before = panel.picture().astype(int)
    panel.frame([say.BeginOutline(400, 300, "subtract"), say.ExtendOutline(600, 500)])
    after = panel.picture().astype(int)
    red, green, blue = (after - before)[300, 500]
    assert red > 100
    assert red > green + 60
    assert red > blue + 60
    assert np.abs(after - before)[500, 480:520].max() > 60
