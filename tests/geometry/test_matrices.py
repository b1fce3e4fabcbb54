"""The pyrr wrapper against PyGLM, an independent implementation of the same conventions."""

import numpy as np
import pytest
from pyglm import glm

from explorer.geometry import matrices
from explorer.types import Pose, Viewport

RNG = np.random.default_rng(12)


def glm_quat(q: np.ndarray) -> glm.quat:
    return glm.quat(float(q[3]), float(q[0]), float(q[1]), float(q[2]))


@pytest.mark.parametrize("angle", [0.0, 1e-8, 0.3, -2.0, np.pi])
def test_rotations_turn_as_glm_turns(angle: float) -> None:
    axis, vector = RNG.standard_normal((2, 3))
    ours = matrices.rotate(matrices.quaternion(axis, angle), vector)
    theirs = glm.angleAxis(angle, glm.normalize(glm.vec3(*axis))) * glm.vec3(*vector)
    assert np.allclose(ours, list(theirs), atol=1e-6)


def test_compose_does_the_inner_rotation_first() -> None:
    a, b = (
        matrices.quaternion(axis, angle)
        for axis, angle in ((np.array([1.0, 0, 0]), 0.7), (np.array([0, 1.0, 0]), -1.1))
    )
    vector = RNG.standard_normal(3)
    assert np.allclose(matrices.rotate(matrices.compose(a, b), vector), matrices.rotate(a, matrices.rotate(b, vector)))
    assert np.allclose(
        matrices.rotate(matrices.compose(a, b), vector), list(glm_quat(a) * glm_quat(b) * glm.vec3(*vector)), atol=1e-6
    )


def test_view_matrix_is_glm_look_at() -> None:
    eye, target = RNG.standard_normal((2, 3)) * 4
    view = matrices.view_matrix(Pose(eye, matrices.looking(eye, target)))
    theirs = glm.lookAt(glm.vec3(*eye), glm.vec3(*target), glm.vec3(0, 1, 0))
    # glm stores columns of a column-vector matrix: the same bytes as our rows of a row-vector one.
    assert np.allclose(view, np.array(theirs.to_list()), atol=1e-5)


def test_projection_is_glm_perspective_when_nothing_is_covered() -> None:
    ours = matrices.projection_matrix(0.87, Viewport(1280, 720), 0.05, 400.0)
    theirs = glm.perspective(0.87, 1280 / 720, 0.05, 400.0)
    assert np.allclose(ours, np.array(theirs.to_list()), atol=1e-5)


def test_the_axis_pierces_the_centre_of_what_is_uncovered() -> None:
    viewport = Viewport(1000, 700, left=300, top=40, right=900, bottom=640)
    eye, target = np.array([1.0, 2.0, 3.0]), np.array([-2.0, 0.5, -1.0])
    view = matrices.view_matrix(Pose(eye, matrices.looking(eye, target)))
    pixel = matrices.to_pixels(target[None], view, matrices.projection_matrix(0.9, viewport, 0.05, 100.0), viewport)[0]
    assert pixel == pytest.approx([600.0, 340.0, np.linalg.norm(target - eye)])


def test_slerp_halves_the_way_and_takes_the_shorter_one() -> None:
    a, b = matrices.quaternion(np.array([0, 1.0, 0]), 0.2), matrices.quaternion(np.array([0, 1.0, 0]), 1.0)
    half = matrices.quaternion(np.array([0, 1.0, 0]), 0.6)
    assert np.allclose(matrices.slerp(a, b, 0.5), half)
    assert np.allclose(np.abs(matrices.slerp(a, -b, 0.5)), np.abs(half))
    assert np.allclose(matrices.slerp(a, a, 0.3), a)


@pytest.mark.parametrize("target", [[0.0, 5.0, 0.0], [0.0, -5.0, 0.0], [0.0, 0.0, 3.0]])
def test_looking_is_finite_in_every_direction(target: list[float]) -> None:
    orientation = matrices.looking(np.zeros(3), np.array(target))
    assert np.allclose(matrices.rotate(orientation, np.array([0, 0, -1.0])), matrices.unit(np.array(target)), atol=1e-7)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (400, 42), (400, 41), (300, 30), (1280, 720)])
def test_what_is_uncovered_is_never_empty(width: int, height: int) -> None:
    """Panels keep their margins while the window shrinks under them."""
    viewport = Viewport(width, height, left=242, top=42, right=width - 300, bottom=height - 4)
    left, top, right, bottom = viewport.clear
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert np.isfinite(matrices.projection_matrix(0.87, viewport, 0.05, 100.0)).all()
