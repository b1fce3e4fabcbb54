"""The id under the cursor is exactly the point drawn there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.geometry import matrices
from explorer.types import Float64
from explorer.world.draw_list import DrawList
from tests.draw.scenes import (
    SIZE,
    VIEWPORT,
    cloud,
    distinct_colours,
    draw_list,
    morphing,
    placement,
    plain_world,
    random_basis,
)

Make = Callable[..., Renderer]
IMAGES = 120


def _scatter(count: int = IMAGES) -> Float64:
    return np.random.default_rng(5).normal(size=(count, 15)) * 0.8


def test_ids_are_the_colours_drawn(renderer: Make, target: Target) -> None:
    """200 probes: the picked image's colour is the one that the picture shows there."""
    one = renderer(plain_world([_scatter()], np.arange(IMAGES)))
    palette = distinct_colours(IMAGES)
    frame = draw_list(cloud(IMAGES, node=3, place=placement(random_basis(5))), palette=palette, size=0.35)
    one.draw(frame, target)
    rgb = target.read_rgb().astype(float)
    rng = np.random.default_rng(0)
    probes = rng.permutation(np.argwhere(rgb.max(axis=2) > 90))
    pure = 0
    for y, x in probes:
        hue = rgb[y, x] / rgb[y, x].max()  # shading scales a colour; a soft edge over another point mixes two
        distances = np.abs(palette[:IMAGES, :3] - hue).max(axis=1)
        if distances.min() > 0.01:
            continue
        picked = one.pick(frame, x + 0.5, y + 0.5, SIZE)
        assert picked is not None
        assert picked[0] == 3
        assert distances[picked[1]] < 0.02
        pure += 1
        if pure == 200:
            break
    assert pure == 200


def _expected(frame: DrawList, places: Float64, x: int, y: int) -> tuple[int | None, bool]:
    """The image that mathematics puts on a pixel, and whether rounding could decide it."""
    pixels = matrices.to_pixels(places, frame.view, frame.projection, VIEWPORT)  # (N, 3)
    diameter = np.maximum(frame.point_size * frame.projection[1, 1] * SIZE[1] / 2 / pixels[:, 2], 1.5)
    coverage = diameter / 2 + 0.5 - np.hypot(pixels[:, 0] - x - 0.5, pixels[:, 1] - y - 0.5)
    candidates = np.flatnonzero(coverage >= 0.35)
    # Points snap to a fraction of a pixel on the way to the raster.
    doubtful = bool((np.abs(coverage - 0.35) < 0.1).any())
    return (int(candidates[np.argmin(pixels[candidates, 2])]) if len(candidates) else None), doubtful


def test_ids_are_those_of_geometry(renderer: Make, target: Target) -> None:
    basis = random_basis(6)
    scatter = _scatter(400)
    one = renderer(plain_world([scatter], np.zeros(400, int)))
    frame = draw_list(cloud(400, place=placement(basis)), size=0.12)
    rng = np.random.default_rng(1)
    places = scatter.astype(np.float32).astype(float) @ basis
    certain = 0
    for x, y in rng.integers((60, 20), (260, 220), (1500, 2)):
        image, doubtful = _expected(frame, places, x, y)
        if image is None or doubtful:
            continue
        assert one.pick(frame, float(x), float(y), SIZE) == (0, image)
        certain += 1
    assert certain > 100


