"""Another colouring paints the same points anew, and costs four bytes for each image once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.world.draw_list import Highlight
from tests.draw.scenes import SIZE, cloud, distinct_colours, draw_list, pixel_of, plain_world
from tests.draw.test_uploads import VIEW_BYTES

Make = Callable[..., Renderer]
PLACES = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
LABELS, PREDICTIONS = [0, 1, 2], [2, -1, 0]


def colours_at(target: Target, frame: object) -> list[int]:
    """Which row of the palette each of the three points has."""
    picture, palette = target.read_rgb() / 255, distinct_colours(3)[:, :3]
    found = []
    for place in PLACES:
        x, y = pixel_of(frame, place)
        found.append(int(np.argmin(np.abs(palette - picture[round(y), round(x)]).sum(axis=1))))
    return found


def test_the_points_take_the_colours_of_the_property(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([PLACES], LABELS, predictions=PREDICTIONS))
    by_class = draw_list(cloud(3), palette=distinct_colours(3), size=0.4)
    by_prediction = replace(by_class, colouring="prediction")
    for frame, rows in ((by_class, [0, 1, 2]), (by_prediction, [2, 3, 0]), (by_class, [0, 1, 2])):
        one.draw(frame, target)
        assert colours_at(target, frame) == rows


def test_only_a_change_is_uploaded(renderer: Make, target: Target) -> None:
    count = 5000
    points, labels = np.random.default_rng(0).normal(size=(count, 15)), np.zeros(count, int)
    one = renderer(plain_world([points], labels, predictions=labels + 1))
    frame = draw_list(cloud(count), palette=distinct_colours(3))
    sent = []
    for key in ("class", "class", "prediction", "prediction", "class"):
        one.draw(replace(frame, colouring=key), target)
        sent.append(one.uploaded_bytes)
    assert sent[1:] == [VIEW_BYTES, VIEW_BYTES + 4 * count, VIEW_BYTES, VIEW_BYTES + 4 * count]


def test_what_is_hidden_is_neither_picked_nor_ringed(renderer: Make, target: Target) -> None:
    one = renderer(plain_world([PLACES], LABELS, predictions=PREDICTIONS))
    palette = distinct_colours(3)
    palette[2, 3] = 0.0  # class 2 is image 2; prediction 2 is image 0
    frame = draw_list(cloud(3), palette=palette, size=0.4)
    for key, hidden, seen in (("class", 2, 0), ("prediction", 0, 2)):
        shown = replace(frame, colouring=key, highlights=(Highlight(hidden, (1, 1, 1, 1), 60.0),))
        one.draw(shown, target)
        x, y = pixel_of(shown, PLACES[hidden])
        assert not target.read_rgb()[round(y) - 30 : round(y) + 30, round(x) - 30 : round(x) + 30].any()
        assert one.pick(shown, x, y, SIZE) is None
        assert one.pick(shown, *pixel_of(shown, PLACES[seen]), SIZE) == (0, seen)
