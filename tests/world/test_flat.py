"""The flat mode: two dimensions face on, panned and zoomed without a turn, and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.geometry.matrices import rotate, to_pixels
from explorer.types import Float64
from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.eye import presence
from explorer.world.state import AppState
from explorer.world.travel import cloud_frame
from explorer.world.update import update
from tests.world.scenes import state


def later(now: AppState, *said: say.Intent, seconds: float = 2.0) -> AppState:
    now = update(now, said, 0.0)
    for _ in range(round(seconds / 0.05)):
        now = update(now, [], 0.05)
    return now


def flat(layers: int = 5) -> AppState:
    return later(update(state(layers), [say.PauseTour(True)], 0.0), say.SetFlat(True), seconds=3.0)


def pixels(now: AppState, count: int = 200) -> Float64:
    """Where the first images of the current cloud are seen, (count, 3)."""
    frame = draw_list(now)
    cloud = next(c for c in frame.clouds if c.node == now.layer)
    rows = np.c_[now.scene.survey.embedding(cloud.next_layer)[:count], np.ones(count)]
    return to_pixels((rows @ cloud.next_placement)[:, :3], frame.view, frame.projection, frame.viewport)


def test_it_shows_the_first_two_columns_of_the_basis_without_perspective() -> None:
    now = flat()
    found, places = pixels(now), now.scene.survey.embedding(0)[:200] @ now.tour.basis[:, :2]
    focal = (found[:, 0] - 640) @ places[:, 0] / (places[:, 0] @ places[:, 0])  # pixels for each unit
    assert np.allclose(found[:, 0] - 640, focal * places[:, 0], atol=1.0)
    assert np.allclose(360 - found[:, 1], focal * places[:, 1], atol=1.0)
    assert np.ptp(found[:, 2]) < 0.01
    assert now.tour.shown == 2


def test_it_is_eased_and_goes_back() -> None:
    now = update(state(), [say.PauseTour(True)], 0.0)
    before, now = now.camera.pose, update(now, [say.SetFlat(True)], 0.0)
    depths, moved = [np.ptp(pixels(now)[:, 2])], []
    for _ in range(60):
        place = pixels(now)[:, :2]
        now = update(now, [], 1 / 30)
        moved.append(np.abs(pixels(now)[:, :2] - place).max())
        depths.append(np.ptp(pixels(now)[:, 2]))
    assert max(moved) < 90.0  # pixels in a frame: nothing jumps
    assert depths[-1] < 0.02 * depths[0]
    now = later(now, say.SetFlat(False))
    assert np.allclose(now.camera.pose.position, before.position)
    assert now.display.flat_amount == 0.0
    assert now.tour.shown == 3


def test_panning_moves_the_picture_with_the_mouse() -> None:
    now = flat()
    moved = update(now, [say.Pan(37.0, -12.0)], 0.0)
    steps = pixels(moved) - pixels(now)
    assert np.allclose(steps[:, :2], (37.0, -12.0), atol=0.3)


def test_zooming_keeps_what_is_under_the_cursor_and_stays_face_on() -> None:
    now = flat()
    image = int(np.argmax(pixels(now)[:, 0]))
    x, y = pixels(now)[image, :2]
    near = later(now, say.Zoom(6.0, x, y))
    assert np.allclose(pixels(near)[image, :2], (x, y), atol=0.5)
    spread = [np.ptp(pixels(one)[:, 0]) for one in (now, near)]
    assert spread[1] == pytest.approx(spread[0] * 1.15**6, rel=0.02)
    assert np.allclose(near.camera.pose.orientation, now.camera.pose.orientation)
    deep = later(near, *[say.Zoom(10.0, x, y)] * 6)
    distance = float((cloud_frame(deep).position - deep.camera.pose.position) @ deep.camera.forward)
    assert 0.005 < distance < 0.1
    assert later(deep, say.Zoom(-10.0, x, y)).camera.pose.position != pytest.approx(deep.camera.pose.position)


def test_framing_resets_and_other_layers_are_seen_face_on_too() -> None:
    now = flat()
    away = update(now, [say.Pan(300.0, 200.0)], 0.0)
    assert np.allclose(later(away, say.FrameNode()).camera.pose.position, now.camera.pose.position)
    there = later(now, say.GoToLayer(2), seconds=4.0)
    frame = cloud_frame(there)
    facing = rotate(there.camera.pose.orientation, np.array([0.0, 0.0, 1.0]))
    assert np.allclose(facing, [np.sin(frame.yaw), 0.0, np.cos(frame.yaw)])


def test_a_dive_stays_face_on() -> None:
    now = later(flat(), say.SetDive(True), say.GoToLayer(1), seconds=4.0)
    found = pixels(now)
    assert np.ptp(found[:, 2]) < 0.01
    assert np.allclose(found[:, :2].mean(axis=0), (640, 360), atol=30)


def test_the_radial_correction_of_the_flat_mode_is_that_of_two_dimensions() -> None:
    now = later(flat(), say.SetSage(True, 0.5))
    plane, solid = now.display.radial, replace(now.display, flat_amount=0.0).radial
    assert plane is not None
    assert solid is not None
    assert plane.gains[0] == pytest.approx(np.sqrt(0.5 * 15 / 2), rel=0.01)  # r' = R sqrt(p/2) r/R near the middle
    assert not np.allclose(plane.gains, solid.gains, atol=0.05)


def opacities(now: AppState) -> Float64:
    """Of every cloud, 0 for those left out."""
    found = np.zeros(len(now.scene.nodes))
    for cloud in draw_list(now).clouds:
        found[cloud.node] = cloud.opacity
    return found


def test_one_plane_is_seen_alone_and_all_of_them_from_afar() -> None:
    now = flat(layers=7)
    assert opacities(now).tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert draw_list(now).lines == ()
    assert [label.node for label in draw_list(now).labels] == [0]
    away = later(now, say.Overview(), seconds=6.0)
    assert opacities(away).min() == 1.0
    assert len(draw_list(away).lines) == 6


def test_no_plane_jumps_into_view_on_the_way_to_another() -> None:
    now = update(flat(layers=7), [say.GoToLayer(3)], 0.0)
    shown = [presence(now)]
    for _ in range(150):
        now = update(now, [], 1 / 30)
        shown.append(presence(now))
    assert np.abs(np.diff(shown, axis=0)).max() < 0.3
    assert shown[-1].tolist() == [0, 0, 0, 1, 0, 0, 0]
