"""Intents and what they do, from the state alone."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.geometry.matrices import quaternion, rotate
from explorer.world import intents as say
from explorer.world.layout import node_pose, overview_pose
from explorer.world.lens import mixture
from explorer.world.scrub import depth
from explorer.world.state import AppState
from explorer.world.travel import cloud_frame, morph_amount
from explorer.world.update import update
from tests.world.scenes import CLASSES, state

DT = 1 / 60


def run(now: AppState, seconds: float, *intents: say.Intent) -> AppState:
    now = update(now, intents, DT)
    for _ in range(round(seconds / DT)):
        now = update(now, [], DT)
    return now


def seen_from_the_cloud(now: AppState) -> np.ndarray:
    """The camera's place and its axis in the cloud's own frame."""
    frame = cloud_frame(now)
    back = quaternion(np.array([0.0, 1.0, 0.0]), -frame.yaw)
    return np.stack([rotate(back, now.camera.pose.position - frame.position), rotate(back, now.camera.forward)])


def test_going_to_a_layer_flies_there() -> None:
    now = run(state(), 6.0, say.GoToLayer(3))
    assert now.layer == 3
    assert np.allclose(now.camera.pose.position, node_pose(now.scene.nodes[3].frame).position)
    assert now.camera.path is None


def test_steps_stop_at_the_ends_and_count_from_the_target() -> None:
    now = update(state(), [say.StepLayer(-1)], DT)
    assert now.layer == 0
    assert now.camera.path is None
    assert update(now, [say.StepLayer(1)] * 9, DT).layer == 4


def test_a_dive_morphs_and_the_camera_stays_with_the_cloud() -> None:
    now = run(state(), 1.0, say.SetDive(True))
    before = seen_from_the_cloud(now)
    now = update(now, [say.StepLayer(1)], DT)
    amounts = []
    while now.morph is not None:
        amounts.append(morph_amount(now))
        assert np.allclose(seen_from_the_cloud(now), before)
        now = update(now, [], DT)
    assert now.layer == 1
    assert amounts == sorted(amounts)
    assert amounts[0] < 0.01
    assert amounts[-1] > 0.99
    assert max(np.diff(amounts)) < 0.05
    assert np.allclose(cloud_frame(now).position, now.scene.nodes[1].position)


def test_steps_during_a_dive_are_made_one_after_the_other() -> None:
    now = run(state(), 0.2, say.SetDive(True), say.StepLayer(1))
    now = update(now, [say.StepLayer(1), say.StepLayer(1)], DT)
    assert now.morph is not None
    assert now.morph.then == 3
    assert run(now, 5.0).layer == 3


def test_pausing_stops_the_tour_and_nothing_else() -> None:
    now = run(state(), 1.0, say.PauseTour())
    later = run(now, 1.0, say.Orbit(0.3, 0.1))
    assert np.array_equal(later.tour.basis, now.tour.basis)
    assert not np.allclose(later.camera.pose.position, now.camera.pose.position)
    assert not np.array_equal(run(later, 1.0, say.PauseTour()).tour.basis, now.tour.basis)


def test_zoom_brings_the_point_under_the_cursor_nearer_and_keeps_it_there() -> None:
    now = state()
    there = run(now, 1.0, say.Zoom(4, 640, 360))
    centre = cloud_frame(now).position
    ratio = np.linalg.norm(there.camera.pose.position - centre) / np.linalg.norm(now.camera.pose.position - centre)
    assert ratio == pytest.approx(1.15**-4, rel=1e-3)


def test_flying_freely_makes_the_nearest_layer_the_current_one() -> None:
    now = state()
    there = node_pose(now.scene.nodes[2].frame)
    now = replace(now, camera=replace(now.camera, pose=there))
    assert update(now, [], DT).layer == 0
    assert update(now, [say.SetThrust(0, 0, -1)], DT).layer == 2


def test_filters() -> None:
    now = update(state(), [say.ToggleClass(1)], DT)
    assert now.hidden_classes == {1}
    assert update(now, [say.ToggleClass(1)], DT).hidden_classes == frozenset()
    alone = update(now, [say.IsolateClass(2)], DT)
    assert alone.hidden_classes == {0, 1, len(CLASSES)}
    assert update(alone, [say.IsolateClass(2)], DT).hidden_classes == frozenset()


def test_escape_lets_go_of_one_thing_at_a_time() -> None:
    now = update(state(), [say.SetFlightMode(True), say.SetPanel("help", True), say.Pin(5), say.ToggleClass(0)], DT)
    left = []
    for _ in range(4):
        now = update(now, [say.LetGo()], DT)
        left.append((now.flight_mode, "help" in now.panels, now.pinned, bool(now.hidden_classes)))
    assert left == [
        (False, True, 5, True),
        (False, False, 5, True),
        (False, False, None, True),
        (False, False, None, False),
    ]


def test_notices_fade() -> None:
    now = update(state(), [say.Notify("saved")], DT)
    assert run(now, 2.0).notice == "saved"
    assert run(now, 5.0).notice == ""


def test_the_same_intents_give_the_same_state() -> None:
    script = [say.GoToLayer(2), say.Orbit(0.2, 0.1), say.SetDive(), say.StepLayer(1), say.Zoom(2, 300, 300)]

    def play() -> AppState:
        now = state()
        for intent in script:
            now = run(now, 0.4, intent)
        return now

    one, two = play(), play()
    assert np.array_equal(one.camera.pose.position, two.camera.pose.position)
    assert np.array_equal(one.tour.rotation, two.tour.rotation)
    assert one.morph == two.morph


@pytest.mark.parametrize("elsewhere", [say.GoToLayer(4), say.Overview()])
def test_a_dive_left_half_way_does_not_lead_the_camera_astray(elsewhere: say.Intent) -> None:
    now = run(state(), 1.0, say.SetDive(True))
    now = run(now, 0.4, say.StepLayer(1))
    assert now.morph is not None
    places = []
    now = update(now, [say.SetDive(False), elsewhere], DT)
    while now.camera.path is not None:
        places.append(now.camera.pose.position)
        now = update(now, [], DT)
    now = run(now, 2.0)
    four = node_pose(now.scene.nodes[4].frame)
    expected = four if isinstance(elsewhere, say.GoToLayer) else overview_pose(now.scene, now.viewport)
    assert np.allclose(now.camera.pose.position, expected.position)
    assert np.linalg.norm(np.diff(places, axis=0), axis=1).max() < 0.5  # no jump on the way


def test_a_dive_left_half_way_goes_on_with_the_camera_at_rest() -> None:
    now = run(state(), 1.0, say.SetDive(True))
    now = run(now, 0.4, say.StepLayer(1))
    before = seen_from_the_cloud(now)
    now = run(now, 3.0, say.SetDive(False))
    assert now.morph is None
    assert now.layer == 1
    assert np.allclose(seen_from_the_cloud(now), before)


def test_a_dive_that_takes_no_time_is_there_at_once() -> None:
    now = run(state(), 1.0, say.SetDive(True))
    before = seen_from_the_cloud(now)
    now = update(now, [say.GoToLayer(3, 0.0)], DT)
    assert now.layer == 3
    assert now.morph is None
    assert np.allclose(seen_from_the_cloud(now), before)


def test_keys_held_on_the_way_do_not_change_where_it_leads() -> None:
    now = update(state(), [say.SetThrust(0, 0, -1)], DT)
    now = update(now, [say.GoToLayer(3)], DT)
    assert now.layer == 3
    assert update(now, [say.StepLayer(1)], DT).layer == 4


def test_zooming_ends_before_it_leaves_everything_behind() -> None:
    now = state()
    for _ in range(200):
        now = run(now, 0.05, say.Zoom(3, 640, 360))
    assert np.linalg.norm(now.camera.pose.position - cloud_frame(now).position) < 3.0
    for _ in range(200):
        now = run(now, 0.05, say.Zoom(-1, 640, 360))
    assert np.linalg.norm(now.camera.pose.position - cloud_frame(now).position) < 400


def test_the_scrubber_stops_between_two_layers_and_the_camera_stays_before_the_cloud() -> None:
    now = run(state(), 1.0)
    before = seen_from_the_cloud(now)
    now = update(now, [say.ScrubDepth(2.3)], DT)
    depths = [depth(now)]
    while now.scrub is not None:
        now = update(now, [], DT)
        depths.append(depth(now))
        assert np.allclose(seen_from_the_cloud(now), before, atol=1e-9)
    assert np.all(np.diff(depths) >= 0.0)
    assert max(np.diff(depths)) < 0.6
    assert depth(now) == pytest.approx(2.3)
    assert now.morph is not None
    assert (now.layer, now.morph.source, now.morph.target, morph_amount(now)) == (2, 3, 2, pytest.approx(0.7))
    assert run(now, 3.0, say.ScrubDepth(2.7)).layer == 3  # the nearer one
    assert depth(run(now, 3.0)) == pytest.approx(2.3)


@pytest.mark.parametrize(("asked", "arrived"), [(say.GoToLayer(4), 4), (say.StepLayer(-1), 2), (say.GoToLayer(0), 0)])
def test_from_between_two_layers_the_dive_goes_on_without_a_jump(asked: say.Intent, arrived: int) -> None:
    now = run(state(), 2.0, say.ScrubDepth(2.6))
    before = depth(now)
    now = update(now, [asked], 0.0)
    assert depth(now) == pytest.approx(before, abs=1e-6)
    assert run(now, 6.0).layer == arrived
    assert run(now, 6.0).morph is None


def test_a_dive_from_far_away_brings_the_camera_to_its_cloud() -> None:
    now = run(run(state(), 8.0, say.Overview()), 8.0, say.SetDive(True))
    assert np.allclose(now.camera.pose.position, node_pose(now.scene.nodes[0].frame).position)
    near = run(state(), 1.0, say.Zoom(-3, 640, 360))
    assert np.allclose(run(near, 4.0, say.SetDive(True)).camera.pose.position, near.camera.pose.position, atol=1e-3)


def test_leaving_the_dive_between_two_layers_ends_on_the_nearer_one() -> None:
    now = run(run(state(), 2.0, say.ScrubDepth(2.6)), 4.0, say.SetDive(False))
    assert (now.layer, now.morph, now.scrub) == (3, None, None)


def shares(now: AppState) -> np.ndarray:
    """How much of each layer the current cloud is."""
    found = np.zeros(len(now.scene.nodes))
    for layer, share in mixture(now, now.layer):
        found[layer] += share
    return found


@pytest.mark.parametrize(("wanted", "seconds"), [(1.4, 0.5), (3.4, 0.5), (1.4, 0.2), (0.0, 0.4), (4.0, 0.3)])
def test_scrubbing_out_of_a_dive_past_other_layers_does_not_jump(wanted: float, seconds: float) -> None:
    now = run(run(state(), 1.0, say.SetDive(True)), seconds, say.GoToLayer(4))
    assert now.morph is not None
    before, at = shares(now), seen_from_the_cloud(now)
    now = update(now, [say.ScrubDepth(wanted)], 0.0)
    for _ in range(200):
        assert abs(shares(now) - before).sum() < 0.75  # a jump to other layers would be 2
        assert np.allclose(seen_from_the_cloud(now), at, atol=1e-9)
        before, now = shares(now), update(now, [], DT)
    assert depth(now) == pytest.approx(wanted, abs=1e-6)
    assert now.scrub is None


def test_scrubbing_does_not_depend_on_the_frame_rate_and_stops_at_the_ends() -> None:
    begun = update(state(), [say.ScrubDepth(3.0)], 0.0)
    one, two = update(begun, [], 0.1), update(update(begun, [], 0.05), [], 0.05)
    assert depth(one) == pytest.approx(depth(two))
    assert depth(run(state(), 3.0, say.ScrubDepth(99.0))) == 4.0
    assert depth(run(state(), 3.0, say.ScrubDepth(-1.0))) == 0.0


def test_a_transition_takes_as_long_as_it_is_set_to() -> None:
    now = run(state(), 0.5, say.SetDive(True), say.SetTransition(4.0), say.StepLayer(1))
    assert now.morph is not None
    assert now.morph.duration == 4.0
    assert run(now, 3.0).morph is not None
    assert run(now, 3.7).morph is None
