"""The camera moves without jolts, whatever the frame rate."""

import numpy as np
import pytest

from explorer.geometry import camera as cameras
from explorer.geometry import matrices
from explorer.types import Float64, Frame, Pose


def pose(*position: float) -> Pose:
    place = np.array(position)
    return Pose(place, matrices.looking(place, np.zeros(3)))


AXES = pytest.mark.parametrize("axis", [None, np.array([0.5, 0.0, 0.2])], ids=["straight", "around"])


@AXES
def test_a_path_arrives_at_rest(axis: Float64 | None) -> None:
    camera = cameras.go(cameras.at_rest(pose(0, 0, 5)), pose(4, 1, -2), 1.5, axis)
    for _ in range(91):
        camera = cameras.advance(camera, 1 / 60)
    assert camera.path is None
    assert np.allclose(camera.pose.position, [4, 1, -2])
    assert np.allclose(camera.velocity, 0)


@AXES
def test_a_new_path_takes_over_the_velocity(axis: Float64 | None) -> None:
    camera = cameras.go(cameras.at_rest(pose(0, 0, 5)), pose(4, 1, -2), 1.5, axis)
    for _ in range(45):
        camera = cameras.advance(camera, 1 / 60)
    before = camera.velocity
    turned = cameras.advance(cameras.go(camera, pose(-3, 0, 4), 2.0, axis), 1e-4)
    assert np.linalg.norm(before) > 1
    assert np.allclose(turned.velocity, before, rtol=1e-3)
    assert np.linalg.norm(turned.pose.position - camera.pose.position) < 1e-3 * np.linalg.norm(before)


@AXES
def test_positions_and_velocities_of_a_path_agree(axis: Float64 | None) -> None:
    camera = cameras.go(cameras.at_rest(pose(0, 0, 5)), pose(4, 1, -2), 1.0, axis)
    camera = cameras.advance(camera, 0.4)
    step = cameras.advance(camera, 1e-6)
    assert np.allclose((step.pose.position - camera.pose.position) / 1e-6, camera.velocity, atol=1e-3)


@pytest.mark.parametrize("rate", [15, 60, 240])
def test_free_flight_is_independent_of_the_frame_rate(rate: int) -> None:
    camera = cameras.Camera(pose(0, 0, 5), np.zeros(3), thrust=(0.0, 0.0, -1.0))
    for _ in range(rate):
        camera = cameras.advance(camera, 1 / rate)
    once = cameras.advance(cameras.Camera(pose(0, 0, 5), np.zeros(3), thrust=(0.0, 0.0, -1.0)), 1.0)
    assert np.allclose(camera.pose.position, once.pose.position)
    assert 3.5 < camera.pose.position[2] < 4.1


def test_orbit_keeps_the_distance_and_the_centre_in_view() -> None:
    centre = np.array([1.0, 0.5, -2.0])
    eye = np.array([2.0, 2.0, 3.0])
    camera = cameras.at_rest(Pose(eye, matrices.looking(eye, centre)))
    for _ in range(50):
        camera = cameras.orbit(camera, centre, 0.13, -0.07)
        offset = centre - camera.pose.position
        assert np.linalg.norm(offset) == pytest.approx(np.linalg.norm(centre - eye))
        assert np.allclose(matrices.unit(offset), camera.forward, atol=1e-9)


def test_orbit_turns_what_is_seen_with_the_mouse() -> None:
    camera = cameras.at_rest(pose(0, 0, 5))
    turned = cameras.orbit(camera, np.zeros(3), yaw=0.1, pitch=0.0)
    front = np.array([0.0, 0.0, 1.0])  # a place in front of the centre moves right under a drag to the right
    seen = np.append(front, 1.0) @ matrices.view_matrix(turned.pose)
    assert seen[0] > 0.05
    tilted = cameras.orbit(camera, np.zeros(3), yaw=0.0, pitch=0.1)
    assert (np.append(front, 1.0) @ matrices.view_matrix(tilted.pose))[1] < -0.05


def test_the_horizon_stays_level_and_the_poles_are_never_crossed() -> None:
    camera = cameras.at_rest(pose(0, 0, 5))
    for _ in range(100):
        camera = cameras.orbit(camera, np.zeros(3), 0.05, 0.3)
    assert abs(matrices.rotate(camera.pose.orientation, cameras.RIGHT)[1]) < 1e-9
    assert matrices.rotate(camera.pose.orientation, cameras.UP)[1] > 0


def test_zoom_keeps_its_centre_and_is_eased() -> None:
    centre = np.array([0.3, 0.2, 0.0])
    camera = cameras.zoom_towards(cameras.at_rest(pose(0, 0, 5)), 3.0, centre)
    first = cameras.advance(camera, 1 / 60)
    assert 0 < np.linalg.norm(first.pose.position - camera.pose.position) < 1.0
    for _ in range(120):
        camera = cameras.advance(camera, 1 / 60)
    expected = centre + (np.array([0, 0, 5.0]) - centre) / 1.15**3
    assert np.allclose(camera.pose.position, expected, atol=1e-3)


def test_being_carried_moves_the_whole_plan() -> None:
    before, after = Frame(np.array([1.0, 0.0, 2.0]), 0.2), Frame(np.array([-3.0, 1.0, 0.0]), 1.4)
    camera = cameras.advance(cameras.go(cameras.at_rest(pose(0, 0, 5)), pose(4, 1, -2), 1.0), 0.3)
    one = cameras.advance(cameras.carried(camera, before, after), 0.3)
    two = cameras.carried(cameras.advance(camera, 0.3), before, after)
    assert np.allclose(one.pose.position, two.pose.position)
    assert np.allclose(one.pose.orientation, two.pose.orientation)
    assert np.allclose(one.velocity, two.velocity)
    there_and_back = cameras.carried(cameras.carried(camera, before, after), after, before)
    assert np.allclose(there_and_back.pose.position, camera.pose.position)
