"""Categories fade when they are hidden or another is hovered, and nothing jumps."""

from __future__ import annotations

import numpy as np

from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.fading import FAINT
from explorer.world.state import AppState
from explorer.world.update import update
from tests.world.scenes import CLASSES, state

DT = 1 / 60


def alphas(now: AppState) -> list[float]:
    return [round(float(x), 3) for x in draw_list(now).palette[:, 3]]


def run(now: AppState, seconds: float, *intents: say.Intent) -> tuple[AppState, np.ndarray]:
    """The state later, and the alphas (frames, K + 1) on the way."""
    seen = []
    for _ in range(round(seconds / DT)):
        now, intents = update(now, intents, DT), ()
        seen.append(draw_list(now).palette[:, 3])
    return now, np.array(seen)


def test_hovering_filters_and_leaving_brings_all_back() -> None:
    now, seen = run(state(), 0.5, say.HoverCategory(1))
    assert alphas(now) == [FAINT, 1.0, FAINT, FAINT]
    assert np.abs(np.diff(seen, axis=0)).max() < 0.1
    now, seen = run(now, 0.5, say.HoverCategory(2))  # straight to another row
    assert alphas(now) == [FAINT, FAINT, 1.0, FAINT]
    assert seen[:, 0].max() < FAINT + 1e-6  # what neither is stays faint meanwhile
    now, _ = run(now, 0.5, say.HoverCategory(None))
    assert alphas(now) == [1.0] * 4


def test_hiding_is_eased_and_complete() -> None:
    now, seen = run(update(state(), [], DT), 0.5, say.ToggleClass(0))
    assert alphas(now) == [0.0, 1.0, 1.0, 1.0]
    assert 0.8 < seen[0, 0] < 1.0
    assert np.abs(np.diff(seen, axis=0)).max() < 0.1


def test_what_is_hidden_stays_so_when_it_is_hovered() -> None:
    now, _ = run(state(), 0.5, say.ToggleClass(0), say.HoverCategory(0))
    assert alphas(now) == [0.0, 1.0, 1.0, 1.0]


def test_nothing_is_made_anew_when_nothing_fades() -> None:
    now, _ = run(state(), 0.5, say.HoverCategory(1))
    later = update(now, [], DT)
    assert later.fading is now.fading


def test_another_colouring_shows_all_at_once() -> None:
    now, _ = run(state(), 0.5, say.ToggleClass(0))
    assert set(alphas(update(now, [say.ColourBy(1)], DT))) == {1.0}


def test_a_legend_that_goes_lets_go_of_its_row() -> None:
    for gone in (say.SetHud(False), say.SetPanel("legend", False)):
        now, _ = run(state(), 0.5, say.HoverCategory(len(CLASSES)))
        assert alphas(now) == [FAINT, FAINT, FAINT, 1.0]  # the last row is for those not known
        now, _ = run(now, 0.5, gone)
        assert alphas(now) == [1.0] * 4


def test_a_category_that_is_hovered_stands_out_before_the_selection() -> None:
    now, _ = run(state(), 1.0, say.SelectCategory(0))
    assert draw_list(now).emphasis == 1.0
    now, _ = run(now, 1.0, say.HoverCategory(1))
    assert draw_list(now).emphasis == 0.0
    now, _ = run(now, 1.0, say.HoverCategory(None))
    assert draw_list(now).emphasis == 1.0
    now, _ = run(now, 1.0, say.ToggleClass(1))
    assert draw_list(now).emphasis == 1.0  # hidden is not looked past
