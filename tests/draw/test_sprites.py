"""Each image shows its own thumbnail, sharp or small, with a border in its class colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from explorer.draw.renderer import Renderer
from explorer.draw.sprites import ALONG, sheet
from explorer.draw.target import Target
from explorer.types import Float64
from explorer.world.draw_list import DrawList, Highlight
from tests.draw.scenes import SIZE, cloud, distinct_colours, draw_list, pixel_of, plain_world

Make = Callable[..., Renderer]
GREEN = np.array([[0, 1, 0, 1], [1, 1, 1, 1]], np.float32)


def _grid(columns: int, rows: int) -> Float64:
    """Places (n, 3) in the front of the cloud, where nothing is dimmed, apart on the screen."""
    x, y = np.meshgrid(np.linspace(-1.6, 1.6, columns), np.linspace(-1.1, 1.1, rows))
    return np.stack([x.ravel(), y.ravel(), np.full(x.size, 0.6)], axis=1)


def _images(count: int, size: float, amount: float = 1.0, palette: np.ndarray | None = None) -> DrawList:
    return replace(draw_list(cloud(count), palette=palette, size=0.05), sprite_size=size, images=amount)


@pytest.mark.parametrize("side", [32, 64])
def test_every_image_shows_its_own_thumbnail(renderer: Make, target: Target, side: int) -> None:
    places = _grid(25, 16)  # 400 images: more than one layer of the atlas
    colours = np.random.default_rng(0).integers(0, 256, (400, 3))
    thumbnails = np.tile(colours[:, None, None, :], (1, side, side, 1)).astype(np.uint8)
    one = renderer(plain_world([places], np.zeros(400, int), thumbnails))
    target.resize(960, 720)
    frame = _images(400, 0.11, palette=GREEN)
    one.draw(frame, target)
    rgb = target.read_rgb().astype(int)
    for place, colour in zip(places, colours, strict=True):
        x, y = (int(3 * v) for v in pixel_of(frame, place))
        assert np.abs(rgb[y, x] - colour).max() <= 1


def test_thumbnails_stand_upright_inside_a_border_of_the_class_colour(renderer: Make, target: Target) -> None:
    picture = np.zeros((1, 32, 32, 3), np.uint8)
    picture[0, :16] = (255, 0, 0)  # red above, blue below, right half brighter
    picture[0, 16:] = (0, 0, 255)
    picture[0, :, :16] //= 2
    one = renderer(plain_world([np.array([[0.0, 0.0, 0.6]])], [0], picture))
    one.draw(_images(1, 1.0, palette=GREEN), target)
    rgb = target.read_rgb().astype(int)
    lit = np.argwhere(rgb.max(axis=2) > 0)
    (top, left), (bottom, right) = lit.min(axis=0), lit.max(axis=0)
    assert abs((bottom - top + 1) - (right - left + 1)) <= 1
    middle_y, middle_x = (top + bottom) // 2, (left + right) // 2
    quarter = (right - left) // 4
    assert rgb[middle_y - quarter, middle_x - quarter].tolist() == [127, 0, 0]
    assert rgb[middle_y - quarter, middle_x + quarter].tolist() == [255, 0, 0]
    assert rgb[middle_y + quarter, middle_x - quarter].tolist() == [0, 0, 127]
    assert rgb[middle_y + quarter, middle_x + quarter].tolist() == [0, 0, 255]
    for edge in (rgb[top + 1, middle_x], rgb[bottom - 1, middle_x], rgb[middle_y, left + 1], rgb[middle_y, right - 1]):
        assert edge[1] > 150  # green
        assert edge[0] + edge[2] < 60
    assert not rgb[top, left].any()  # the corners are round


@pytest.mark.parametrize("pixels", [1.5, 3, 5, 8, 13, 22, 40, 70])
def test_neighbours_in_the_atlas_do_not_bleed(renderer: Make, target: Target, pixels: float) -> None:
    """Black thumbnails among white ones stay black at every size, and white ones white."""
    thumbnails = np.zeros((256, 32, 32, 3), np.uint8)
    one = renderer(plain_world([np.tile([[0.0, 0.0, 0.6]], (256, 1))], np.zeros(256, int), thumbnails))
    black = int(one._clouds.order[100])
    thumbnails[:] = 255
    thumbnails[black] = 0
    places = np.full((256, 3), [0.0, 50.0, 0.0])  # out of sight
    places[black] = (-0.8, 0.0, 0.6)
    places[int(one._clouds.order[101])] = (0.8, 0.0, 0.6)
    one = renderer(plain_world([places], np.zeros(256, int), thumbnails))
    frame = _images(256, 1.0, palette=np.array([[1, 0, 0, 1], [1, 1, 1, 1]], np.float32))
    scale = pixels / (frame.projection[1, 1] * 120 / 3.4)
    one.draw(replace(frame, sprite_size=scale, point_size=scale / 2), target)
    rgb = target.read_rgb()
    assert rgb[:, :160, 1].max() == 0
    white = rgb[:, 160:, 1]
    if pixels >= 5:
        assert white.max() == 255
    inside = int(pixels * 0.3)
    if inside >= 1:
        centre = pixel_of(frame, (0.8, 0.0, 0.6))
        cx, cy = int(centre[0]) - 160, int(centre[1])
        assert (white[cy - inside : cy + inside, cx - inside : cx + inside] == 255).all()


def test_thumbnails_grow_out_of_the_dots(renderer: Make, target: Target) -> None:
    thumbnails = np.full((1, 32, 32, 3), 255, np.uint8)
    one = renderer(plain_world([np.array([[0.0, 0.0, 0.6]])], [0], thumbnails))
    areas, white = [], []
    for amount in (0.0, 0.02, 0.25, 0.5, 0.75, 0.98, 1.0):
        one.draw(_images(1, 0.6, amount, palette=GREEN), target)
        rgb = target.read_rgb()
        areas.append(int((rgb.max(axis=2) > 0).sum()))
        white.append(int(rgb[120, 160, 0]))
    assert areas == sorted(areas)
    assert areas[1] < areas[0] * 1.8  # no jump at either end
    assert areas[-2] > areas[-1] * 0.9
    assert white == sorted(white)
    assert white[0] == 0
    assert white[-1] == 255


def test_thumbnails_hide_what_is_behind_them_and_are_picked_by_shape(renderer: Make, target: Target) -> None:
    thumbnails = np.zeros((2, 32, 32, 3), np.uint8)
    thumbnails[0], thumbnails[1] = (255, 0, 0), (0, 0, 255)
    one = renderer(plain_world([np.array([[0, 0, 0.9], [0.12, 0, 0.6]])], [0, 0], thumbnails))
    frame = _images(2, 0.5, palette=GREEN)
    one.draw(frame, target)
    rgb = target.read_rgb()
    assert rgb[120, 160].tolist() == [255, 0, 0]
    reds = np.flatnonzero(rgb[120, :, 0] > 200)
    blues = np.flatnonzero(rgb[120, :, 2] > 200)
    assert blues.min() > reds.max()
    for x in range(100, 220):
        colour = rgb[120, x]
        if colour.max() > 200 and colour[1] < 30:
            assert one.pick(frame, x, 120, SIZE) == (0, 0 if colour[0] > 200 else 1)
    corner = np.argwhere(rgb.max(axis=2) > 0).min(axis=0)
    assert not rgb[corner[0], corner[1]].any()


def test_a_marked_image_lies_over_the_others(renderer: Make, target: Target) -> None:
    thumbnails = np.zeros((2, 32, 32, 3), np.uint8)
    thumbnails[0], thumbnails[1] = (255, 0, 0), (0, 0, 255)
    one = renderer(plain_world([np.array([[0, 0, 0.9], [0, 0, 0.6]])], [0, 0], thumbnails))
    frame = replace(_images(2, 0.5, palette=GREEN), highlights=(Highlight(1, (1, 1, 1, 1), 10.0),))
    one.draw(frame, target)
    assert target.read_rgb()[120, 160].tolist() == [0, 0, 255]
    assert one.pick(frame, 160, 120, SIZE) == (0, 1)


def test_worlds_without_thumbnails_keep_dots(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]))
    one.draw(_images(1, 0.5, 0.0), target)
    dots = target.read_rgb()
    one.draw(_images(1, 0.5, 1.0), target)
    assert (target.read_rgb() == dots).all()


def test_images_beyond_the_atlas_stay_dots(renderer: Make, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.draw.sprites.BUDGET", 4 * (ALONG * 32) ** 2)  # one layer: 256 thumbnails
    thumbnails = np.full((300, 32, 32, 3), 255, np.uint8)
    one = renderer(plain_world([_grid(20, 15)], np.zeros(300, int), thumbnails))
    target.resize(960, 720)
    frame = _images(300, 0.11, palette=GREEN)
    one.draw(frame, target)
    rgb = target.read_rgb()
    rank = np.argsort(one._clouds.order)
    for image, place in enumerate(_grid(20, 15)):
        x, y = (int(3 * v) for v in pixel_of(frame, place))
        assert (rgb[y, x, 0] > 128) == (rank[image] < 256)


def test_a_sheet_has_its_tiles_in_rows() -> None:
    thumbnails = np.arange(300)[:, None, None, None].repeat(2, 1).repeat(2, 2).repeat(3, 3)
    page = sheet(thumbnails.astype(np.uint8), np.arange(20))
    assert page.shape == (32, 32, 4)
    assert page[0, ::2, 0].tolist() == list(range(16))
    assert page[2, :8:2, 0].tolist() == [16, 17, 18, 19]
    assert not page[4:, :, :3].any()


def test_classes_colour_the_borders(renderer: Make, target: Target) -> None:
    thumbnails = np.zeros((3, 32, 32, 3), np.uint8)
    places = np.array([[-1.0, 0, 0.6], [0, 0, 0.6], [1.0, 0, 0.6]])
    palette = distinct_colours(3)
    one = renderer(plain_world([places], [0, 1, 2], thumbnails))
    one.draw(_images(3, 0.6, palette=palette), target)
    rgb = target.read_rgb()
    for image, columns in enumerate((slice(0, 120), slice(120, 200), slice(200, 320))):
        part = rgb[:, columns].reshape(-1, 3)
        brightest = part[np.argmax(part.sum(axis=1))] / 255
        assert np.abs(brightest - palette[image, :3]).max() < 0.05


def test_a_marked_image_lies_over_nearer_clouds_too(renderer: Make, target: Target) -> None:
    """Its ring is never hidden, so what the ring frames must not be either."""
    thumbnails = np.zeros((2, 32, 32, 3), np.uint8)
    thumbnails[0], thumbnails[1] = (255, 0, 0), (0, 0, 255)
    one = renderer(
        plain_world([np.array([[9, 9, 9], [0, 0, 0.2]]), np.array([[0, 0, 0.9], [9, 9, 9]])], [0, 0], thumbnails)
    )
    frame = _images(2, 0.5, palette=GREEN)
    far = frame.clouds[0]
    near = replace(far, node=1, layer=1, next_layer=1)
    frame = replace(frame, clouds=(replace(far, count=0), near), highlights=(Highlight(1, (1, 1, 1, 1), 10.0),))
    one.draw(frame, target)
    red, _green, blue = target.read_rgb()[120, 160].tolist()
    assert blue > 200
    assert red < 20
