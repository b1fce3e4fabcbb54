"""What the points can be coloured by, and what each image's colour is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.store.read import World, open_world
from explorer.store.write import Attribute, LayerArrays, WorldArrays, write_world
from explorer.types import Viewport
from explorer.world import intents as say
from explorer.world.colouring import colourings, index_of, indices, value_text, values
from explorer.world.compose import draw_list
from explorer.world.layout import make_scene
from explorer.world.ramps import STEPS, ramp, trust_ramp
from explorer.world.rules.showing import NO_PICTURES
from explorer.world.update import initial_state, update

LABELS = np.array([0, 0, 1, 1, 2, -1], np.int32)
PREDICTIONS = np.array([0, 1, 1, 1, -1, 2], np.int32)
FINE = np.array([0, 1, 2, 3, 4, -1], np.int32)
FINE_PREDICTIONS = np.array([0, 3, 2, 2, -1, 4], np.int32)
CONFIDENCES = np.array([0.0, 0.5, 0.999, 1.0, 0.25, 0.75], np.float32)
WEIGHT = np.array([0.0, 1.0, 0.5, np.nan, np.inf, 0.25])


def world(path: Path, fine: bool = True, **changes: object) -> World:
    points = np.random.default_rng(0).normal(size=(6, 15))
    arrays = WorldArrays(
        "t", [LayerArrays("input", points)], LABELS, ("cat", "dog", "ship"), predictions=PREDICTIONS,
        fine_labels=FINE if fine else None, fine_predictions=FINE_PREDICTIONS if fine else None,
        fine_names=tuple("abcde") if fine else (),
        attributes=[Attribute("split", np.array([0, 1, 1, 0, -1, 1]), ("train", "test")), Attribute("weight", WEIGHT)],
        confidences=CONFIDENCES,
    )  # fmt: skip
    return open_world(write_world(path, arrays))


def test_everything_there_is_to_colour_by(tmp_path: Path) -> None:
    coarse = colourings(world(tmp_path / "a.world", fine=False))
    assert [x.title for x in coarse] == ["Class", "Predicted class", "Right or wrong", "Confidence", "split", "weight"]
    fine = colourings(world(tmp_path / "b.world"))
    assert [x.title for x in fine] == [
        "Group", "Class", "Predicted group", "Predicted class", "Right or wrong", "Confidence", "split",
        "weight",
    ]  # fmt: skip
    assert [x.continuous for x in fine] == [False] * 5 + [True, False, True]
    for colouring in fine:
        categories = STEPS if colouring.continuous else len(colouring.names)
        assert colouring.colours.shape == (categories + 1, 3)
        assert len(colouring.counts) == categories


def test_the_index_of_every_image(tmp_path: Path) -> None:
    opened = world(tmp_path / "a.world")
    found = {x.title: indices(opened, x.key).tolist() for x in colourings(opened)}
    assert found["Group"] == LABELS.tolist()
    assert found["Class"] == FINE.tolist()
    assert found["Predicted group"] == PREDICTIONS.tolist()
    assert found["Predicted class"] == FINE_PREDICTIONS.tolist()
    assert found["split"] == [0, 1, 1, 0, -1, 1]
    assert found["weight"] == [0, STEPS - 1, STEPS // 2, -1, -1, STEPS // 4]
    assert found["Confidence"] == [0, 128, 255, 255, 64, 192]
    wrong, group, right = range(3)
    assert found["Right or wrong"] == [right, wrong, right, group, -1, -1]
    for colouring in colourings(opened):
        assert [index_of(opened, colouring, i) for i in range(6)] == found[colouring.title]
        known = [x for x in found[colouring.title] if x >= 0]
        assert colouring.counts == tuple(np.bincount(known, minlength=len(colouring.counts)))


def test_right_and_wrong_without_groups(tmp_path: Path) -> None:
    opened = world(tmp_path / "a.world", fine=False)
    verdicts = next(x for x in colourings(opened) if x.title == "Right or wrong")
    assert indices(opened, verdicts.key).tolist() == [1, 0, 1, 1, -1, -1]
    assert verdicts.names == ("wrong", "right")


def test_how_often_the_network_is_right_about_each_category(tmp_path: Path) -> None:
    by_title = {x.title: x for x in colourings(world(tmp_path / "a.world"))}
    assert by_title["Group"].accuracy[:2] == (0.5, 0.5)  # right about the class, not about the group alone
    assert np.isnan(by_title["Group"].accuracy[2])  # its one image was not answered
    assert by_title["split"].accuracy[0] == 0.5
    assert by_title["weight"].accuracy == ()
    coarse = {x.title: x for x in colourings(world(tmp_path / "b.world", fine=False))}
    assert coarse["Class"].accuracy[:2] == (0.5, 1.0)
    assert coarse["Predicted class"].accuracy[:2] == (1.0, 2 / 3)


def test_values_as_they_are(tmp_path: Path) -> None:
    opened = world(tmp_path / "a.world")
    found = {x.title: values(opened, x.key) for x in colourings(opened)}
    assert np.array_equal(found["Confidence"], CONFIDENCES)
    assert np.array_equal(found["weight"], WEIGHT.astype(np.float32), equal_nan=True)
    assert found["split"].tolist() == [0, 1, 1, 0, -1, 1]
    assert found["Group"].tolist() == LABELS.tolist()


def test_what_cannot_be_trusted_glows() -> None:
    luminance = (trust_ramp() ** 2.2) @ np.array([0.2126, 0.7152, 0.0722])  # (STEPS,)
    assert luminance[0] == luminance.max()
    assert luminance[-1] > 10 * 0.0036  # of the background
    assert (np.diff(luminance) < 1e-3).all()
    assert trust_ramp()[0, 0] > trust_ramp()[0, 2]  # warm
    assert trust_ramp()[-1, 2] > trust_ramp()[-1, 0]  # cool


def test_attributes_in_words(tmp_path: Path) -> None:
    opened = world(tmp_path / "a.world")
    by_title = {x.title: x for x in colourings(opened)}
    assert value_text(opened, by_title["Group"], 0) == ""
    assert value_text(opened, by_title["split"], 0) == "split: train"
    assert value_text(opened, by_title["split"], 4) == "split: not known"
    assert value_text(opened, by_title["weight"], 2) == "weight 0.5"
    assert value_text(opened, by_title["weight"], 3) == "weight: not known"


def test_the_ramp_rises_and_shows_on_a_dark_ground() -> None:
    linear = ramp() ** 2.2
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])  # (STEPS,)
    assert (np.diff(luminance) > 0).all()
    assert luminance[0] > 10 * 0.0036  # of the background
    assert luminance[-1] > 0.5


def test_one_value_for_all_images(tmp_path: Path) -> None:
    arrays = WorldArrays(
        "t", [LayerArrays("input", np.random.default_rng(0).normal(size=(3, 15)))],
        attributes=[Attribute("same", np.full(3, 7.0)), Attribute("none", np.full(3, np.nan))],
    )  # fmt: skip
    opened = open_world(write_world(tmp_path / "a.world", arrays))
    same, none = colourings(opened)[1:]
    assert same.limits == (7.0, 7.0)
    assert indices(opened, same.key).tolist() == [0, 0, 0]
    assert indices(opened, none.key).tolist() == [-1, -1, -1]
    assert sum(none.counts) == 0


def test_choosing_a_colouring(tmp_path: Path) -> None:
    scene = make_scene(world(tmp_path / "a.world"))
    state = initial_state(scene, Viewport(1280, 720))
    state = update(state, [say.ToggleClass(1)], 0.0)
    assert draw_list(state).palette[:, 3].tolist() == [1, 0, 1, 1]
    state = update(state, [say.ColourBy(4)], 0.0)
    assert state.colouring.title == "Right or wrong"
    assert state.hidden_classes == frozenset()
    lists = draw_list(state)
    assert lists.colouring == state.colouring.key
    assert np.allclose(lists.palette[:, :3], state.colouring.colours)
    isolated = update(state, [say.IsolateClass(0)], 1.0)
    assert draw_list(isolated).palette[:, 3].tolist() == [1, 0, 0, 0]
    for none in (-1, 12, 99):
        assert update(isolated, [say.ColourBy(none)], 0.0).colour_by == 4
    same = update(isolated, [say.ColourBy(4)], 0.0)
    assert same.hidden_classes == isolated.hidden_classes


def test_worlds_without_pictures_keep_their_dots(tmp_path: Path) -> None:
    state = initial_state(make_scene(world(tmp_path / "a.world")), Viewport(1280, 720))
    assert not state.scene.pictures
    pressed = update(state, [say.SetImages()], 0.0)
    assert not pressed.images
    assert pressed.notice == NO_PICTURES
    scripted = update(state, [say.SetImages(True)], 0.0)  # scenes go on without a word
    assert (scripted.images, scripted.notice) == (False, "")


@pytest.mark.parametrize("key", ["attribute:0", "attribute:1"])
def test_categories_beyond_the_names_count_as_unknown(tmp_path: Path, key: str) -> None:
    arrays = WorldArrays(
        "t", [LayerArrays("input", np.random.default_rng(0).normal(size=(3, 15)))],
        attributes=[Attribute("a", np.array([0, 5, -7]), ("x",)), Attribute("b", np.array([1, 2, 3]), ("x", "y"))],
    )  # fmt: skip
    opened = open_world(write_world(tmp_path / "a.world", arrays))
    colouring = next(x for x in colourings(opened) if x.key == key)
    assert sum(colouring.counts) == 1
    assert value_text(opened, colouring, 2).endswith("not known")
