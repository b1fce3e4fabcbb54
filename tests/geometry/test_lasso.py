"""The lasso catches exactly what the crossing rule says, for every kind of outline."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.geometry.lasso import Polygon, box
from explorer.types import Float64


def oracle(corners: Float64, x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.bool_]:
    """The crossing rule, every edge against every point, in double precision."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    inside = np.zeros(len(x), bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        passes = (ay <= y) != (by <= y)
        rise = by - ay if by != ay else 1.0
        inside ^= passes & (x < ax + (y - ay) * (bx - ax) / rise)
    return inside


def scattered(rng: np.random.Generator, corners: Float64, count: int = 4000) -> tuple[NDArray[Any], NDArray[Any]]:
    """Points in and around a polygon, many of them on its outline, in single precision as the picture has them."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    spread = np.maximum(high - low, 1e-3)
    points = low - 0.2 * spread + rng.random((count, 2)) * 1.4 * spread
    along = rng.random((count, 1))
    start = rng.integers(0, len(corners), count)
    edge = corners[start] * (1 - along) + np.roll(corners, -1, axis=0)[start] * along
    edge += rng.normal(size=edge.shape) * spread * 1e-4
    points = np.vstack([points, edge, corners]).astype(np.float32)
    return points[:, 0], points[:, 1]


def drawn_by_hand(rng: np.random.Generator, corners: int) -> Float64:
    """A wobbly closed stroke of the size of a picture."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = 120 + 30 * np.sin(3 * angle + rng.random()) + 10 * rng.normal(size=corners)
    return np.stack([640 + radius * np.cos(angle), 360 + radius * np.sin(angle)], axis=1)


@pytest.mark.parametrize("seed", range(8))
def test_strokes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = drawn_by_hand(rng, int(rng.integers(3, 800)))
    x, y = scattered(rng, corners)
    np.testing.assert_array_equal(Polygon(corners).contains(x, y), oracle(corners, x, y))


@pytest.mark.parametrize("seed", range(40))
def test_stars_that_cross_themselves(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.random((int(rng.integers(3, 30)), 2)) * (500, 300)
    x, y = scattered(rng, corners)
    np.testing.assert_array_equal(Polygon(corners).contains(x, y), oracle(corners, x, y))


@pytest.mark.parametrize("seed", range(20))
def test_corners_and_points_on_a_raster(seed: int) -> None:
    """Points on corners, on edges, edges that lie on edges, zero-length ones: decided as the oracle decides."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 8, (12, 2)) * 64.0
    x, y = (rng.integers(-1, 18, (2, 3000)) * 32).astype(np.float32)
    np.testing.assert_array_equal(Polygon(corners).contains(x, y), oracle(corners, x, y))


@pytest.mark.parametrize("height", [1e-2, 1e-9, 1e-300])
def test_slivers(height: float) -> None:
    rng = np.random.default_rng(3)
    corners = np.array([(0.0, 0.0), (300.0, height), (600.0, 0.0), (300.0, height / 2)])
    x = (rng.random(2000) * 700).astype(np.float32)
    y = (rng.random(2000) * 1.2 * height).astype(np.float64)
    np.testing.assert_array_equal(Polygon(corners).contains(x, y), oracle(corners, x, y))


def test_a_box_is_what_lies_between_its_corners() -> None:
    rng = np.random.default_rng(1)
    x, y = (rng.random((2, 5000)) * 400).astype(np.float32)
    for corners in (box(50, 60, 300, 200), box(300, 200, 50, 60), box(50, 200, 300, 60)):
        inside = (x > 50) & (x < 300) & (y > 60) & (y < 200)
        np.testing.assert_array_equal(Polygon(corners).contains(x, y), inside)


def test_turning_the_polygon_round_or_starting_elsewhere_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    corners = drawn_by_hand(rng, 90)
    points = np.random.default_rng(4).uniform((450, 200), (830, 520), (4000, 2)).astype(np.float32)
    found = Polygon(corners).contains(*points.T)
    assert 0 < found.sum() < len(found)
    np.testing.assert_array_equal(Polygon(corners[::-1]).contains(*points.T), found)
    np.testing.assert_array_equal(Polygon(np.roll(corners, 17, axis=0)).contains(*points.T), found)


@pytest.mark.parametrize(
    "corners",
    [np.zeros((1, 2)), np.array([(0.0, 0.0), (9.0, 9.0)]), np.array([(5.0, 5.0)] * 4), box(0.0, 3.0, 8.0, 3.0)],
)
def test_what_has_no_inside_catches_nothing(corners: Float64) -> None:
    polygon = Polygon(corners)
    assert polygon.empty
    assert not polygon.contains(np.arange(9, dtype=np.float32), np.arange(9, dtype=np.float32)).any()


def test_places_that_are_no_numbers_are_outside() -> None:
    """A point behind the camera, or in its plane, has no place in the picture."""
    nowhere = np.array([np.nan, np.inf, -np.inf, 5.0], np.float32)
    assert Polygon(box(0, 0, 10, 10)).contains(nowhere, np.full(4, 5.0, np.float32)).tolist() == [0, 0, 0, 1]


def test_few_points_are_tested_against_edges() -> None:
    """The grid decides nearly all of them: what makes millions possible."""
    corners = drawn_by_hand(np.random.default_rng(0), 400)
    assert np.mean(Polygon(corners)._kinds == 2) < 0.05
