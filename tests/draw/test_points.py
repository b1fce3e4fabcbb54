"""Points land where mathematics says, mix as they should, and hide when told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.types import Float64, UInt8
from tests.draw.scenes import cloud, draw_list, morphing, pixel_of, placement, plain_world, random_basis, with_size

Make = Callable[..., Renderer]


def centroid(rgb: UInt8) -> tuple[float, float]:
    """Middle of the light, pixels from the top left corner (pixel centres at .5)."""
    light = rgb.astype(float).sum(axis=2)
    y, x = np.indices(light.shape)
    return float((light * (x + 0.5)).sum() / light.sum()), float((light * (y + 0.5)).sum() / light.sum())


@pytest.mark.parametrize("seed", range(8))
def test_a_known_point_lands_on_its_pixel(renderer: Make, target: Target, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, basis, position = rng.normal(size=15), random_basis(seed), rng.uniform(-0.5, 0.5, 3)
    world = plain_world([x[None]], [-1])
    frame = draw_list(cloud(1, place=placement(basis, position.tolist(), 0.2)), size=0.2)
    renderer(world).draw(frame, target)
    rgb = target.read_rgb()
    expected = pixel_of(frame, (0.2 * x.astype(np.float32) @ basis + position).tolist())
    assert np.allclose(centroid(rgb), expected, atol=0.05)
    assert rgb[int(expected[1]), int(expected[0])].min() > 150


def test_a_point_has_its_size_in_perspective(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    areas = []
    for distance in (2.0, 4.0):
        frame = draw_list(cloud(1), distance=distance, size=0.3)
        one.draw(frame, target)
        wanted = 0.3 * frame.projection[1, 1] * 120 / distance  # diameter in pixels
        lit = target.read_rgb().max(axis=2) > 0
        areas.append(lit.sum())
        assert abs(np.sqrt(lit.sum() * 4 / np.pi) - wanted) < 1.0
    assert 3.4 < areas[0] / areas[1] < 4.6


def test_the_nearer_point_hides_the_farther_one(renderer: Make, target: Target) -> None:
    palette = np.array([[1, 0, 0, 1], [0, 1, 0, 1], [1, 1, 1, 1]], np.float32)
    for order in ((0, 1), (1, 0)):
        places = np.array([[0, 0, 0.5], [0, 0, -0.5]])[list(order)]
        renderer(plain_world([places], list(order))).draw(draw_list(cloud(2), palette=palette, size=0.3), target)
        red, green, _ = target.read_rgb()[120, 160]
        assert red > 100
        assert green == 0


def _scatter(seed: int = 0, count: int = 3000) -> Float64:
    return np.random.default_rng(seed).normal(size=(count, 15)) * 0.4


def _picture(one: Renderer, target: Target, frame: object) -> UInt8:
    one.draw(frame, target)  # type: ignore[arg-type]
    return target.read_rgb()


def test_the_ends_of_a_morph_are_the_two_layers_bit_for_bit(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([_scatter(1), _scatter(2)], np.arange(3000) % 5))
    first, second = placement(random_basis(1)), placement(random_basis(2), scale=1.3)
    ends = [_picture(one, target, draw_list(morphing(3000, first, second, t))) for t in (0.0, 1.0)]
    layers = [_picture(one, target, draw_list(cloud(3000, layer=i, place=p))) for i, p in enumerate((first, second))]
    assert (ends[0] == layers[0]).all()
    assert (ends[1] == layers[1]).all()
    nearly = _picture(one, target, draw_list(morphing(3000, first, second, 1e-9)))  # the other shader variant
    assert (nearly != layers[0]).any(axis=2).mean() < 1e-3
    assert (ends[0] != ends[1]).any()


def test_a_morph_mixes_places(renderer: Make, target: Target) -> None:
    world = plain_world([np.array([[-1.0, 0.0, 0.0]]), np.array([[0.0, 0.5, 0.0]])], [0])
    frame = draw_list(morphing(1, placement(), placement(scale=2.0), 0.25), size=0.2)
    renderer(world).draw(frame, target)
    assert np.allclose(centroid(target.read_rgb()), pixel_of(frame, (-0.75, 0.25, 0.0)), atol=0.05)


def test_slices_draw_the_same_pixels_as_one_call(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([_scatter(3, 20_000)], np.arange(20_000) % 7))
    pictures = []
    for size in (0, 1000, 7777):
        one._clouds.slice = size  # on llvmpipe it is 8000 by itself
        pictures.append(_picture(one, target, draw_list(cloud(20_000), size=0.04)))
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] == pictures[2]).all()


def test_a_prefix_is_drawn_and_is_a_fair_sample(renderer: Make, target: Target) -> None:
    labels = np.repeat(np.arange(4), 2500)  # sorted, as folders of images are
    one = renderer(plain_world([_scatter(4, 10_000)], labels))
    few = _picture(one, target, draw_list(cloud(1000), size=0.02))
    assert one.points_drawn == 1000
    assert (few != _picture(one, target, draw_list(cloud(10_000), size=0.02))).any()
    shares = np.bincount(labels[one._clouds.order[:1000]]) / 1000
    assert np.allclose(shares, 0.25, atol=0.05)


def test_a_hidden_class_is_gone(renderer: Make, target: Target) -> None:
    places = np.array([[-0.8, 0, 0], [0.0, 0, 0], [0.8, 0, 0]])
    one = renderer(plain_world([places], [0, 1, -1]))
    palette = np.array([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1]], np.float32)
    for hidden in range(3):
        shown = palette.copy()
        shown[hidden, 3] = 0.0
        rgb = _picture(one, target, draw_list(cloud(3), palette=shown, size=0.3))
        assert [bool(rgb[..., k].any()) for k in range(3)] == [k != hidden for k in range(3)]


def test_thousands_of_classes_have_their_own_colour(renderer: Make, target: Target) -> None:
    palette = np.tile(np.array([0.0, 0.0, 1.0, 1.0], np.float32), (3001, 1))
    palette[2500] = (1, 0, 0, 1)
    rgb = _picture(renderer(plain_world([np.zeros((1, 3))], [2500])), target, draw_list(cloud(1), palette=palette))
    assert rgb[120, 160, 0] > 100
    assert rgb[120, 160, 2] == 0


def test_fog_and_opacity_fade_into_the_background(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    clear = draw_list(cloud(1), size=0.3)
    light = [int(_picture(one, target, replace(clear, fog=fog)).max()) for fog in ((9, 10), (3, 5), (1, 3.9))]
    assert light[0] > light[1] > light[2] == 0
    ghost = _picture(one, target, draw_list(cloud(1, opacity=0.5), size=0.3))
    assert abs(int(ghost[120, 160, 0]) - light[0] // 2) < 3


def test_other_sizes_show_the_same_scene(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.array([[0.25, 0.5, 0.0]])], [0]))
    for width, height in ((320, 240), (641, 203), (97, 500)):
        target.resize(width, height)
        frame = with_size(draw_list(cloud(1), size=0.2), width, height)
        assert np.allclose(centroid(_picture(one, target, frame)), pixel_of(frame, (0.25, 0.5, 0.0)), atol=0.05)


def test_points_behind_the_camera_are_not_drawn(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.array([[0.0, 0.0, 4.5], [0.0, 0.0, 4.0]])], [0, 0]))
    assert not _picture(one, target, draw_list(cloud(2))).any()
