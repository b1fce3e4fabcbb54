"""What becomes of a selection: intents and rules, undo, the outline, errands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.store.read import open_world
from explorer.store.selections import Saved
from explorer.types import Viewport
from explorer.world import errands
from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.history import DEPTH
from explorer.world.layout import make_scene
from explorer.world.selecting import BOX, LASSO, POINTER
from explorer.world.selection import ADD, REPLACE, SUBTRACT, changed, combined, nothing
from explorer.world.state import AppState
from explorer.world.update import initial_state, update
from tests.world.scenes import state
from tests.world.test_nearby import brute_neighbours
from tests.worlds import make_world

IMAGES = 300


def after(now: AppState, *intents: say.Intent, dt: float = 0.0) -> AppState:
    return update(now, intents, dt)


def chosen(now: AppState) -> list[int]:
    return now.selection.images.tolist()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> AppState:
    """A session in a world of four classes, 120 images, with predictions and attributes."""
    world = open_world(make_world(tmp_path_factory.mktemp("selecting") / "a.world", images=120))
    return initial_state(make_scene(world), Viewport(1280, 720))


def test_a_selection_cannot_be_edited() -> None:
    selection = changed(nothing(5), np.array([1, 0, 1, 0, 0], np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        selection.mask[0] = 0
    mine = np.ones(5, np.uint8)
    kept = changed(selection, mine)
    mine[:] = 0
    assert kept.mask.tolist() == [1] * 5
    assert (kept.count, kept.version) == (5, selection.version + 1)


def test_what_changes_nothing_is_no_change() -> None:
    selection = changed(nothing(5), np.array([1, 0, 1, 0, 0], np.uint8))
    assert combined(selection, np.array([0, 0, 1, 0, 0]), ADD) is selection
    assert combined(selection, np.array([0, 1, 0, 0, 0]), SUBTRACT) is selection
    assert combined(selection, selection.mask * 7, REPLACE) is selection
    with pytest.raises(ValueError, match=r"replace, add, subtract.*'intersect'"):
        combined(selection, selection.mask, "intersect")
    with pytest.raises(ValueError, match="5 images"):
        changed(selection, np.ones(4, np.uint8))


def test_replace_add_and_subtract_are_those_of_sets() -> None:
    rng, now, expected = np.random.default_rng(0), state(images=IMAGES), set()
    for _ in range(60):
        how = (REPLACE, ADD, SUBTRACT)[rng.integers(3)]
        caught = {int(x) for x in rng.integers(0, IMAGES, 40)}
        now = after(now, say.SelectImages(tuple(caught), how))
        expected = {REPLACE: caught, ADD: expected | caught, SUBTRACT: expected - caught}[how]
        assert chosen(now) == sorted(expected)
        assert now.selection.count == len(expected)


def test_numbers_of_no_image_are_passed_over() -> None:
    assert chosen(after(state(images=IMAGES), say.SelectImages((-1, 5, IMAGES, 10**12)))) == [5]


def test_all_none_and_invert() -> None:
    now = after(state(images=IMAGES), say.SelectImages((1, 2)))
    assert now.selection.count == 2
    assert after(now, say.SelectAll()).selection.count == IMAGES
    assert after(now, say.SelectNone()).selection.count == 0
    assert chosen(after(now, say.InvertSelection())) == [i for i in range(IMAGES) if i not in (1, 2)]
    assert chosen(after(now, say.InvertSelection(), say.InvertSelection())) == [1, 2]


def test_a_category_is_all_of_its_images_and_the_last_one_those_of_none() -> None:
    now = state(images=IMAGES)
    labels = now.scene.survey.categories("class").copy()
    assert chosen(after(now, say.SelectCategory(1))) == np.flatnonzero(labels == 1).tolist()
    both = after(now, say.SelectCategory(1), say.SelectCategory(2, ADD))
    assert chosen(both) == np.flatnonzero(labels >= 1).tolist()
    assert chosen(after(both, say.SelectCategory(2, SUBTRACT))) == np.flatnonzero(labels == 1).tolist()
    now.scene.survey.categories("class")[:3] = -1
    for label in (-1, 3, 99):
        assert chosen(after(now, say.SelectCategory(label))) == [0, 1, 2]


def test_undo_and_redo_walk_the_same_way_back_and_forth() -> None:
    rng, now = np.random.default_rng(1), state(images=IMAGES)
    way = [chosen(now)]
    for _ in range(30):
        now = after(now, say.SelectImages(tuple(int(x) for x in rng.integers(0, IMAGES, 9)), (ADD, REPLACE)[_ % 2]))
        way.append(chosen(now))
    for expected in reversed(way[:-1]):
        now = after(now, say.UndoSelection())
        assert chosen(now) == expected
    assert chosen(after(now, say.UndoSelection())) == way[0]
    versions = {now.selection.version}
    for expected in way[1:]:
        now = after(now, say.RedoSelection())
        assert chosen(now) == expected
        assert now.selection.version not in versions
        versions.add(now.selection.version)
    assert chosen(after(now, say.RedoSelection())) == way[-1]


def test_a_new_change_ends_what_could_be_redone() -> None:
    now = after(state(images=IMAGES), say.SelectImages((1,)), say.SelectImages((2,)), say.UndoSelection())
    now = after(now, say.SelectImages((3,)))
    assert chosen(after(now, say.RedoSelection())) == [3]
    assert chosen(after(now, say.UndoSelection())) == [1]


def test_a_hundred_changes_are_kept_packed() -> None:
    now = state(images=IMAGES)
    for image in range(DEPTH + 20):
        now = after(now, say.SelectImages((image % IMAGES,)))
    before = now.selecting.history.before
    assert len(before) == DEPTH
    assert all(mask.nbytes == -(-IMAGES // 8) for mask in before)
    now = after(now, *[say.UndoSelection()] * (DEPTH + 20))
    assert chosen(now) == [19]


def test_emphasis_comes_and_goes_by_degrees_and_the_last_selection_stays_while_it_goes() -> None:
    now = after(state(images=IMAGES), say.SelectImages((4,)), dt=0.05)
    amounts = [now.selecting.emphasis]
    for _ in range(10):
        now = update(now, [], 0.05)
        amounts.append(now.selecting.emphasis)
    assert 0.0 < amounts[0] < amounts[1] < 1.0 == amounts[-1]
    assert draw_list(now).selection is now.selection
    assert draw_list(now).emphasis == pytest.approx(1.0)
    now = after(now, say.SelectNone(), dt=0.05)
    fading = draw_list(now)
    assert fading.selection is not None
    assert fading.selection.count == 1
    assert 0.0 < fading.emphasis < 1.0
    for _ in range(10):
        now = update(now, [], 0.05)
    assert draw_list(now).selection is None


def test_esc_lets_go_of_one_thing_at_a_time() -> None:
    now = after(state(images=IMAGES), say.SelectImages((1,)), say.SetTool(BOX), say.Pin(3), say.ToggleClass(0))
    now = after(now, say.BeginOutline(1, 1), say.LetGo())
    assert now.selecting.outline is None
    assert now.pinned == 3
    now = after(now, say.LetGo())
    assert (now.pinned, now.selecting.tool) == (None, BOX)
    now = after(now, say.LetGo())
    assert (now.selecting.tool, now.selection.count) == (POINTER, 1)
    now = after(now, say.LetGo())
    assert (now.selection.count, len(now.hidden_classes)) == (0, 1)
    assert not after(now, say.LetGo()).hidden_classes
    assert chosen(after(now, say.UndoSelection())) == [1]


def test_what_is_drawn_selects_when_it_is_closed_and_only_then() -> None:
    now = state(images=IMAGES)
    corners = ((300.0, 100.0), (900.0, 100.0), (900.0, 650.0), (300.0, 650.0))
    drawn = after(now, say.BeginOutline(*corners[0]), *[say.ExtendOutline(*place) for place in corners[1:]])
    assert drawn.selection.count == 0
    assert drawn.selecting.outline is not None
    assert drawn.selecting.outline.tool == LASSO
    closed = after(drawn, say.EndOutline())
    assert closed.selecting.outline is None
    assert closed.selection.count > 0
    assert chosen(closed) == chosen(after(now, say.SelectWithin(corners)))
    boxed = after(now, say.SetTool(BOX), say.BeginOutline(300, 100), say.ExtendOutline(400, 300))
    boxed = after(boxed, say.ExtendOutline(900, 650), say.EndOutline())
    assert chosen(boxed) == chosen(closed)
    assert after(drawn, say.DropOutline(), say.EndOutline()).selection.count == 0


def test_adding_and_taking_away_by_outline() -> None:
    now = after(state(images=IMAGES), say.SelectAll())
    half = ((0.0, 0.0), (640.0, 0.0), (640.0, 720.0), (0.0, 720.0))
    left = set(chosen(after(now, say.SelectWithin(half))))
    assert 0 < len(left) < IMAGES
    assert set(chosen(after(now, say.SelectWithin(half, SUBTRACT)))) == set(range(IMAGES)) - left
    few = after(now, say.SelectImages((0, 1, 2)))
    assert set(chosen(after(few, say.SelectWithin(half, ADD)))) == left | {0, 1, 2}


def test_a_twitch_of_the_hand_changes_nothing() -> None:
    now = after(state(images=IMAGES), say.SelectImages((7,)))
    twitched = after(now, say.BeginOutline(500, 300), say.ExtendOutline(501, 300.5), say.EndOutline())
    assert twitched.selection is now.selection


def test_a_lasso_has_no_more_corners_than_it_needs() -> None:
    now = after(state(images=IMAGES), say.BeginOutline(0, 0))
    now = after(now, *[say.ExtendOutline(x / 10, 0) for x in range(1000)])
    assert now.selecting.outline is not None
    assert len(now.selecting.outline.places) <= 51


def test_the_tour_stands_still_while_something_is_drawn() -> None:
    now = after(state(images=IMAGES), say.BeginOutline(1, 1))
    for _ in range(120):
        now = update(now, [], 1 / 60)
    held = now.tour.rotation
    now = update(now, [], 1 / 60)
    np.testing.assert_array_equal(now.tour.rotation, held)
    now = after(now, say.EndOutline())
    for _ in range(60):
        now = update(now, [], 1 / 60)
    assert not np.allclose(now.tour.rotation, held)


def test_tools_go_round_and_others_are_refused() -> None:
    now, seen = state(images=IMAGES), []
    for _ in range(3):
        now = after(now, say.SetTool())
        seen.append(now.selecting.tool)
    assert seen == [LASSO, BOX, POINTER]
    with pytest.raises(ValueError, match="no tool 'pen'"):
        after(now, say.SetTool("pen"))


def test_selecting_neighbours_of_the_pinned_image(made: AppState) -> None:
    now = after(made, say.GoToLayer(2), say.SetNeighbours(12))
    points = np.asarray(now.scene.survey.embedding(2))
    assert chosen(after(now, say.SelectNeighbours(5))) == sorted(brute_neighbours(points, 5, 12))
    assert chosen(after(now, say.Pin(9), say.SelectNeighbours())) == sorted(brute_neighbours(points, 9, 12))
    assert chosen(after(now, say.Hover(11, 2), say.SelectNeighbours())) == sorted(brute_neighbours(points, 11, 12))
    nobody = after(now, say.SelectNeighbours())
    assert nobody.selection.count == 0
    assert "Click an image first" in nobody.notice
    assert after(now, say.SetNeighbours(0)).selecting.neighbours == 1


def test_queries_select_and_say_what_is_wrong(made: AppState) -> None:
    world = made.scene.survey.world
    wrong = np.flatnonzero((np.asarray(world.predictions) != world.labels) & (world.labels == 1))
    now = after(made, say.SelectWhere('label == "square" and wrong'))
    assert chosen(now) == wrong.tolist()
    assert (now.selecting.fault, now.selecting.query) == ("", 'label == "square" and wrong')
    now = after(now, say.SelectWhere("lable == 1"))
    assert chosen(now) == wrong.tolist()
    assert "did you mean label" in now.selecting.fault
    assert after(now, say.SelectWhere("index < 2")).selecting.fault == ""
    now = after(made, say.SelectImages((3, 50)), say.SelectWhere("selected and index < 10"))
    assert chosen(now) == [3]
    hidden = after(made, say.ToggleClass(2), say.SelectWhere("hidden"))
    assert chosen(hidden) == np.flatnonzero(world.labels == 2).tolist()


def test_errands_are_numbered_and_done_once() -> None:
    now = after(state(images=IMAGES), say.SelectImages((1, 2)), say.SaveSelection("mine"), say.GrowSelection())
    first, second = now.selecting.errands
    assert (first.number, second.number) == (1, 2)
    assert first.job == errands.Save("mine", now.selection)
    kept = (Saved("mine", 2),)
    now = after(now, say.FinishErrand(1, saved=kept, notice="Saved"))
    assert (now.selecting.errands, now.selecting.saved, now.notice) == ((second,), kept, "Saved")
    caught = np.zeros(IMAGES, np.uint8)
    caught[5] = 1
    now = after(now, say.FinishErrand(2, caught, ADD))
    assert (chosen(now), now.selecting.errands) == ([1, 2, 5], ())
    assert after(now, say.LoadSelection("mine")).selecting.errands[0].number == 3


def test_nothing_grows_from_nothing() -> None:
    now = after(state(images=IMAGES), say.GrowSelection(), say.ShrinkSelection())
    assert now.selecting.errands == ()


def test_a_selection_is_the_same_in_every_layer(made: AppState) -> None:
    now = after(made, say.SelectImages((1, 2)), dt=0.5)
    for layer in range(4):
        now = after(now, say.GoToLayer(layer, 0.0), dt=0.1)
        assert chosen(now) == [1, 2]
        assert draw_list(now).selection is now.selection


def test_what_is_drawn_can_be_lassoed_in_a_dive(made: AppState) -> None:
    """Half way between two layers the lasso sees the mixture that is drawn."""
    now = after(replace(made, dive=True, dive_amount=1.0), say.GoToLayer(2, 1.0))
    now = update(now, [], 0.5)
    assert now.morph is not None
    everywhere = ((0.0, 0.0), (1280.0, 0.0), (1280.0, 720.0), (0.0, 720.0))
    assert after(now, say.SelectWithin(everywhere)).selection.count > 100
