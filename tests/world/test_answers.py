"""Answers about a world, against what brute force finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.errors import WorldError
from explorer.geometry.neighbourhood import NEAR
from explorer.store.channels import channel_means
from explorer.store.read import World, open_world
from explorer.store.write import LayerArrays, WorldArrays, write_world
from explorer.world import questions as ask
from explorer.world.answers import measured
from explorer.world.ramps import STEPS
from tests.world.asking import IMAGES, found_out, maps, nearest_of, share_of, write


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return write(tmp_path_factory.mktemp("world") / "a.world")


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_channel_means_are_those_of_the_stored_maps(world: World, layer: int) -> None:
    means = channel_means(world, layer, slice(1, 3))
    stored = maps()[layer]
    exact = stored.mean(axis=(2, 3))[:, 1:3]
    assert np.abs(means - exact).max() < (1e-6 if layer == 2 else np.abs(stored).max() / 127)
    found = found_out(world, ask.ChannelMean(layer, 2, ask.ChannelMeans(layer, 1, 3)))
    assert isinstance(found, ask.Values)
    assert np.array_equal(found.values, means[:, 1])


def test_no_maps_is_said_in_one_line(tmp_path: Path) -> None:
    bare = open_world(write_world(tmp_path / "a.world", WorldArrays("t", [LayerArrays("input", np.eye(15))])))
    with pytest.raises(WorldError, match="no activation maps of input"):
        channel_means(bare, 0, slice(0, 1))


def test_movement_is_measured_in_radii_of_aligned_clouds(world: World) -> None:
    layers = world.manifest.layers
    found = found_out(world, ask.Moved(2))
    assert isinstance(found, ask.Values)
    places = [np.asarray(world.embedding(i), float) / layers[i].radius for i in (1, 2)]
    assert np.allclose(found.values, np.linalg.norm(places[1] - places[0], axis=1), atol=1e-6)
    first = found_out(world, ask.Moved(0))
    assert isinstance(first, ask.Values)
    assert first.known == 0


def test_a_cloud_twice_as_large_has_not_moved(tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(40, 15))
    layers = [LayerArrays("input", points), LayerArrays("next", 2 * points, inputs=(0,))]
    grown = open_world(write_world(tmp_path / "a.world", WorldArrays("t", layers)))
    found = found_out(grown, ask.Moved(1))
    assert isinstance(found, ask.Values)
    assert np.abs(found.values).max() < 1e-5


def test_trust_is_the_share_of_neighbours_that_brute_force_finds_again(world: World) -> None:
    true, embedding = np.asarray(world.neighbours(1)), np.asarray(world.embedding(1), float)
    nearest = ask.Nearest(1, 1000)
    kept = found_out(world, ask.Kept(nearest))
    assert isinstance(kept, ask.Values)
    assert np.allclose(kept.values, share_of(nearest_of(embedding), true))
    assert kept.mean == pytest.approx(kept.values.mean())
    basis = np.linalg.qr(np.random.default_rng(5).normal(size=(15, 3)))[0]
    seen = ((1, np.ascontiguousarray(basis).tobytes()),)
    places = embedding @ basis
    for what, wanted in ((ask.ACTIVATIONS, true), (ask.EMBEDDING, nearest_of(embedding))):
        found = found_out(world, ask.KeptOnScreen(nearest, what, seen))
        assert isinstance(found, ask.Values)
        assert np.allclose(found.values, share_of(nearest_of(places), wanted))


def test_a_picture_of_the_true_axes_keeps_everything(world: World) -> None:
    """The stored neighbours are those of two axes: shown, they can all be trusted; hidden, none more than by chance."""
    nearest = ask.Nearest(0, 1000)
    shares = []
    for axes in ([0, 1], [7, 8]):
        basis = np.zeros((15, 3))
        basis[axes, [0, 1]] = 1.0
        found = found_out(world, ask.KeptOnScreen(nearest, ask.ACTIVATIONS, ((0, basis.tobytes()),)))
        assert isinstance(found, ask.Values)
        shares.append(found.mean)
    assert shares[0] > 0.99
    assert shares[1] == pytest.approx(NEAR / (IMAGES - 1), abs=0.05)


def test_a_sample_is_compared_with_all_and_says_what_it_does_not_know(world: World) -> None:
    nearest = ask.Nearest(1, 20)
    few, all_of_them = found_out(world, ask.Kept(nearest)), found_out(world, ask.Kept(ask.Nearest(1, 1000)))
    assert isinstance(few, ask.Values)
    assert isinstance(all_of_them, ask.Values)
    known = np.isfinite(few.values)
    assert few.known == known.sum() == sum(few.counts) == 20
    assert np.array_equal(few.values[known], all_of_them.values[known])
    assert (few.rows[~known] == -1).all()


def test_numbers_lie_on_a_ramp_that_outliers_do_not_set() -> None:
    values = np.append(np.linspace(0.0, 1.0, 999), 1e6).astype(np.float32)
    found = measured(values)
    assert found.limits[0] == 0.0
    assert 0.9 < found.limits[1] < 1.1
    assert found.rows[-1] == STEPS - 1
    assert sum(found.counts) == 1000
    signed = measured(np.linspace(-2.0, 2.0, 1000).astype(np.float32))
    assert signed.limits[0] == pytest.approx(-2.0, abs=0.05)
    rare = measured(np.append(np.zeros(999), 5.0).astype(np.float32))
    assert rare.limits == (0.0, 5.0)
    nothing = measured(np.full(3, np.nan, np.float32))
    assert nothing.known == 0
    assert np.isnan(nothing.mean)
