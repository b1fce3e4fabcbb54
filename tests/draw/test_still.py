"""A scene that stands still is drawn once; what is laid over it stays alive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.types import Float64
from explorer.world.draw_list import DrawList, Highlight, Line
from tests.draw.scenes import cloud, distinct_colours, draw_list, placement, plain_world, with_size

Make = Callable[..., Renderer]
RING = (Highlight(3, (1, 1, 1, 1), 40.0),)


def scatter() -> Float64:
    return np.random.default_rng(0).normal(size=(500, 15)) * 0.4


def still(**changes: object) -> DrawList:
    frame = draw_list(cloud(500), palette=distinct_colours(3), size=0.08)
    return replace(frame, still=True, **changes)  # type: ignore[arg-type]


def test_the_kept_picture_is_the_drawn_one_under_living_rings(renderer: Make, target: Target) -> None:
    one, other = (renderer(plain_world([scatter()], np.arange(500) % 3)) for _ in range(2))
    one.draw(still(), target)
    assert not one.reused
    one.draw(still(highlights=RING), target)
    assert one.reused
    kept = target.read_rgb()
    assert one.points_drawn == 500
    other.draw(replace(still(highlights=RING), still=False), target)
    assert not other.reused
    assert (target.read_rgb() == kept).all()


@pytest.mark.parametrize(
    "change",
    [
        {"palette": distinct_colours(4)},
        {"point_size": 0.1},
        {"clouds": (cloud(400),)},
        {"clouds": (cloud(500, place=placement(position=(0.1, 0, 0))),)},
        {"fog": (1.0, 9.0)},
        {"lines": (Line(np.zeros(3), np.ones(3), (1, 1, 1, 1), 3.0),)},
        {"colouring": "prediction"},
        {"emphasis": 0.5},
        {"still": False},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_draws_anew(renderer: Make, target: Target, change: dict[str, object]) -> None:
    one = renderer(plain_world([scatter()], np.arange(500) % 3, predictions=np.arange(500) % 2))
    one.draw(still(), target)
    one.draw(replace(still(), **change), target)  # type: ignore[arg-type]
    assert not one.reused


def test_another_size_draws_anew(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([scatter()], np.arange(500) % 3))
    one.draw(still(), target)
    target.resize(200, 100)
    one.draw(with_size(still(), 200, 100), target)
    assert not one.reused
    one.draw(with_size(still(), 200, 100), target)
    assert one.reused
    assert target.read_rgb().any()
