"""The legend's selector, the colour bar, the layer's figures, About, and the hint for those who are lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from explorer.hud.panels.about import facts
from explorer.hud.panels.colourbar import HISTOGRAM
from explorer.hud.panels.details import details_text
from explorer.store.read import World, open_world
from explorer.store.write import LayerArrays, WorldArrays, write_world
from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.update import update
from tests.hud.driver import DT, Driver, FrameStats

Make = Callable[..., Driver]


def choose(hud: Driver, title: str) -> list[object]:
    hud.click("legend/Colour by")
    return hud.click(f"legend/Colour by: {title}")


def rows(hud: Driver) -> list[str]:
    """What the legend lists."""
    found = [x.removeprefix("legend/") for x in hud.hud.ui.rects if x.startswith("legend/")]
    return [x for x in found if not x.startswith(("Colour", "Sort", "handle"))]


def test_the_selector_says_one_thing_and_the_legend_follows(hud: Driver) -> None:
    titles = [x.title for x in hud.state.scene.colourings]
    assert titles[:6] == ["Class", "Predicted class", "Right or wrong", "Confidence", "split", "brightness"]
    assert choose(hud, "Right or wrong") == [say.ColourBy(2)]
    hud.settle()
    assert rows(hud) == ["wrong", "right"]
    assert choose(hud, "split") == [say.ColourBy(4)]
    hud.settle()
    assert rows(hud) == ["train", "test", "not known"]
    assert hud.click("legend/not known") == [say.ToggleClass(2)]
    assert hud.state.hidden_classes == {2}


def test_the_open_list_takes_every_click(hud: Driver) -> None:
    hud.click("legend/Colour by")
    hud.hud.mouse_move(640, 400)
    assert hud.hud.wants_mouse  # a click beside the list closes it and pins nothing
    assert hud.click_at(640, 400) == []
    hud.settle()
    assert not any("Colour by:" in name for name in hud.hud.ui.rects)
    hud.hud.mouse_move(640, 400)
    assert not hud.hud.wants_mouse


def test_choosing_what_is_chosen_says_nothing(hud: Driver) -> None:
    assert choose(hud, "Class") == []


def test_a_number_has_a_colour_bar_with_its_range(hud: Driver) -> None:
    hud.settle(say.SetPanel("layers", False))  # room for all of it
    choose(hud, "brightness")
    hud.settle()
    assert "legend/Colour bar" in hud.hud.ui.rects
    assert rows(hud) == ["60 images".replace("60", str(sum(hud.state.colouring.counts))), "not known"]
    left, top, right, _ = hud.hud.ui.find("legend/Colour bar")
    picture = hud.picture()
    colours = hud.state.colouring.colours
    y = round(top + HISTOGRAM + 9)
    for share, row in ((0.02, 5), (0.5, 128), (0.98, 251)):
        shown = picture[y, round(left + (right - left) * share)] / 255
        assert np.abs(shown - colours[row]).max() < 0.06, share


def test_the_colour_bar_marks_the_image_looked_at(hud: Driver) -> None:
    choose(hud, "brightness")
    hud.settle(say.Pin(30))
    left, top, right, _ = hud.hud.ui.find("legend/Colour bar")
    row = picture_row(hud, round(top + HISTOGRAM + 9), left, right)
    white = np.flatnonzero((row > 250).all(axis=1))
    step = hud.state.colouring.step(0.5)
    assert white.mean() / (right - left) == pytest.approx((step + 0.5) / 256, abs=0.02)


def picture_row(hud: Driver, y: int, left: float, right: float) -> np.ndarray:
    return hud.picture()[y, round(left) : round(right)]


def test_one_way_to_colour_needs_no_selector(drive: Make, tmp_path: Path) -> None:
    arrays = WorldArrays("one", [LayerArrays("input", np.zeros((1, 15)))], labels=np.zeros(1, np.int32))
    assert "legend/Colour by" not in drive(open_world(write_world(tmp_path / "a.world", arrays))).hud.ui.rects


def test_the_layer_panel_tells_quality_of_the_current_or_hovered_layer(hud: Driver) -> None:
    names = {x.removeprefix("layers/") for x in hud.hud.ui.rects if x.startswith("layers/")}
    assert {"Trust", "Recall", "kNN"} <= names
    assert "Residual" not in names  # the first layer follows none
    assert "PCA 50 of 192, 93% kept" in names
    hud.move(*hud.place("layers/layer1"))
    names = {x.removeprefix("layers/") for x in hud.hud.ui.rects if x.startswith("layers/")}
    assert {"Residual", "1,000 parameters", "sees 3 × 3 px, step 1"} <= names
    hud.move(640, 360)
    assert "layers/Residual" not in hud.hud.ui.rects
    hud.settle(say.GoToLayer(2), frames=90)
    assert "layers/Residual" in hud.hud.ui.rects


def test_the_figures_stay_inside_the_panel(drive: Make, world: World) -> None:
    for size, ratio in (((1280, 720), 1.0), ((1024, 600), 1.0), ((2560, 1440), 2.0)):
        hud = drive(world, size, ratio)
        left, top, right, bottom = hud.hud.panel_rects["layers"]
        for label, rect in hud.hud.ui.rects.items():
            if label.startswith("layers/") and "layer" not in label.removeprefix("layers/"):
                assert left <= rect[0], label
                assert rect[2] <= right + 1, label
                assert top <= rect[1], label
                assert rect[3] <= bottom + 1, label


def test_a_low_window_keeps_the_list(drive: Make, world: World) -> None:
    hud = drive(world, (1280, 420))
    assert "layers/Trust" not in hud.hud.ui.rects
    assert "layers/input" in hud.hud.ui.rects
    x, y = hud.place("layers/input")
    before = hud.picture()[round(y) + 20 :, round(x) :].copy()
    hud.move(x, y)
    hud.settle(frames=40)  # the figures come as a tooltip
    assert "Trust 0.970" in details_text(world.manifest.layers[0])
    assert (hud.picture()[round(y) + 20 :, round(x) :] != before).any()


def test_nothing_known_nothing_shown(drive: Make, thousand: World) -> None:
    hud = drive(thousand)
    assert "layers/Trust" not in hud.hud.ui.rects


def test_the_title_opens_about(hud: Driver, world: World) -> None:
    assert hud.click("toolbar/About") == [say.SetPanel("about")]
    hud.settle()
    rect = hud.hud.panel_rects["about"]
    for name, _ in facts(world):
        x, y, *_ = hud.hud.ui.find(f"about/{name}")
        assert rect[0] < x < rect[2]
        assert rect[1] < y < rect[3]
    told = dict(facts(world))
    assert told["Preprocessing"] == "resized to 8 x 8, divided by 255"
    assert told["Accuracy"].startswith(f"{100 * (world.manifest.accuracy or 0):.2f}%")
    assert told["Model"] == "tiny"
    assert hud.frame([say.LetGo()]) == []
    hud.settle()
    assert "about" not in hud.hud.panel_rects


def test_images_are_off_where_there_are_none(drive: Make, thousand: World) -> None:
    hud = drive(thousand)
    hud.settle(say.SetPanel("tour", False))  # the display panel lies behind it
    assert hud.click("display/Images") == []
    assert not hud.state.images


def test_a_hint_in_the_dark_and_none_where_a_cloud_is(hud: Driver) -> None:
    hud.hud.ui.hints.update({"the whole network": "O", "usual view of this layer": "F"})
    hud.settle()
    assert "astray/hint" not in hud.hud.ui.rects
    hud.state = update(hud.state, [say.Look(np.pi, 0.0)], 0.0)
    assert draw_list(hud.state).lost
    hud.frame()
    assert "astray/hint" not in hud.hud.ui.rects  # only whoever stays lost is told
    for _ in range(120):
        hud.frame()
    left, top, right, bottom = hud.hud.ui.find("astray/hint")
    assert hud.picture()[round(top) : round(bottom), round(left) : round(right)].max() > 100
    hud.settle(say.FrameNode(), frames=200)
    assert not draw_list(hud.state).lost
    assert "astray/hint" not in hud.hud.ui.rects


def test_on_the_way_back_nobody_is_lost(hud: Driver) -> None:
    state = update(hud.state, [say.Look(np.pi, 0.0), say.Overview()], DT)
    assert not draw_list(state).lost


def test_hovering_tells_the_attribute(hud: Driver) -> None:
    choose(hud, "split")
    hud.settle()
    hud.move(640, 360)
    hud.hud.frame(update(hud.state, [say.Hover(3, 0)], 0.0), draw_list(hud.state), FrameStats(16.0, 4.0, 60, "t"), DT)
    assert "card/hover" in hud.hud.ui.rects


def test_texts_that_would_break_the_panels(drive: Make, tmp_path: Path) -> None:
    """Names from a stranger: percent signs, controls, megabytes."""
    names = ("100%s %n", "\x1b[31mred", "x" * 100_000)
    arrays = WorldArrays(
        title="%s%n" + "t" * 3000,
        layers=[LayerArrays("%d" * 500, np.random.default_rng(0).normal(size=(9, 15)))],
        labels=(np.arange(9) % 3).astype(np.int32),
        class_names=names,
    )
    hud = drive(open_world(write_world(tmp_path / "a.world", arrays)))
    hud.settle(say.SetPanel("about", True), say.Hover(2, 0), frames=5)
    assert hud.picture().any()
