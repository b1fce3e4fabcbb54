"""What a polygon catches is what the picture shows inside of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.geometry import matrices
from explorer.geometry.lasso import box
from explorer.geometry.sage import radial
from explorer.types import Float64
from explorer.world.catching import caught, pixels
from explorer.world.draw_list import DrawList
from explorer.world.survey import Survey
from tests.draw.scenes import SIZE, cloud, distinct_colours, draw_list, morphing, placement, plain_world, random_basis
from tests.geometry.test_lasso import oracle

Make = Callable[..., Renderer]
IMAGES = 90


def scatter(seed: int = 5, count: int = IMAGES) -> Float64:
    return np.random.default_rng(seed).normal(size=(count, 15)) * 0.8


def frames() -> list[DrawList]:
    """A cloud at rest, one off to the side, one half way between two layers, and these radially corrected."""
    here, there = placement(random_basis(1)), placement(random_basis(2), (0.3, -0.2, 0.1), 0.7)
    clouds = (cloud(IMAGES, place=here), cloud(IMAGES, place=there), morphing(IMAGES, here, there, 0.37))
    plain = [draw_list(x, size=0.05) for x in clouds]
    return plain + [replace(x, radial=radial(0.6, 2.0)) for x in plain]


@pytest.mark.parametrize("which", range(6))
def test_places_are_those_of_the_pixels_drawn(renderer: Make, target: Target, which: int) -> None:
    """Each image drawn alone: the middle of its pixels is where the lasso looks for it."""
    world = plain_world([scatter(), scatter(6)], np.arange(IMAGES))
    one, frame = renderer(world), frames()[which]
    x, y, depth = pixels(frame, Survey(world), frame.clouds[0], slice(None))
    compared = 0
    for image in range(0, IMAGES, 7):
        alone = np.zeros((IMAGES + 1, 4), np.float32)
        alone[image] = 1.0
        one.draw(replace(frame, palette=alone), target)
        lit = target.read_rgb().astype(float).sum(axis=2)
        rows, columns = np.nonzero(lit)
        inside = 8 < x[image] < SIZE[0] - 8 and 8 < y[image] < SIZE[1] - 8 and depth[image] > 0.2
        if inside:
            weights = lit[rows, columns]
            middle = np.average(columns + 0.5, weights=weights), np.average(rows + 0.5, weights=weights)
            assert middle == pytest.approx((x[image], y[image]), abs=0.3)
            compared += 1
    assert compared >= 6


@pytest.mark.parametrize("which", range(6))
def test_a_small_box_catches_what_picking_finds(renderer: Make, target: Target, which: int) -> None:
    world = plain_world([scatter(), scatter(6)], np.arange(IMAGES))
    one, frame = renderer(world), replace(frames()[which], palette=distinct_colours(IMAGES))
    one.draw(frame, target)
    survey, found = Survey(world), 0
    x, y, depth = pixels(frame, survey, frame.clouds[0], slice(None))
    for image in np.flatnonzero((x > 0) & (x < SIZE[0]) & (y > 0) & (y < SIZE[1]) & (depth > 0.1)):
        picked = one.pick(frame, float(x[image]), float(y[image]), SIZE)
        assert picked is not None
        # Under a place may be another image, nearer to the camera: it is within a point's width.
        _, mask = caught(frame, survey, 0, box(x[image] - 12, y[image] - 12, x[image] + 12, y[image] + 12))
        assert mask[image] == 1
        assert mask[picked[1]] == 1
        found += 1
    assert found > IMAGES // 2


def test_the_lasso_equals_an_oracle_on_the_projected_points() -> None:
    """Places in double precision by the matrices' own arithmetic, edges by the crossing rule."""
    points, basis = scatter(3, 20000).astype(np.float32), random_basis(3)
    world = plain_world([points], np.zeros(20000, int))
    frame = draw_list(cloud(20000, place=placement(basis, (0.1, 0.2, 0.0))))
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    corners = np.stack([150 + (60 + 20 * np.sin(5 * angle)) * np.cos(angle), 130 + 70 * np.sin(angle)], axis=1)
    _, mask = caught(frame, Survey(world), 0, corners)
    places = points.astype(np.float64) @ basis + (0.1, 0.2, 0.0)
    exact = matrices.to_pixels(places, frame.view, frame.projection, frame.viewport)  # (N, 3)
    expected = oracle(corners, exact[:, 0], exact[:, 1]) & (exact[:, 2] > 0.05)
    different = np.flatnonzero(mask != expected)
    # Single precision moves a point by a thousandth of a pixel: only who lies that near the outline may differ.
    assert len(different) <= 4
    for shift in (-2e-3, 2e-3):
        grown = oracle(corners + (corners - (150, 130)) * shift, exact[different, 0], exact[different, 1])
        shrunk = oracle(corners - (corners - (150, 130)) * shift, exact[different, 0], exact[different, 1])
        assert (grown != shrunk).all()
    assert 500 < mask.sum() < 10000


def test_hidden_images_and_those_behind_the_camera_are_not_caught() -> None:
    points = np.zeros((4, 15))
    points[:, 0] = (-0.2, 0.2, 0.0, 0.0)
    points[3, 2] = 8.0  # behind the camera, which stands at 4
    world = plain_world([points], [0, 1, 0, 0])
    palette = np.ones((3, 4), np.float32)
    everywhere = box(0, 0, *SIZE)
    frame = draw_list(cloud(4), palette=palette)
    assert caught(frame, Survey(world), 0, everywhere)[1].tolist() == [1, 1, 1, 0]
    palette[1, 3] = 0.0
    assert caught(replace(frame, palette=palette), Survey(world), 0, everywhere)[1].tolist() == [1, 0, 1, 0]


def test_the_cloud_one_is_at_comes_first_else_the_fullest() -> None:
    left, right = placement(position=(-1, 0, 0)), placement(position=(1, 0, 0))
    few, many = np.zeros((50, 15)), np.zeros((50, 15))
    many[:10, 0] = 50.0  # out of the picture
    few[5:, 0] = 50.0
    world = plain_world([few, many], np.zeros(50, int))
    survey = Survey(world)
    frame = draw_list(cloud(50, 0, 0, left), cloud(50, 1, 1, right))
    everywhere, on_the_right = box(0, 0, *SIZE), box(200, 60, 300, 180)
    node, mask = caught(frame, survey, 0, everywhere)
    assert (node, mask.sum()) == (0, 5)
    node, mask = caught(frame, survey, 1, everywhere)
    assert (node, mask.sum()) == (1, 40)
    node, mask = caught(frame, survey, 0, on_the_right)
    assert (node, mask.sum()) == (1, 40)
    third = cloud(50, 1, 2, right)
    frame = draw_list(cloud(50, 0, 0, right), third)
    assert caught(frame, survey, 7, everywhere)[0] == 2  # a node that is not drawn: the fullest of the others


def test_points_left_out_by_the_level_of_detail_are_caught() -> None:
    world = plain_world([np.zeros((50, 15))], np.zeros(50, int))
    frame = draw_list(cloud(3))
    assert caught(frame, Survey(world), 0, box(0, 0, *SIZE))[1].sum() == 50
