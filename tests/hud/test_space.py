"""The controls of the space the tour turns, and the line of the legend that names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.hud.panels.space import caption
from explorer.store.read import World, open_world
from explorer.store.write import LayerArrays, WorldArrays, write_world
from explorer.world import intents as say
from tests.hud.driver import Driver


@pytest.fixture
def turned(tmp_path: Path) -> World:
    """A world that knows how its layers were turned."""
    rng = np.random.default_rng(0)
    layers = [LayerArrays(f"layer{i}", rng.normal(size=(60, 15)), rotation=np.eye(15)[::-1]) for i in range(2)]
    labels = (np.arange(60) % 3).astype(np.int32)
    return open_world(
        write_world(tmp_path / "t.world", WorldArrays("t", layers, labels=labels, class_names=("a", "b", "c")))
    )


def test_a_space_is_chosen_and_named_in_the_legend(hud: Driver) -> None:
    assert caption(hud.state) == ("Raw space",)
    hud.click("tour/Space")
    assert hud.click("Space: Discriminant") == [say.SetSpace("discriminant")]
    assert "flatters" in caption(hud.state)[0]
    hud.click("tour/Space")
    hud.click("Space: Whitened")
    assert caption(hud.state) == ("Whitened space",)


def test_the_legend_names_the_space_that_is_shown_and_not_the_one_wished_for(hud: Driver) -> None:
    lost = tuple(replace(x, counts=(60,), names=("all",)) for x in hud.state.scene.colourings[:1])
    hud.state = replace(hud.state, scene=replace(hud.state.scene, colourings=lost))
    hud.settle(say.SetSpace("discriminant"), frames=5)
    assert caption(hud.state) == ("Raw space",)


def test_the_tour_is_informed_by_a_slider_and_then_by_an_index(hud: Driver) -> None:
    assert "tour/Discriminant" not in hud.hud.ui.rects
    left, top, right, bottom = hud.hud.ui.find("tour/Informed")
    middle = (top + bottom) / 2
    said = hud.drag(((left + right) / 2, middle), (right - 1, middle))
    assert said[-1] == say.SetInformed(1.0)
    assert hud.click("tour/Discriminant") == [say.SetInformed(index="discriminant")]
    assert caption(hud.state) == ("Raw space", "Discriminant preferred")
    said = hud.drag(((left + right) / 2, middle), (left, middle))
    assert said[-1] == say.SetInformed(0.0)
    assert caption(hud.state) == ("Raw space",)


def test_an_informed_tour_is_offered_to_the_grand_one_alone(hud: Driver) -> None:
    hud.settle(say.SetInformed(0.5), say.SetTourMode("little"), frames=3)
    assert "tour/Informed" not in hud.hud.ui.rects
    assert caption(hud.state) == ("Raw space",)


def test_one_scale_and_alignment_are_switches(drive: Callable[..., Driver], turned: World) -> None:
    hud = drive(turned)
    hud.settle(say.SetPanel("tour", False))  # the display panel lies behind it
    assert hud.click("display/One scale for all layers") == [say.SetScale(False)]
    assert hud.click("display/Layers aligned") == [say.SetAligned(False)]
    assert caption(hud.state)[1] == "Unaligned"
    assert hud.click("display/Layers aligned") == [say.SetAligned(True)]


def test_without_known_alignments_the_switch_is_disabled(hud: Driver) -> None:
    hud.settle(say.SetPanel("tour", False))
    assert hud.click("display/Layers aligned") == []
    assert hud.state.lens.aligned
