"""The draw list: what is drawn, where, and that it does not grow with the points."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.geometry.camera import look
from explorer.geometry.matrices import to_pixels
from explorer.types import Pose
from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.layout import CLOUD_RADIUS, overview_pose
from explorer.world.lens import transform
from explorer.world.update import update
from tests.world.scenes import branched, chain, state


def test_the_current_cloud_is_in_the_middle_and_drawn_last() -> None:
    scene = draw_list(state())
    assert scene.clouds[-1].node == 0
    middle = to_pixels(scene.clouds[-1].placement[15:, :3], scene.view, scene.projection, scene.viewport)
    assert middle[0, :2] == pytest.approx([640, 360])


def test_a_placement_is_the_lens_then_the_tour_then_the_node() -> None:
    now = state()
    cloud = draw_list(now).clouds[-1]
    scale = transform(now, 0)[0, 0]
    basis = cloud.placement[:15, :3]
    assert np.allclose(basis.T @ basis, np.eye(3) * scale**2)
    assert np.array_equal(cloud.placement[:, 3], [0] * 15 + [1])


def test_a_morph_names_both_layers_and_their_scales() -> None:
    now = update(state(), [say.SetDive(True), say.GoToLayer(2, 1.0)], 0.0)
    now = update(now, [], 0.5)
    cloud = next(c for c in draw_list(now).clouds if c.node == 2)
    assert (cloud.layer, cloud.next_layer) == (0, 2)
    assert cloud.morph == pytest.approx(0.5)
    sizes = [np.linalg.norm(p[:15, 0]) for p in (cloud.placement, cloud.next_placement)]
    assert sizes[0] / sizes[1] == pytest.approx(transform(now, 0)[0, 0] / transform(now, 2)[0, 0])
    assert np.array_equal(cloud.placement[15], cloud.next_placement[15])


def test_in_a_dive_only_the_current_cloud_is_left() -> None:
    now = update(state(), [say.SetDive(True)], 0.0)
    for _ in range(10):
        now = update(now, [], 0.1)
    scene = draw_list(now)
    assert [cloud.node for cloud in scene.clouds] == [0]
    assert scene.lines == ()
    assert [label.node for label in scene.labels] == [0]


def test_clouds_behind_the_camera_are_left_out() -> None:
    now = state(layers=12)
    away = replace(now, camera=look(now.camera, np.pi, 0.0))
    opposite = 4  # on the far side of the spiral
    assert opposite in [cloud.node for cloud in draw_list(now).clouds]
    assert opposite not in [cloud.node for cloud in draw_list(away).clouds]


def test_hidden_classes_are_transparent_in_the_palette() -> None:
    palette = draw_list(update(state(), [say.ToggleClass(1)], 0.0)).palette
    assert palette[:, 3].tolist() == [1, 0, 1, 1]


def test_highlights_do_not_mark_one_image_twice() -> None:
    now = update(state(), [say.Hover(7, 0), say.Pin(7)], 0.0)
    assert [mark.image for mark in draw_list(now).highlights] == [7]
    now = update(now, [say.Hover(8, 0)], 0.0)
    assert [mark.image for mark in draw_list(now).highlights] == [8, 7]


def test_branches_lie_side_by_side_and_meet_again() -> None:
    scene = branched([(), (0,), (1,), (1,), (1,), (2, 3, 4)])
    places = np.stack([node.position for node in scene.nodes])
    distances = np.linalg.norm(places[:, None] - places[None], axis=2) + 99 * np.eye(len(places))
    assert distances.min() > 1.9 * CLOUD_RADIUS
    assert len(draw_list(replace(state(), scene=scene)).lines) == 7
    assert np.allclose(places[2:5].mean(axis=0), places[3])
    steps = np.linalg.norm(np.diff(places[[0, 1, 3, 5]], axis=0), axis=1)
    assert np.allclose(steps, steps[0])


@pytest.mark.parametrize("layers", [1, 2, 23])
def test_the_overview_shows_every_node(layers: int) -> None:
    scene, now = chain(layers), state(layers)
    now = replace(now, camera=replace(now.camera, pose=overview_pose(scene, now.viewport)))
    lists = draw_list(now)
    pixels = to_pixels(np.stack([node.position for node in scene.nodes]), lists.view, lists.projection, now.viewport)
    assert (pixels[:, 2] > 1).all()
    assert pixels[:, 0].min() > 20
    assert pixels[:, 0].max() < 1260
    assert (np.abs(pixels[:, 1] - 360) < 330).all()


def test_shapes_read_as_people_write_them() -> None:
    assert chain().nodes[1].subtitle == "Conv2d  8 × 4 × 4"


def test_zooming_in_takes_points_apart() -> None:
    """Points grow on the screen as they come nearer, but less than the space between them."""
    now = state()
    near = replace(
        now, camera=replace(now.camera, pose=Pose(now.camera.pose.position / 4, now.camera.pose.orientation))
    )
    shrunk = draw_list(near).point_size / draw_list(now).point_size
    assert 1 / 4 < shrunk < 0.6


def test_between_two_layers_the_name_says_so() -> None:
    now = state()
    for intent in (say.ScrubDepth(2.4), say.Notify("")):
        now = update(now, [intent], 2.0)
    label = next(x for x in draw_list(now).labels if x.current)
    assert (label.title, label.subtitle) == ("layer2 → layer3", "40% of the way")
    now = update(update(now, [say.ScrubDepth(3.0)], 2.0), [], 2.0)
    assert next(x for x in draw_list(now).labels if x.current).title == "layer3"
