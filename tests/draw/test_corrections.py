"""The radial correction and the slice show on the GPU what numpy says, and cost nothing when they are off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.geometry.sage import distance_to_shown, radial
from explorer.types import Float64
from explorer.world.draw_list import Cloud, DrawList, Highlight
from tests.draw.scenes import SIZE, cloud, draw_list, morphing, pixel_of, placement, plain_world, random_basis
from tests.draw.test_points import centroid
from tests.draw.test_uploads import VIEW_BYTES

Make = Callable[..., Renderer]


def corrected(frame: DrawList, gamma: float = 0.8) -> DrawList:
    return replace(frame, radial=radial(gamma, 0.9))


def shown(frame: DrawList, offset: Float64, position: Float64) -> tuple[float, float]:
    assert frame.radial is not None
    return pixel_of(frame, (frame.radial.apply(offset) + position).tolist())


@pytest.mark.parametrize("seed", range(6))
def test_a_point_is_where_numpy_puts_it(renderer: Make, target: Target, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, basis, position = rng.normal(size=15) * 0.5, random_basis(seed), rng.uniform(-0.5, 0.5, 3)
    frame = corrected(draw_list(cloud(1, place=placement(basis, position.tolist(), 0.5)), size=0.2))
    one = renderer(plain_world([x[None]], [-1]))
    one.draw(frame, target)
    expected = shown(frame, 0.5 * x.astype(np.float32) @ basis, position)
    assert np.allclose(centroid(target.read_rgb()), expected, atol=0.05)
    assert not np.allclose(expected, pixel_of(frame, (0.5 * x @ basis + position).tolist()), atol=1.0)
    assert one.pick(frame, *expected, SIZE) == (0, 0)


def test_a_morph_is_corrected_after_it_is_mixed(renderer: Make, target: Target) -> None:
    layers = [np.array([[-0.3, 0.0, 0.0]]), np.array([[0.5, 0.4, 0.0]])]
    frame = corrected(draw_list(morphing(1, placement(), placement(), 0.25), size=0.2))
    renderer(plain_world(layers, [0])).draw(frame, target)
    expected = shown(frame, np.array([-0.1, 0.1, 0.0]), np.zeros(3))
    assert np.allclose(centroid(target.read_rgb()), expected, atol=0.05)


def test_rings_follow_the_correction(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.array([[0.3, 0.2, 0.0]])], [0]))
    red = np.array([[1, 0, 0, 1], [1, 0, 0, 1]], np.float32)
    frame = corrected(draw_list(cloud(1), palette=red))
    one.draw(replace(frame, highlights=(Highlight(0, (1, 1, 1, 1), 60.0),)), target)
    white = np.argwhere(target.read_rgb().min(axis=2) > 150)
    x, y = shown(frame, np.array([0.3, 0.2, 0.0]), np.zeros(3))
    assert np.allclose(white.mean(axis=0) + 0.5, (y, x), atol=1.0)


def sliced(one: Cloud, space: Float64, thickness: float, amount: float = 1.0) -> DrawList:
    frame = draw_list(replace(one, space=space, next_space=space), size=0.1)
    return replace(frame, slice=(thickness, amount))


def test_the_slice_keeps_what_is_near_the_shown_space_in_15_dimensions(renderer: Make, target: Target) -> None:
    """Any linear space: which points stay bright is what numpy says of their distances."""
    rng = np.random.default_rng(3)
    count, basis = 40, random_basis(3)
    space = np.eye(15) + 0.2 * rng.normal(size=(15, 15))
    points = rng.normal(size=(count, 15)) * 0.15
    grid = np.stack(np.meshgrid(np.linspace(-1.4, 1.4, 8), np.linspace(-1.0, 1.0, 5)), axis=-1).reshape(-1, 2)
    # Put each point on its own place of a grid: change it within the shown space alone.
    inverse = np.linalg.inv(space)
    wanted = np.c_[grid, np.zeros(count)]
    points += (wanted - points @ space @ basis) @ basis.T @ inverse
    distances = distance_to_shown(points @ space, basis)
    thickness = float(np.median(distances))
    place = placement(space @ basis)
    one = renderer(plain_world([points], np.zeros(count, int)))
    frame = sliced(cloud(count, place=place), space, thickness)
    one.draw(frame, target)
    rgb = target.read_rgb()
    clear = np.abs(distances - thickness) > 0.11 * thickness
    assert clear.sum() > 20
    for spot, distance in zip(wanted[clear], distances[clear], strict=True):
        x, y = pixel_of(frame, spot.tolist())
        assert (rgb[int(y), int(x)].max() > 120) == (distance < thickness)


def test_a_slice_eases_and_both_corrections_go_together(renderer: Make, target: Target) -> None:
    points = np.zeros((1, 15))
    points[0, [0, 9]] = 0.2, 0.5  # half a unit away from the shown space
    one = renderer(plain_world([points], [0]))
    light = []
    for amount in (0.0, 0.5, 1.0):
        frame = corrected(sliced(cloud(1), np.eye(15), 0.3, amount))
        one.draw(frame, target)
        rgb = target.read_rgb()
        light.append(int(rgb.max()))
        assert np.allclose(centroid(rgb), shown(frame, np.array([0.2, 0, 0]), np.zeros(3)), atol=0.1)
    assert light[0] > light[1] > light[2] > 0
    one.draw(replace(frame, slice=(0.6, 1.0)), target)
    assert target.read_rgb().max() == light[0]


def test_switched_off_they_send_and_show_what_they_did_before(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.random.default_rng(0).normal(size=(500, 15)) * 0.3], [0] * 500))
    frame = draw_list(cloud(500))
    one.draw(frame, target)
    before = target.read_rgb()
    one.draw(corrected(sliced(cloud(500), np.eye(15), 0.5)), target)
    assert (target.read_rgb() != before).any()
    one.draw(frame, target)
    one.draw(frame, target)
    assert (target.read_rgb() == before).all()
    assert one.uploaded_bytes == VIEW_BYTES


def test_a_tour_frame_with_the_correction_sends_as_little(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.random.default_rng(0).normal(size=(500, 15)) * 0.3], [0] * 500))
    for seed in range(3):
        one.draw(corrected(draw_list(cloud(500, place=placement(random_basis(seed))))), target)
    assert one.uploaded_bytes == VIEW_BYTES + 256
