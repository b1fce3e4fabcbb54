"""Panels that share a place: which of them is in front is seen at once, and no other panel's coming changes it."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.world import intents as say
from tests.hud.driver import Driver
from tests.hud.test_controls import bring_forward

TITLES = {"tour": (11, 40), "display": (78, 110)}
"""Left and right of the middles of two tabs, pixels from the left of their panel."""


def tab_grounds(hud: Driver, panel: str) -> dict[str, float]:
    """How bright the ground of each tab is above its title, while ``panel`` is in front."""
    hud.move(640.0, 600.0)
    left, top, _, _ = hud.hud.panel_rects[panel]
    rows = hud.picture()[int(top) + 3 : int(top) + 7].astype(float)
    return {name: float(rows[:, int(left) + a : int(left) + b].mean()) for name, (a, b) in TITLES.items()}


@pytest.mark.parametrize(("front", "behind"), [("tour", "display"), ("display", "tour")])
def test_the_tab_in_front_is_the_brighter_one(hud: Driver, front: str, behind: str) -> None:
    bring_forward(hud, front)
    assert behind not in hud.hud.panel_rects
    grounds = tab_grounds(hud, front)
    assert grounds[front] > grounds[behind] + 5.0


def test_a_title_that_shares_its_place_with_no_other_lies_on_the_plain_card(hud: Driver) -> None:
    left, top, right, _ = hud.hud.panel_rects["layers"]
    rows = hud.picture()[int(top) + 3 : int(top) + 7, int(left) + 11 : int(right) - 40].astype(float)
    assert np.ptp(rows.mean(axis=(0, 2))) < 3.0


@pytest.mark.parametrize("front", ["inspector", "selection"])
def test_opening_and_closing_the_help_leaves_the_tabs_as_they_were(hud: Driver, front: str) -> None:
    bring_forward(hud, front)
    hud.settle(say.SetPanel("help", True))
    assert front in hud.hud.panel_rects
    hud.settle(say.SetPanel("help", False))
    assert front in hud.hud.panel_rects
