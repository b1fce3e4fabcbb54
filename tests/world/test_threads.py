"""Threads pass through the image's place in every cloud, for the images that were asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.geometry.sage import Radial
from explorer.types import Float64
from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.selection import changed
from explorer.world.state import AppState
from explorer.world.strands import MOST, UNASKED, moved_against_neighbours, strands
from explorer.world.threads import Threads
from explorer.world.update import update
from tests.world.scenes import branched, state


def settled(now: AppState, *said: say.Intent, seconds: float = 3.0) -> AppState:
    """The state a while later, the tour standing still."""
    now = update(now, [say.PauseTour(True), *said], 0.0)
    for _ in range(round(seconds / 0.1)):
        now = update(now, [], 0.1)
    return now


def shown(now: AppState) -> Threads:
    threads = draw_list(now).threads
    assert threads is not None
    return threads


def selecting(now: AppState, images: list[int]) -> AppState:
    mask = np.zeros(now.scene.images, np.uint8)
    mask[images] = 1
    return replace(now, selection=changed(now.selection, mask))


def test_a_thread_passes_through_the_images_place_in_every_cloud() -> None:
    now = settled(selecting(state(images=300), [5, 70, 200]), say.SetThreads(True))
    threads, clouds = shown(now), {cloud.node: cloud for cloud in draw_list(now).clouds}
    strand = now.display.strands
    assert strand is not None
    assert sorted(strand.images) == [5, 70, 200]
    for node, cloud in clouds.items():
        rows = np.c_[now.scene.survey.embedding(node)[strand.images], np.ones(3)]
        expected = (rows @ cloud.placement)[:, :3] - cloud.placement[15, :3]
        assert np.allclose(threads.places[node], expected, atol=1e-5)
    assert len(clouds) > 1


def test_in_a_morph_a_thread_goes_where_its_point_goes() -> None:
    now = settled(selecting(state(images=300), [5, 70]), say.SetThreads(True))
    now = update(now, [say.SetDive(True), say.GoToLayer(1, 1.0)], 0.0)
    now = update(now, [], 0.2)
    cloud = next(cloud for cloud in draw_list(now).clouds if cloud.node == 1)
    strand, places = now.display.strands, shown(now).places[1]
    assert strand is not None
    rows = [np.c_[now.scene.survey.embedding(k)[strand.images], np.ones(2)] for k in (0, 1)]
    ends = (rows[0] @ cloud.placement, rows[1] @ cloud.next_placement)
    mixed = (1.0 - cloud.morph) * ends[0] + cloud.morph * ends[1]
    assert 0.0 < cloud.morph < 1.0
    assert np.allclose(places, mixed[:, :3] - cloud.placement[15, :3], atol=1e-5)


def test_the_radial_correction_moves_threads_with_the_points() -> None:
    now = settled(selecting(state(images=300), [5, 70, 200]), say.SetThreads(True))
    plain = np.asarray(shown(now).places, np.float64)
    now = settled(now, say.SetSage(True, 0.6))
    correction = now.display.radial
    assert isinstance(correction, Radial)
    assert np.allclose(shown(now).places, correction.apply(plain), atol=1e-5)
    assert not np.allclose(shown(now).places, plain, atol=1e-2)


def test_threads_grow_and_shrink_and_are_gone() -> None:
    now = settled(selecting(state(images=300), [1, 2]))
    assert draw_list(now).threads is None
    reveals = []
    now = update(now, [say.SetThreads(True)], 0.0)
    for _ in range(20):
        now = update(now, [], 0.1)
        reveals.append(shown(now).reveal)
    assert np.diff(reveals).min() > -1e-9
    assert reveals[0] < 0.2
    assert reveals[-1] >= len(now.scene.nodes)
    now = settled(now, say.SetThreads(False))
    assert draw_list(now).threads is None
    assert now.display.strands is None


def test_another_selection_draws_back_before_it_grows_anew() -> None:
    now = settled(selecting(state(images=300), [1, 2]), say.SetThreads(True))
    now = selecting(now, [7, 8, 9])
    amounts = []
    for _ in range(30):
        now = update(now, [], 0.1)
        strand = now.display.strands
        assert strand is not None
        amounts.append(now.display.threads_amount if set(strand.images) == {1, 2} else -now.display.threads_amount)
    old = [amount for amount in amounts if amount > 0.0]
    assert old == sorted(old, reverse=True)
    assert old[-1] < 0.3
    assert amounts[-1] == -1.0


def test_a_large_selection_is_sampled_fairly_and_always_alike() -> None:
    scene = state(images=9000).scene
    everything = changed(state(images=9000).selection, np.ones(9000, np.uint8))
    first, again = strands(scene, everything), strands(scene, everything)
    assert len(first.images) == len(set(first.images)) == MOST
    assert np.array_equal(first.images, again.images)
    assert first.of == 9000
    assert np.allclose(np.histogram(first.images, 3, (0, 9000))[0] / MOST, 1 / 3, atol=0.05)
    prefix = first.images[: MOST // 4]
    assert np.allclose(np.histogram(prefix, 3, (0, 9000))[0] / len(prefix), 1 / 3, atol=0.08)


def test_with_nothing_selected_some_of_all_are_followed_and_it_is_said() -> None:
    now = update(state(), [say.SetThreads(True)], 0.0)
    assert str(UNASKED) in now.notice
    strand = update(now, [], 0.1).display.strands
    assert strand is not None
    assert len(strand.images) == UNASKED


def test_along_branches_there_is_a_way_for_each_edge() -> None:
    scene = branched([(), (0,), (1,), (1,), (2, 3)], 300)
    now = settled(replace(selecting(state(images=300), [3]), scene=scene), say.SetThreads(True))
    ways = shown(now).ways
    assert [(way.start, way.end) for way in ways] == [(0, 1), (1, 2), (1, 3), (2, 4), (3, 4)]
    assert ways[1].depths == ways[2].depths == (1.0, 2.0)
    for one in ways:  # bundles leave a cloud in the direction in which the others came
        for other in ways:
            if one.end == other.start:
                into, out = one.tangents[1], other.tangents[0]
                assert into @ out == pytest.approx(np.linalg.norm(into) * np.linalg.norm(out))


def _oracle(before: Float64, after: Float64, others: Float64, others_after: Float64, k: int) -> list[float]:
    moved = []
    for x, y in zip(before, after, strict=True):
        nearest = sorted(range(len(others)), key=lambda r: float(((others[r] - x) ** 2).sum()))[:k]
        flow = np.mean([others_after[r] - others[r] for r in nearest], axis=0)
        moved.append(float(np.linalg.norm(y - x - flow)))
    return moved


def test_movement_is_measured_against_the_nearest_neighbours() -> None:
    rng = np.random.default_rng(0)
    points = [rng.normal(size=(n, 15)).astype(np.float32) for n in (40, 40, 90, 90)]
    found = moved_against_neighbours(*points, neighbours=7)
    assert np.allclose(found, _oracle(*points, 7), atol=1e-4)


def test_what_moves_with_its_neighbours_does_not_move() -> None:
    rng = np.random.default_rng(1)
    points, others = (rng.normal(size=(n, 15)).astype(np.float32) for n in (50, 200))
    shift = np.ones(15, np.float32)
    after = points + shift
    after[3] += 2.0 * shift  # but this one goes its own way
    moved = moved_against_neighbours(points, after, others, others + shift)
    assert moved[3] == pytest.approx(2.0 * np.sqrt(15.0), rel=1e-3)
    assert np.delete(moved, 3).max() < 1e-4


def test_threads_coloured_by_movement_differ_from_layer_to_layer() -> None:
    now = settled(selecting(state(images=300), [5, 70, 200]), say.SetThreads(True))
    assert shown(now).colours.shape == (1, 3, 4)
    palette = draw_list(now).palette
    categories = now.scene.survey.categories("class")
    strand = now.display.strands
    assert strand is not None
    assert np.allclose(shown(now).colours[0] / 255, palette[categories[strand.images]], atol=1 / 255)
    now = settled(now, say.ColourThreads(True))
    colours = shown(now).colours
    assert colours.shape == (5, 3, 4)
    strand = now.display.strands
    assert strand is not None
    assert len(strand.movement) == 4
    calm = replace(strand, movement=(np.zeros(3, np.float32), *strand.movement[1:]))
    colours = shown(replace(now, display=replace(now.display, strands=calm))).colours
    assert colours[1].sum() < colours[3].sum()  # the ramp rises with the movement
