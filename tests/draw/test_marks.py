"""Rings around marked images, and edges between nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.world.draw_list import Highlight, Line
from tests.draw.scenes import cloud, draw_list, morphing, pixel_of, placement, plain_world

Make = Callable[..., Renderer]
RED = np.array([[1, 0, 0, 1], [1, 0, 0, 1]], np.float32)


def _ring_columns(row: np.ndarray) -> list[int]:
    """Where a row of pixels (W, 3) is white."""
    return np.flatnonzero(row.min(axis=1) > 200).tolist()


def test_a_ring_marks_the_image_in_every_cloud_over_everything(renderer: Make, target: Target) -> None:
    # Image 0 is hidden behind image 1 in both clouds.
    places = np.array([[0, 0, 0.0], [0, 0, 0.5]])
    one = renderer(plain_world([places, places], [0, 0]))
    target.resize(960, 720)
    clouds = [cloud(2, layer=i, node=i, place=placement(position=(x, 0, 0))) for i, x in enumerate((-1.0, 1.0))]
    frame = replace(draw_list(*clouds, palette=RED, size=0.1), highlights=(Highlight(0, (1, 1, 1, 1), 40.0),))
    one.draw(frame, target)
    rgb = target.read_rgb()
    for x in (-1.0, 1.0):
        px, py = (int(3 * v) for v in pixel_of(frame, (x, 0, 0)))
        row = _ring_columns(rgb[py])
        assert any(abs(c - (px - 19)) <= 2 for c in row)
        assert any(abs(c - (px + 19)) <= 2 for c in row)
        column = _ring_columns(rgb[:, px])
        assert any(abs(c - (py - 19)) <= 2 for c in column)


def test_a_ring_follows_the_morph_and_stays_in_front_of_the_camera(renderer: Make, target: Target) -> None:
    layers = [np.array([[-1.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 0.0]])]
    one = renderer(plain_world(layers, [0]))
    mark = (Highlight(0, (1, 1, 1, 1), 60.0),)
    frame = replace(draw_list(morphing(1, placement(), placement(), 0.5), palette=RED), highlights=mark)
    one.draw(frame, target)
    white = np.argwhere(target.read_rgb().min(axis=2) > 150)
    x, y = pixel_of(frame, (-0.5, 0, 0))
    assert np.allclose(white.mean(axis=0) + 0.5, (y, x), atol=1.0)
    behind = draw_list(cloud(1, layer=1, place=placement(position=(0, 0, 9.0))), palette=RED)
    one.draw(replace(behind, highlights=mark), target)
    assert not target.read_rgb().any()


def test_hidden_classes_have_no_rings(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    hidden = np.array([[1, 0, 0, 0], [1, 1, 1, 1]], np.float32)
    one.draw(replace(draw_list(cloud(1), palette=hidden), highlights=(Highlight(0, (1, 1, 1, 1), 60.0),)), target)
    assert not target.read_rgb().any()


def _edge(start: tuple[float, float, float], end: tuple[float, float, float], width: float = 12.0) -> Line:
    return Line(np.array(start), np.array(end), (1.0, 1.0, 1.0, 1.0), width)


def test_an_edge_has_its_width_and_fades_at_its_ends(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.array([[0.0, 9.0, 0.0]])], [0]))
    target.resize(960, 720)
    one.draw(replace(draw_list(cloud(1)), lines=(_edge((-1, 0, 0), (1, 0, 0)),)), target)
    rgb = target.read_rgb()[..., 0].astype(int)
    assert abs((rgb[:, 480] > 127).sum() - 12) <= 1
    lit = np.flatnonzero(rgb[360] > 0)
    assert rgb[360, lit[0] + 3] < 30
    assert rgb[360, 480] == 255
    assert rgb[360, lit[-1] - 3] < 30


def test_points_hide_edges_behind_them_only(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.array([[0.0, 0.0, 0.0]])], [0]))
    for z, over in ((0.5, True), (-0.5, False)):
        one.draw(replace(draw_list(cloud(1), palette=RED, size=0.3), lines=(_edge((-1, 0, z), (1, 0, z)),)), target)
        rgb = target.read_rgb()
        assert (rgb[120, 160, 1] > 200) == over
        assert rgb[120, 130, 1] > 100


def test_an_edge_through_the_camera_does_not_wrap_around(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.array([[0.0, 9.0, 0.0]])], [0]))
    one.draw(replace(draw_list(cloud(1)), lines=(_edge((0.5, -0.5, -9.0), (0.5, -0.5, 30.0)),)), target)
    rgb = target.read_rgb()[..., 0]
    assert rgb[:, 165:].any()
    assert not rgb[:115].any()
    assert not rgb[:, :155].any()


def test_lines_may_come_and_go(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.array([[0.0, 9.0, 0.0]])], [0]))
    frame = draw_list(cloud(1))
    edges = [_edge((-1, y, 0), (1, y, 0), 3.0) for y in (-0.6, -0.3, 0.0, 0.3, 0.6)]
    for count in (1, 5, 2, 0, 4):
        one.draw(replace(frame, lines=tuple(edges[:count])), target)
        lit = target.read_rgb()[:, 160, 0] > 100
        assert int((np.diff(lit.astype(int)) == 1).sum()) == count
