"""What is selected stands out in every cloud: larger, bright, never hidden by the rest; one byte for each image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.types import UInt8
from explorer.world.draw_list import DrawList
from explorer.world.selection import Selection
from tests.draw.scenes import SIZE, cloud, draw_list, pixel_of, placement, plain_world
from tests.draw.test_uploads import VIEW_BYTES

Make = Callable[..., Renderer]
COLOURS = np.array([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]], np.float32)


def selecting(images: Sequence[int], count: int, version: int = 1) -> Selection:
    """A selection of a few of ``count`` images."""
    mask = np.zeros(count, np.uint8)
    mask[list(images)] = 1
    return Selection(mask, len(images), version)


def emphasised(frame: DrawList, selection: Selection, amount: float = 1.0, shift: float = 1.0) -> DrawList:
    return replace(frame, selection=selection, emphasis=amount, shift=shift)


def area(rgb: UInt8) -> int:
    return int((rgb.max(axis=2) > 0).sum())


def test_what_is_selected_is_larger_and_the_rest_smaller_and_fainter(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.array([[-0.7, 0, 0], [0.7, 0, 0]])], [0, 1]))
    frame = draw_list(cloud(2), palette=COLOURS[[0, 1, 3]], size=0.3)
    one.draw(frame, target)
    usual = target.read_rgb().astype(int)
    one.draw(emphasised(frame, selecting([0], 2)), target)
    rgb = target.read_rgb().astype(int)
    assert (rgb[..., 0] > 0).sum() > 1.5 * (usual[..., 0] > 0).sum()
    assert (rgb[..., 1] > 0).sum() < 0.5 * (usual[..., 1] > 0).sum()
    assert rgb[..., 0].max() >= usual[..., 0].max()
    assert 0 < rgb[..., 1].max() < 0.4 * usual[..., 1].max()


def test_what_is_selected_is_hidden_by_no_cloud(renderer: Make, target: Target) -> None:
    """The far one is selected: it is seen, and picked, through the nearer ones of its own and of another cloud."""
    points = np.array([[0.0, 0.0, -0.8], [0.0, 0.0, 0.6], [0.0, 0.0, 0.8]])
    one = renderer(plain_world([points, points], [0, 1, 2]))
    clouds = (cloud(3, place=placement(position=(0, 0, -6.0))), cloud(3, layer=1, node=1))
    frame = draw_list(*clouds, palette=COLOURS, size=0.3)
    x, y = pixel_of(frame, (0, 0, 0))
    assert one.pick(frame, x, y, SIZE) == (1, 2)
    only = emphasised(frame, selecting([0], 3))
    one.draw(only, target)
    assert target.read_rgb()[round(y), round(x), 0] > 50
    assert target.read_rgb()[round(y), round(x), 1:].max() < 30
    assert one.pick(only, x, y, SIZE) == (1, 0)  # of the two that are selected the nearer one


def test_selected_points_hide_each_other_as_ever(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.array([[0, 0, 0.5], [0, 0, -0.5]])], [0, 1]))
    frame = emphasised(draw_list(cloud(2), size=0.3), selecting([0, 1], 2))
    assert one.pick(frame, 160, 120, SIZE) == (0, 0)


def test_picking_answers_what_is_seen(renderer: Make, target: Target) -> None:
    rng = np.random.default_rng(4)
    points, labels = rng.normal(size=(150, 15)) * 0.5, np.arange(150) % 2
    one = renderer(plain_world([points], labels))
    palette = np.array([[1, 0, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]], np.float32)
    frame = emphasised(draw_list(cloud(150), palette=palette, size=0.2), selecting(np.flatnonzero(labels == 0), 150))
    one.draw(frame, target)
    rgb = target.read_rgb().astype(int)
    red = np.argwhere((rgb[..., 0] > 100) & (rgb[..., 2] < 3))
    for y, x in rng.permutation(red)[:100]:
        picked = one.pick(frame, x + 0.5, y + 0.5, SIZE)
        assert picked is not None
        assert labels[picked[1]] == 0


def test_a_change_of_the_selection_sends_one_byte_for_each_image(renderer: Make, target: Target) -> None:
    count = 5000
    layers = [np.random.default_rng(i).normal(size=(count, 15)) for i in range(3)]
    one = renderer(plain_world(layers, np.zeros(count, int)))
    frame = draw_list(*(cloud(count, layer=i, node=i) for i in range(3)))
    first, second = selecting(range(100), count), selecting(range(2000), count, 2)
    one.draw(frame, target)
    sent = []
    for shown in (
        emphasised(frame, first, 0.2),
        emphasised(frame, first, 0.6),
        emphasised(frame, first),
        emphasised(frame, second, shift=0.1),
        emphasised(frame, second),
        frame,
    ):
        one.draw(shown, target)
        sent.append(one.uploaded_bytes)
    matrix, amounts = 256, 8  # of the variant, on its first use; of each easing step
    assert sent[0] <= VIEW_BYTES + count + 3 * matrix + amounts + 64
    assert sent[1] == sent[2] == VIEW_BYTES + amounts
    assert sent[3] == VIEW_BYTES + count + amounts
    assert sent[4] == VIEW_BYTES + amounts
    assert sent[5] <= VIEW_BYTES + 3 * matrix


def test_emphasis_grows_from_the_plain_picture(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.random.default_rng(1).normal(size=(400, 15)) * 0.4], np.arange(400) % 3))
    frame = draw_list(cloud(400), palette=COLOURS, size=0.08)
    one.draw(frame, target)
    plain = target.read_rgb().astype(int)
    unlike = []
    for amount in (1e-6, 0.3, 0.6, 1.0):
        one.draw(emphasised(frame, selecting(range(40), 400), amount), target)
        unlike.append(np.abs(target.read_rgb().astype(int) - plain).mean())
    assert unlike[0] < 0.05
    assert unlike == sorted(unlike)


@pytest.mark.parametrize("reached", [0.0, 0.4, 1.0])
def test_a_change_that_is_overtaken_goes_on_from_where_it_is(renderer: Make, target: Target, reached: float) -> None:
    one = renderer(plain_world([np.array([[-0.7, 0, 0], [0.7, 0, 0]])], [0, 1]))
    frame = draw_list(cloud(2), palette=COLOURS[[0, 1, 3]], size=0.3)
    one.draw(emphasised(frame, selecting([0], 2)), target)
    one.draw(emphasised(frame, selecting([1], 2, 2), shift=reached), target)
    there = area(target.read_rgb())
    one.draw(emphasised(frame, selecting([0, 1], 2, 3), shift=0.0), target)
    assert abs(area(target.read_rgb()) - there) <= 0.04 * there  # levels have 16 steps


def test_a_faint_category_is_smaller_and_dimmer_but_picked(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    light, areas = [], []
    for alpha in (1.0, 0.5, 0.2, 0.05, 0.0):
        palette = np.array([[1, 1, 1, alpha], [1, 1, 1, 1]], np.float32)
        frame = draw_list(cloud(1), palette=palette, size=0.3)
        one.draw(frame, target)
        rgb = target.read_rgb()
        light.append(int(rgb.max()))
        areas.append(area(rgb))
        assert one.pick(frame, 160, 120, SIZE) == ((0, 0) if alpha else None)
    assert light == sorted(light, reverse=True)
    assert areas == sorted(areas, reverse=True)
    assert light[-1] == areas[-1] == 0
