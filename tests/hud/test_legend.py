"""The legend as a person uses it: hover, select, sort, choose a channel, read what may be trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from explorer.hud.words import facts
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world import live, wanting
from explorer.world.answers import answer
from explorer.world.compose import draw_list
from explorer.world.fading import FAINT
from explorer.world.intents import Intent
from explorer.world.update import update
from tests.hud.driver import DT, Driver, FrameStats

Make = Callable[..., Driver]


def all_said(hud: Driver, frames: int = 3) -> list[Intent]:
    """Everything the HUD says, hovering too."""
    return [x for _ in range(frames) for x in _frame(hud)]


def _frame(hud: Driver) -> list[Intent]:
    said = hud.hud.frame(hud.state, draw_list(hud.state), FrameStats(16.0, 4.0, 60, "test"), DT, 1.0)
    hud.state = update(hud.state, said, DT)
    return said


def choose(hud: Driver, key: str) -> None:
    """Colours by a property, and works out what that takes."""
    index = [x.key for x in hud.state.scene.colourings].index(key)
    hud.settle(say.ColourBy(index), say.PauseTour(True), frames=3)


def learn(hud: Driver, world: World) -> None:
    for _ in range(20):
        questions = wanting.wanted(hud.state)
        if not questions:
            break
        hud.frame([say.Learn(questions[0], answer(world, questions[0], hud.state.learnt.answers()))])
    hud.settle(frames=3)


def names(hud: Driver) -> list[str]:
    """The rows, from the top."""
    categories = {*hud.state.colouring.names, hud.state.colouring.unknown}
    found = {x.removeprefix("legend/"): r[1] for x, r in hud.hud.ui.rects.items() if x.startswith("legend/")}
    return sorted(categories & found.keys(), key=lambda name: found[name])


def test_hovering_a_row_filters_to_it_until_the_mouse_leaves(hud: Driver) -> None:
    hud.hud.mouse_move(*hud.place("legend/square"))
    assert say.HoverCategory(1) in all_said(hud)
    assert all_said(hud, 20) == []  # said once
    assert draw_list(hud.state).palette[:, 3].tolist() == pytest.approx([FAINT, 1.0, FAINT, FAINT, FAINT])
    hud.hud.mouse_move(640, 400)
    assert say.HoverCategory(None) in all_said(hud)
    all_said(hud, 30)
    assert set(draw_list(hud.state).palette[:, 3].tolist()) == {1.0}


@pytest.mark.parametrize(("also", "how"), [(None, "replace"), ("ctrl", "add"), ("alt", "subtract")])
def test_shift_click_selects_the_category(hud: Driver, also: str | None, how: str) -> None:
    keys = [x for x in ("shift", also) if x is not None]
    for key in keys:
        hud.hud.key(key, True)
    said = hud.click("legend/cross")
    for key in keys:
        hud.hud.key(key, False)
    assert said == [say.SelectCategory(2, how)]
    assert hud.state.hidden_classes == frozenset()


def test_a_thousand_classes_are_sorted(drive: Make, thousand: World) -> None:
    hud = drive(thousand)
    assert names(hud)[:2] == ["kind 000", "kind 001"]
    hud.click("legend/Sort")  # by name
    hud.click("legend/Sort")  # by size: those with two images first
    hud.settle(frames=3)
    assert names(hud)[0] == "kind 000"
    hud.click("legend/Search")
    hud.type("kind 99")
    hud.settle(frames=3)
    assert names(hud)[:3] == ["kind 990", "kind 991", "kind 992"]
    assert "legend/Sort" in hud.hud.ui.rects


def test_rows_by_accuracy_begin_with_what_goes_wrong(hud: Driver, world: World) -> None:
    for _ in range(3):
        hud.click("legend/Sort")
    hud.settle(frames=3)
    right = world.labels == world.predictions
    shares = {name: right[world.labels == i].mean() for i, name in enumerate(hud.state.colouring.names)}
    shown = names(hud)
    assert len(shown) > 2
    assert [shares[x] for x in shown] == sorted(shares[x] for x in shown)
    hud.click("legend/Sort")  # and round again
    hud.settle(frames=3)
    assert names(hud) == list(hud.state.colouring.names)[: len(shown)]


def test_a_channel_is_chosen_and_coloured_by(hud: Driver, world: World) -> None:
    choose(hud, live.CHANNEL)
    assert "legend/Colour bar" not in hud.hud.ui.rects  # nothing is known yet
    learn(hud, world)
    assert "legend/Colour bar" in hud.hud.ui.rects
    assert hud.click("legend/Channel after") == [say.SetChannel(0, 1)]
    learn(hud, world)
    exact = [world.maps(0, i).values[1].mean() for i in range(60)]  # type: ignore[union-attr]
    assert np.allclose(hud.state.colouring.values, exact, atol=1e-6)  # type: ignore[arg-type]
    told = facts(world, hud.state.colouring, 7).attribute
    assert told == f"input channel 2: {exact[7]:.3g}"
    assert hud.click("legend/Layer") == []
    assert hud.click("legend/Layer: layer3") == [say.SetChannel(3, 1)]


def test_progress_is_shown_while_something_is_worked_out(hud: Driver, world: World) -> None:
    choose(hud, live.CHANNEL)
    question = wanting.wanted(hud.state)[0]
    hud.settle(say.Asking(question, 0.4), frames=2)
    assert "legend/Working" in hud.hud.ui.rects
    learn(hud, world)
    assert "legend/Working" not in hud.hud.ui.rects


def test_trust_is_a_number_for_the_view_and_a_colour_for_each_image(hud: Driver, world: World) -> None:
    hud.state = replace(hud.state, layer=1)  # of which the neighbours are stored
    hud.settle(say.PauseTour(True))  # the tour comes to rest
    choose(hud, live.VIEW)
    learn(hud, world)
    assert {"legend/Kept in 15-D", "legend/In the view", "legend/Colour bar"} <= hud.hud.ui.rects.keys()
    trust = wanting.trust(hud.state)
    assert trust.view == pytest.approx(hud.state.colouring.values.mean())  # type: ignore[union-attr]
    value = hud.state.colouring.values[3]  # type: ignore[index]
    assert facts(world, hud.state.colouring, 3).attribute == f"Trust: view: {value:.0%}"
    hud.state = replace(hud.state, layer=2)
    hud.settle(frames=3)
    assert "legend/Colour bar" not in hud.hud.ui.rects
    assert f"legend/{wanting.NOT_STORED}" in hud.hud.ui.rects


def test_a_list_that_opens_near_the_bottom_is_seen_whole(hud: Driver) -> None:
    hud.click("legend/Colour by")
    hud.settle(frames=3)
    options = [x.title for x in hud.state.scene.colourings]
    bottoms = [hud.hud.ui.find(f"legend/Colour by: {title}")[3] for title in options]
    assert bottoms == sorted(bottoms)
    assert bottoms[-1] < 720


def test_in_a_small_window_the_rows_come_before_the_figures(drive: Make, thousand: World) -> None:
    small, large = drive(thousand, (900, 600)), drive(thousand)
    small.settle(say.SetPanel("stats", True), frames=10)
    for one in (small, large):
        learn(one, thousand)
    _, top, _, bottom = small.hud.panel_rects["legend"]
    rows = [small.hud.ui.find(f"legend/{name}") for name in names(small)]
    assert sum(top < rect[1] and rect[3] < bottom for rect in rows) >= 1
    assert "legend/15-D kept in view" not in small.hud.ui.rects
    assert "legend/15-D kept in view" in large.hud.ui.rects
