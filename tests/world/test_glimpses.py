"""Saved views at a glance: in whatever space they were saved, made once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.world import intents as say
from explorer.world.glimpses import glimpse, key
from explorer.world.lens import transform
from explorer.world.looks import SPACES
from explorer.world.state import AppState
from explorer.world.update import update
from tests.world.scenes import state
from tests.world.test_update import run


def saved_in(space: str) -> AppState:
    """A view saved in a space, seen face on, and then back in the raw space."""
    there = run(state(images=600), 2.0, say.SetSpace(space), say.PauseTour())
    return run(update(there, [say.SaveView()], 0.0), 2.0, say.SetSpace("raw"))


@pytest.mark.parametrize("space", SPACES)
def test_a_view_of_any_space_is_shown_as_it_was_saved_whatever_space_is_seen_now(space: str) -> None:
    now = saved_in(space)
    view = now.touring.views[0]
    there = run(now, 3.0, say.GoToView(0))
    points = now.scene.survey.embedding(0) @ transform(there, 0) @ view.basis  # (N, 3)
    assert np.allclose(
        np.linalg.norm(glimpse(now, view).places, axis=1), np.linalg.norm(points, axis=1), rtol=1e-4
    )  # the camera turns them and moves none


def test_categories_beyond_the_names_are_shown_as_unknown() -> None:
    now = saved_in("raw")
    usual = glimpse(now, now.touring.views[0])
    labels = now.scene.survey.categories("class")
    labels[7], labels[9] = 3, 1000
    found = glimpse(run(now, 0.0, say.SaveView()), replace(now.touring.views[0], basis=now.tour.basis[:, [1, 0, 2]]))
    unknown = now.colouring.colours[-1]
    assert np.all(found.colours[[7, 9]] == unknown)
    assert np.array_equal(np.delete(found.colours, [7, 9], axis=0), np.delete(usual.colours, [7, 9], axis=0))
    assert found.accuracy is not None


def test_a_preference_of_the_tour_makes_no_view_anew() -> None:
    now = saved_in("discriminant")
    view = now.touring.views[0]
    for strength in (0.2, 0.7):
        other = update(now, [say.SetInformed(strength, "discriminant")], 0.1)
        assert key(other, view) == key(now, view)
