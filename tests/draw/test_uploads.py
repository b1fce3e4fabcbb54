"""A frame of the tour sends 256 bytes for each cloud, whatever the number of points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.world.draw_list import Highlight, Line
from tests.draw.scenes import cloud, draw_list, morphing, placement, plain_world, random_basis

Make = Callable[..., Renderer]
VIEW_BYTES = 128
"""The uniform block of the frame."""


@pytest.mark.parametrize("images", [100, 50_000])
@pytest.mark.parametrize("clouds", [1, 5])
def test_a_tour_frame_sends_256_bytes_for_each_cloud(renderer: Make, target: Target, images: int, clouds: int) -> None:
    layers = [np.random.default_rng(i).normal(size=(images, 15)) for i in range(clouds)]
    one = renderer(plain_world(layers, np.zeros(images, int)))
    edge = Line(np.zeros(3), np.ones(3), (1, 1, 1, 1), 2.0)
    sent = []
    for frame in range(4):
        basis = random_basis(frame)
        shown = [
            cloud(images, layer=i, node=i, place=placement(basis, (i, 0, 0), 0.3), opacity=0.5 if i % 2 else 1.0)
            for i in range(clouds)
        ]
        one.draw(replace(draw_list(*shown), lines=(edge,)), target)
        sent.append(one.uploaded_bytes)
    assert sent[0] > images * 64 * clouds  # the layers themselves, once
    assert sent[1] == sent[2] == sent[3]
    assert sent[1] <= 256 * clouds + VIEW_BYTES
    assert one.points_drawn == images * clouds


def test_a_morphing_cloud_sends_two_matrices(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.random.default_rng(i).normal(size=(500, 15)) for i in range(2)], [0] * 500))
    for amount in (0.2, 0.3):
        place = placement(random_basis(0))
        one.draw(draw_list(morphing(500, place, place, amount)), target)
    assert one.uploaded_bytes == 2 * 256 + VIEW_BYTES


def test_a_still_picture_sends_next_to_nothing(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((10, 3))], [0] * 10))
    for _ in range(2):
        one.draw(draw_list(cloud(10)), target)
    assert one.uploaded_bytes == VIEW_BYTES


def test_highlights_send_a_row_each(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((10, 3))], [0] * 10))
    for size in (20.0, 24.0):
        frame = replace(draw_list(cloud(10)), highlights=(Highlight(3, (1, 1, 1, 1), size),))
        one.draw(frame, target)
    assert one.uploaded_bytes == VIEW_BYTES + 60
