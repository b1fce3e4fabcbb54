"""The level of detail from the first point to the last: everything grows evenly, and no step of it is seen."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from explorer.draw.prefix import UNLIMITED, prefix
from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from tests.draw.scenes import cloud, draw_list, placement, plain_world, random_basis


def test_it_grows_evenly_and_nothing_is_shrunk_at_the_end() -> None:
    steps = np.array([prefix(wanted, 10_000) for wanted in range(1, 10_000)])  # (n, 2)
    assert (np.diff(steps, axis=0) >= 0.0).all()
    assert np.diff(steps, axis=0).max() <= 3.0
    assert (steps[:, 0] >= np.arange(1, 10_000)).all()
    assert (steps[:, 0] <= 1.1 * np.arange(1, 10_000) + 1).all()
    assert (steps[:8500, 0] == np.arange(1, 8501)).all()
    assert 0.85 * steps[-1, 1] > 9_998  # the shaders shrink what comes after 0.85 of the end
    assert prefix(10_000, 10_000) == prefix(1e9, 10_000) == (10_000, UNLIMITED)


def test_the_last_points_come_as_gently_as_those_before(renderer: Callable[..., Renderer], target: Target) -> None:
    points = np.random.default_rng(0).normal(size=(3000, 15)) * 0.4
    one, place = renderer(plain_world([points], np.arange(3000) % 5)), placement(random_basis(1))
    pictures = []
    for count in (*range(2400, 3000, 50), 2999, 3000):
        one.draw(draw_list(cloud(count, place=place), size=0.05), target)
        pictures.append(target.read_rgb().astype(int))
    changes = [np.abs(b - a).sum() for a, b in pairwise(pictures)]
    assert min(changes[:8]) > 10_000
    assert changes[-1] < 0.1 * min(changes[:8])  # one more point; all of them are there
    assert max(changes) < 3.0 * np.median(changes)
