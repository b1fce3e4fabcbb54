"""Activation maps: the colours of known values, and the inspector that shows them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from explorer.hud import colormap
from explorer.hud.atlas import make_atlas
from explorer.store.read import World
from explorer.store.stack import ActivationMaps
from explorer.world import intents as say
from tests.hud.driver import Driver


def maps(values: list[list[list[float]]]) -> ActivationMaps:
    array = np.array(values, np.float32)
    return ActivationMaps(array, float(np.mean(array == 0)), array.shape)


def test_zero_is_black_and_lightness_rises() -> None:
    plain, signed = colormap.table(False), colormap.table(True)
    assert plain[0].tolist() == [0, 0, 0]
    assert signed[colormap.STEPS].tolist() == [0, 0, 0]
    weights = np.array([0.2126, 0.7152, 0.0722])
    luminance = (plain / 255.0) ** 2.2 @ weights
    assert (np.diff(luminance) >= -1e-4).all()
    assert luminance[-1] > 0.6
    below, above = signed[colormap.STEPS :: -1], signed[colormap.STEPS :]
    for side in (below, above):
        assert (np.diff((side / 255.0) ** 2.2 @ weights) >= -1e-4).all()
    assert below[120, 2] > below[120, 0]  # blue below zero
    assert above[120, 0] > above[120, 2]  # orange above it


def test_known_values_have_exact_colours() -> None:
    table = colormap.table(False)
    atlas = make_atlas(maps([[[0.0, 1.0], [2.0, 4.0]]]))
    assert not atlas.signed
    expected = [[table[0], table[64]], [table[128], table[255]]]
    assert atlas.tiles[0].tolist() == np.array(expected).tolist()


def test_signed_values_use_both_sides() -> None:
    atlas = make_atlas(maps([[[-2.0, 0.0, 1.0]]]))
    table = colormap.table(True)
    assert atlas.signed
    assert atlas.tiles[0, 0].tolist() == [table[0].tolist(), [0, 0, 0], table[383].tolist()]


def test_each_channel_may_have_its_own_scale() -> None:
    values = maps([[[0.0, 1.0]], [[0.0, 10.0]]])
    shared, own = make_atlas(values), make_atlas(values, per_channel=True)
    brightest = colormap.table(False)[-1].tolist()
    assert shared.tiles[0, 0, 1].tolist() != brightest
    assert own.tiles[0, 0, 1].tolist() == own.tiles[1, 0, 1].tolist() == brightest


def test_a_dead_layer_and_broken_values_are_black() -> None:
    assert not make_atlas(maps([[[0.0, 0.0]]])).tiles.any()
    assert not make_atlas(maps([[[np.nan, np.inf]]])).tiles.any()


def test_a_sheet_repeats_pixels_and_ends_black() -> None:
    atlas = make_atlas(maps([[[1.0, 0.0]], [[0.0, 1.0]], [[1.0, 1.0]]]))
    sheet = atlas.sheet(0, 4, 2, 3)
    assert sheet.shape == (6, 12, 3)
    bright = colormap.table(False)[-1]
    assert (sheet[:3, :3] == bright).all()
    assert not sheet[:3, 3:9].any()
    assert not sheet[3:, 6:].any()


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_screen_shows_the_values(drive: Callable[..., Driver], world: World, ratio: float) -> None:
    hud = drive(world, (round(1280 * ratio), round(720 * ratio)), ratio)
    hud.settle(*(say.SetPanel(x, False) for x in ("tour", "display", "selection")))  # room for the maps
    hud.settle(say.Pin(3), say.GoToLayer(2), frames=90)
    picture = hud.picture()
    stored = world.maps(2, 3)
    assert stored is not None
    atlas = make_atlas(stored)
    for channel in (0, 3):
        left, top, right, bottom = (round(edge) for edge in hud.hud.ui.find(f"channel {channel}"))
        magnify = (right - left) // 8
        assert (right - left, bottom - top) == (8 * magnify, 8 * magnify)
        drawn = picture[top:bottom, left:right]
        assert drawn.tolist() == atlas.sheet(channel, 1, 1, magnify).tolist()


def test_maps_are_uploaded_once_for_a_layer_and_an_image(hud: Driver) -> None:
    hud.settle(say.Pin(3), say.GoToLayer(2), frames=90)
    textures = hud.hud._textures
    before = textures.uploads
    hud.settle()
    assert textures.uploads == before
    hud.settle(say.Pin(4))
    assert textures.uploads == before + 2  # the picture and one sheet


def test_sweeping_over_points_decodes_no_maps(hud: Driver) -> None:
    hud.settle(say.GoToLayer(2), frames=90)
    for image in range(20):
        hud.frame([say.Hover(image, 2)])
    assert hud.hud._memory.inspector.maps.key is None
    hud.settle(say.Hover(7, 2), frames=10)
    assert hud.hud._memory.inspector.maps.shows(2, 7)


def test_the_pinned_image_comes_before_the_hovered_one(hud: Driver) -> None:
    hud.settle(say.Pin(3), say.Hover(9, 0), frames=10)
    assert hud.hud._memory.inspector.image == 3
    assert hud.click("Unpin") == [say.Pin(None)]
    hud.settle(frames=10)
    assert hud.hud._memory.inspector.image == 9
    hud.settle(say.Hover(None), frames=2)
    assert "inspector/Nothing inspected" in hud.hud.ui.rects


def test_a_vector_is_shown_as_bars(hud: Driver) -> None:
    hud.settle(say.Pin(3), say.GoToLayer(8), frames=90)
    assert "inspector/Scale" in hud.hud.ui.rects
    assert not any("channel" in name for name in hud.hud.ui.rects)


def test_a_world_without_maps_or_pictures_says_so(drive: Callable[..., Driver], thousand: World) -> None:
    hud = drive(thousand)
    hud.settle(say.Pin(3))
    assert "inspector/No activation maps are stored for this layer." in hud.hud.ui.rects


def test_a_tile_is_enlarged_under_the_mouse(hud: Driver) -> None:
    hud.settle(say.Pin(3), say.GoToLayer(2), frames=90)
    hud.move(*hud.place("channel 1"))
    hud.settle(frames=20)
    assert "inspector/Channel 1" in hud.hud.ui.rects
