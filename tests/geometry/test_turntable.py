"""Around an axis from pose to pose: exact at both ends, smooth, and never with the back to it."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.geometry import matrices
from explorer.geometry.camera import FORWARD
from explorer.geometry.turntable import between
from explorer.types import Pose
from explorer.world.layout import AXIS, node_pose, place

AHEAD = np.array([1.0, 2.0, -3.0])


def off(*offset: float) -> np.ndarray:
    return AHEAD + np.array(offset)


def towards(position: np.ndarray, target: np.ndarray) -> Pose:
    return Pose(position, matrices.looking(position, target))


def same(one: Pose, other: Pose) -> bool:
    turned = min(np.abs(one.orientation - other.orientation).max(), np.abs(one.orientation + other.orientation).max())
    return bool(np.allclose(one.position, other.position) and turned < 1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_both_ends_are_exact_and_the_rate_is_the_derivative(seed: int) -> None:
    rng = np.random.default_rng(seed)
    start, end = (towards(rng.normal(size=3) * 4, rng.normal(size=3)) for _ in range(2))
    assert same(between(start, end, AHEAD, 0.0).pose, start)
    assert same(between(start, end, AHEAD, 1.0).pose, end)
    low, high = (between(start, end, AHEAD, 0.4 + step).pose.position for step in (-1e-6, 1e-6))
    assert np.allclose((high - low) / 2e-6, between(start, end, AHEAD, 0.4).rate, atol=1e-6)


def test_the_way_between_opposite_sides_looks_at_the_middle_throughout() -> None:
    start, end = towards(off(0, 0, 4), AHEAD), towards(off(0.1, 3, -9), AHEAD)
    for t in np.linspace(0, 1, 21):
        pose = between(start, end, AHEAD, t).pose
        ahead = matrices.unit(AHEAD - pose.position)
        assert matrices.rotate(pose.orientation, FORWARD) @ ahead > 0.99
        assert 3.9 < np.hypot(*(pose.position - AHEAD)[[0, 2]]) < 9.1


def test_the_layers_of_a_network_stay_in_view_from_any_to_any() -> None:
    frames = place([(), *((i,) for i in range(12))])
    for first in range(13):
        for last in range(13):
            for t in np.linspace(0, 1, 11):
                pose = between(node_pose(frames[first]), node_pose(frames[last]), AXIS, t).pose
                inward = (AXIS - pose.position) * [1, 0, 1]
                assert matrices.rotate(pose.orientation, FORWARD) @ matrices.unit(inward) > 0.9


def test_a_pose_on_the_axis_turns_straight_into_the_other() -> None:
    start, end = towards(AHEAD, off(1, 0, 0)), towards(off(5, 0, 0), off(9, 0, 0))
    for t in (0.0, 0.3, 1.0):
        pose = between(start, end, AHEAD, t).pose
        assert np.allclose(pose.position, off(5 * t, 0, 0))
        assert matrices.rotate(pose.orientation, FORWARD) @ [1, 0, 0] == pytest.approx(1.0)
