"""Threads are seen where mathematics puts them, through the clouds' places and along the staircase."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.types import Float64
from explorer.world.draw_list import DrawList
from explorer.world.threads import Threads, Way
from tests.draw.scenes import cloud, draw_list, pixel_of, plain_world
from tests.draw.test_uploads import VIEW_BYTES

Make = Callable[..., Renderer]
ENDS = np.array([[-1.2, -0.3, 0.0], [1.2, 0.4, -0.5]])
TANGENTS = np.array([[2.0, 1.0, 0.0], [2.0, -1.0, 0.5]])


def frame_with(places: Float64, colours: Sequence[Sequence[int]], reveal: float = 2.0, count: float = 0.0) -> DrawList:
    """Two nodes and the threads between them; ``places`` (2, M, 3) from their middles; no point is seen."""
    way = Way(0, 1, ENDS, TANGENTS, (0.0, 1.0))
    rgba = np.array([colours], np.uint8)
    count = count or places.shape[1]
    threads = Threads(places.astype(np.float32), rgba, (way,), reveal, 1.0, count)
    return replace(draw_list(cloud(1), palette=np.zeros((1, 4), np.float32)), threads=threads)


def curve(start: Float64, end: Float64, t: float) -> Float64:
    """A place on a thread: Hermite of the middles, smooth mixture of the rest, slimmer half way."""
    h00, h10, h01, h11 = 2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t, -2 * t**3 + 3 * t**2, t**3 - t**2
    middle = h00 * ENDS[0] + h10 * TANGENTS[0] + h01 * ENDS[1] + h11 * TANGENTS[1]
    return np.asarray(middle + (h00 * start + h01 * end) * (1.0 - 0.22 * 16 * t**2 * (1 - t) ** 2))


@pytest.mark.parametrize("seed", range(3))
def test_a_thread_lies_on_its_curve(renderer: Make, target: Target, seed: int) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    target.resize(960, 720)
    places = np.random.default_rng(seed).normal(size=(2, 1, 3)) * 0.3
    frame = frame_with(places, [(255, 255, 255, 255)])
    one.draw(frame, target)
    rgb = target.read_rgb().max(axis=2)
    for t in np.linspace(0.02, 0.98, 25):
        x, y = (3 * v for v in pixel_of(frame, curve(places[0, 0], places[1, 0], t)))
        near = rgb[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3]
        assert near.max() > 60
    assert 500 < (rgb > 0).sum() < 16_000  # and nowhere else: a few pixels wide


def test_it_begins_and_ends_in_the_images_places_with_their_colour(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    target.resize(960, 720)
    places = np.array([[[0.0, 0.3, 0.0], [0.0, -0.3, 0.0]], [[0.1, 0.2, 0.0], [-0.1, -0.4, 0.0]]])
    frame = frame_with(places, [(255, 0, 0, 255), (0, 0, 255, 255)])
    one.draw(frame, target)
    rgb = target.read_rgb()
    for node, inside in ((0, 2), (1, -3)):
        for thread, channel in ((0, 0), (1, 2)):
            x, y = (3 * v for v in pixel_of(frame, ENDS[node] + places[node, thread]))
            around = rgb[int(y) - 3 : int(y) + 4, int(x + inside) - 3 : int(x + inside) + 4]
            assert around[..., channel].max() > 60
            assert around[..., 2 - channel].max() < 20


def test_the_nearer_thread_hides_the_farther_one_whatever_their_order(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    places = np.zeros((2, 2, 3))
    for front in (0, 1):
        places[:, front, 2], places[:, 1 - front, 2] = 0.4, -0.4
        places[:, 1 - front, :2] = places[:, front, :2]
        colours = [(255, 0, 0, 255), (0, 255, 0, 255)]
        frame = frame_with(places, colours)
        one.draw(frame, target)
        rgb = target.read_rgb()
        x, y = pixel_of(frame, curve(places[0, front], places[1, front], 0.5))
        pixel = rgb[int(y), int(x)]
        assert pixel[front] > 60
        assert pixel[1 - front] < 0.3 * pixel[front]


def test_it_grows_from_the_input(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    lit = []
    for reveal in (0.0, 0.4, 0.8, 1.4, 2.0):
        one.draw(frame_with(np.zeros((2, 1, 3)), [(255, 255, 255, 255)], reveal), target)
        lit.append(int(target.read_rgb().astype(int).sum()))
    assert lit[0] == 0
    assert lit == sorted(lit)
    assert lit[1] < 0.3 * lit[-1]


def test_less_detail_draws_the_first_ones(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    places = np.zeros((2, 40, 3))
    places[:, :, 1] = np.linspace(-0.5, 0.5, 40)
    colours = [(255, 0, 0, 255)] * 20 + [(0, 255, 0, 255)] * 20
    one.draw(frame_with(places, colours), target)
    assert target.read_rgb()[..., 1].max() > 60
    one.draw(frame_with(places, colours, count=20), target)
    assert target.read_rgb()[..., 0].max() > 60
    assert target.read_rgb()[..., 1].max() == 0


def test_hidden_ones_and_those_behind_the_camera_are_not_drawn(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    one.draw(frame_with(np.zeros((2, 1, 3)), [(255, 255, 255, 0)]), target)
    assert not target.read_rgb().any()
    behind = np.zeros((2, 1, 3))
    behind[..., 2] = 6.0
    one.draw(frame_with(behind, [(255, 255, 255, 255)]), target)
    assert not target.read_rgb().any()


def test_only_what_moves_is_sent(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    places = np.random.default_rng(0).normal(size=(2, 100, 3))
    frame = frame_with(places, [(255, 255, 255, 255)] * 100)
    sent = []
    for _ in range(2):
        one.draw(frame, target)
        sent.append(one.uploaded_bytes)
    one.draw(frame_with(places + 0.1, [(255, 255, 255, 255)] * 100), target)
    assert sent[1] == VIEW_BYTES
    assert one.uploaded_bytes <= VIEW_BYTES + places.size * 4 + 64  # the number of steps may change
