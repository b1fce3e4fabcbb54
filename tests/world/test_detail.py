"""The level of detail: within the budget while things move, everything when they are still, and nothing pops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.detail import counts, fullness_for, needs
from explorer.world.eye import eye_of
from explorer.world.state import AppState
from explorer.world.travel import node_frame
from explorer.world.update import update
from tests.world.scenes import state

DT = 1 / 30


def drawn(now: AppState) -> int:
    return sum(cloud.count for cloud in draw_list(now).clouds)


def flown(now: AppState, *said: say.Intent, frames: int = 60) -> AppState:
    now = update(now, said, DT)
    for _ in range(frames):
        now = update(now, [], DT)
    return now


def crowd(*said: say.Intent) -> AppState:
    """21 layers of 50,000 images seen from afar, the tour running."""
    return flown(state(21, 50_000), say.Overview(0.0), *said)


def test_without_a_budget_everything_is_drawn() -> None:
    now = crowd()
    assert len(draw_list(now).clouds) == 21
    assert drawn(now) == 21 * 50_000


@pytest.mark.parametrize("budget", [60_000, 200_000, 900_000])
def test_the_budget_is_used_and_kept(budget: int) -> None:
    now = crowd(say.SetBudget(budget))
    assert 0.9 * budget < drawn(now) <= budget
    assert all(cloud.count >= 1000 for cloud in draw_list(now).clouds)
    assert not draw_list(now).still


def test_a_budget_for_more_than_there_is_leaves_nothing_out() -> None:
    assert drawn(crowd(say.SetBudget(5e6))) == 21 * 50_000


def test_near_clouds_get_more_than_far_ones() -> None:
    now = state(3, 50_000)
    ahead = [now.camera.pose.position + away * np.array(now.camera.forward) for away in (8.0, 5.0, 3.0, 2.0, 1.5)]
    needed = needs(eye_of(now), ahead)
    shown = counts(needed, fullness_for(needed, 60_000.0, 50_000), 50_000).tolist()
    assert shown == sorted(shown)
    assert shown[0] < 0.2 * shown[-1]


@pytest.mark.parametrize("layer", [0, 7, 12, 20])
def test_the_cloud_looked_at_is_not_starved_by_one_beside_the_picture(layer: int) -> None:
    """In a spiral of layers one passes close by others, which are nearer than the one before the camera."""
    budget = 60_000
    now = flown(state(21, 50_000), say.SetBudget(budget), say.GoToLayer(layer, 0.0), frames=30)
    clouds = {cloud.node: cloud.count for cloud in draw_list(now).clouds}
    spare = budget - 1000 * len(clouds)  # beyond what every cloud shows at least
    assert sum(clouds.values()) <= budget
    assert clouds[layer] > 0.6 * spare


def test_the_share_of_a_ball_in_the_picture_is_its_volume_beside_a_plane() -> None:
    now = state(3, 100)
    eye, inside = eye_of(now), node_frame(now, 0).position
    assert eye.share(inside, 0.5) == pytest.approx(1.0)
    random = np.random.default_rng(0)
    ball = random.normal(size=(40_000, 3))
    ball *= random.random((40_000, 1)) ** (1 / 3) / np.linalg.norm(ball, axis=1, keepdims=True)
    left = eye.planes[0]
    edge = inside - left[:3] * (left @ np.append(inside, 1.0))  # on the left side of the frustum
    for beyond in (-0.9, -0.3, 0.0, 0.4):
        middle = edge + beyond * left[:3]
        within = float((np.c_[ball + middle, np.ones(len(ball))] @ left > 0.0).mean())
        assert eye.share(middle, 1.0) == pytest.approx(within, abs=0.01)


def test_everything_comes_when_nothing_moves_and_goes_before_it_is_missed() -> None:
    now = crowd(say.SetBudget(100_000.0))
    assert drawn(now) < 110_000
    now = flown(now, say.PauseTour(True), frames=90)
    assert drawn(now) == 21 * 50_000
    assert draw_list(now).still
    now = update(now, [say.PauseTour(False)], DT)
    now = update(now, [], DT)
    assert not draw_list(now).still
    assert drawn(flown(now, frames=15)) < 130_000  # half a second later


def test_recordings_draw_everything_from_their_first_frame_to_their_last() -> None:
    now = crowd(say.SetBudget(100_000.0), say.SelectImages(tuple(range(3000)), "replace"), say.SetThreads(True))
    now = update(now, [say.SetRecording(True)], DT)
    for said in ((), (say.Orbit(40.0, 0.0),), (say.SetBudget(50_000.0),), (say.GoToLayer(3, 0.0),), ()):
        assert drawn(now) == len(draw_list(now).clouds) * 50_000
        assert not draw_list(now).still
        threads = draw_list(now).threads
        assert threads is not None
        assert threads.count == threads.places.shape[1]
        now = update(now, said, DT)
    now = update(now, [say.SetRecording(False)], 0.0)
    assert drawn(flown(now, say.Overview(0.0))) <= 50_000


@pytest.mark.parametrize(
    "said",
    [
        say.Orbit(0.1, 0.0), say.SetPointSize(1.5), say.Zoom(2.0, 640, 360), say.SetImages(True),
        say.HoverCategory(1), say.ToggleClass(0),
    ],
)  # fmt: skip
def test_whatever_moves_ends_the_stillness(said: say.Intent) -> None:
    now = flown(crowd(say.SetBudget(100_000.0)), say.PauseTour(True), frames=90)
    assert draw_list(now).still
    moving = update(update(now, [said], DT), [], DT)
    if isinstance(said, say.SetImages):  # a scene of this floor has pictures: they grow
        assert moving.images_amount > 0.0
    assert not draw_list(update(now, [said], DT)).still


def test_nothing_pops() -> None:
    """From frame to frame the number of points changes by less than the share that shrinks before it goes."""
    now = crowd(say.SetBudget(100_000.0))
    shown = [drawn(now)]
    now = update(now, [say.SetBudget(140_000.0)], DT)
    for _ in range(60):
        now = update(now, [], DT)
        shown.append(drawn(now))
    steps = np.diff(np.log(shown))
    assert abs(steps).max() < 0.15
    assert shown[-1] > 1.35 * shown[0]


def test_which_layer_is_the_current_one_changes_no_cloud() -> None:
    now = flown(state(15, 50_000), say.SetBudget(100_000.0))
    eye = eye_of(now)
    places = [node.position for node in now.scene.nodes]
    assert np.array_equal(needs(eye, places), needs(eye, places))
    before = {cloud.node: cloud.count for cloud in draw_list(now).clouds}
    after = {c.node: c.count for c in draw_list(update(now, [say.GoToLayer(1, 3.0)], 0.0)).clouds}
    assert before == after


def test_the_fullness_is_the_one_that_fills_the_budget() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        needed, images = rng.uniform(100, 60_000, 21), 50_000
        budget = rng.uniform(30_000, 21 * 50_000)
        shown = counts(needed, fullness_for(needed, budget, images), images)
        assert shown.sum() <= budget * 1.0001
        assert shown.sum() == pytest.approx(budget, rel=0.001)
    assert counts(np.array([5.0]), math.inf, 70) == 70


def test_threads_take_their_part_of_the_budget() -> None:
    mask = tuple(range(3000))
    now = crowd(say.SetBudget(200_000.0), say.SelectImages(mask, "replace"), say.SetThreads(True))
    threads = draw_list(now).threads
    assert threads is not None
    assert 100 <= threads.count < 400
    assert drawn(now) <= 100_000
    still = flown(now, say.PauseTour(True), frames=120)
    threads = draw_list(still).threads
    assert threads is not None
    assert threads.count == threads.places.shape[1] == 2000