def test_the_nearest_within_four_pixels(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    frame = draw_list(cloud(1), size=0.02)  # 1.5 pixels, in the middle of 320 x 240
    assert one.pick(frame, 160.0, 120.0, SIZE) == (0, 0)
    assert one.pick(frame, 163.9, 120.0, SIZE) == (0, 0)
    assert one.pick(frame, 160.0, 124.5, SIZE) == (0, 0)
    assert one.pick(frame, 165.5, 120.0, SIZE) is None
    assert one.pick(frame, 164.0, 124.0, SIZE) is None  # in the corner of the 9 x 9 pixels, but 5 away


def test_large_points_are_found_at_their_rims_and_at_the_edge_of_the_picture(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.array([[-2.4, 0.0, 0.0]])], [0]))
    frame = draw_list(cloud(1), size=0.8)
    one.draw(frame, target)
    row = target.read_rgb()[120, :, 0]
    assert row[0] > 0
    last = int(np.flatnonzero(row)[-1])
    assert one.pick(frame, 0.0, 120.0, SIZE) == (0, 0)
    assert one.pick(frame, float(last), 120.0, SIZE) == (0, 0)
    assert one.pick(frame, last + 5.0, 120.0, SIZE) is None
    assert one.pick(frame, -1.0, 120.0, SIZE) is None
    assert one.pick(frame, 10.0, 240.0, SIZE) is None


def test_hidden_and_vanished_things_are_not_picked(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.array([[0, 0, 0.5], [0, 0, -0.5]])], [0, 1]))
    palette = np.ones((3, 4), np.float32)
    frame = draw_list(cloud(2), palette=palette, size=0.3)
    assert one.pick(frame, 160, 120, SIZE) == (0, 0)
    palette = palette.copy()
    palette[0, 3] = 0.0
    assert one.pick(replace(frame, palette=palette), 160, 120, SIZE) == (0, 1)
    assert one.pick(draw_list(cloud(2, opacity=0.0), size=0.3), 160, 120, SIZE) is None
    assert one.pick(replace(frame, fog=(1.0, 2.0)), 160, 120, SIZE) is None


def test_the_node_and_the_morph_are_picked(renderer: Make, target: Target) -> None:
    layers = [np.array([[-1.0, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0]])]
    one = renderer(plain_world(layers, [0]))
    frame = draw_list(morphing(1, placement(), placement(), 0.5), size=0.3)
    assert one.pick(frame, 160, 120, SIZE) == (0, 0)
    two = draw_list(cloud(1, layer=0, node=4), cloud(1, layer=1, node=9), size=0.3)
    x = 160 - two.projection[0, 0] * 160 / 4.0
    assert one.pick(two, x, 120, SIZE) == (4, 0)
    assert one.pick(two, 320 - x, 120, SIZE) == (9, 0)


def test_picking_leaves_the_picture_alone(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([_scatter()], np.zeros(IMAGES, int)))
    frame = draw_list(cloud(IMAGES))
    one.draw(frame, target)
    before, drawn = target.read_rgb(), one.points_drawn
    one.pick(frame, 150, 130, SIZE)
    assert (target.read_rgb() == before).all()
    assert one.points_drawn == drawn


def test_clouds_out_of_reach_are_left_out_without_a_loss(renderer: Make, target: Target) -> None:
    """With many clouds, morphs and outliers: what is picked is what full drawing would pick."""
    rng = np.random.default_rng(7)
    layers = [rng.standard_t(3, size=(300, 15)) * 0.3 for _ in range(2)]
    one = renderer(plain_world(layers, np.zeros(300, int)))
    clouds = []
    for node in range(6):
        position = rng.uniform(-2.0, 2.0, 3) * (1.0, 0.7, 1.0)
        first, second = (placement(random_basis(node + k), position.tolist(), 0.3 + 0.2 * k) for k in (0, 1))
        clouds.append(replace(morphing(300, first, second, node % 3 / 2), node=node))
    frame = draw_list(*clouds, size=0.08)
    drawn = []
    for x, y in rng.integers((0, 0), SIZE, (300, 2)):
        picked = one.pick(frame, float(x), float(y), SIZE)
        drawn.append(one._clouds.drawn)
        one._begin(frame, SIZE)
        assert picked == one._picker.pick(float(x), float(y), SIZE, lambda: one._draw_clouds(frame, "PICK"))
    assert np.mean(drawn) < 6 * 300
