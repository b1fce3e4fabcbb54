"""The one way the state changes: ``update(state, intents, dt)``. Pure; the same input, the same state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from explorer.geometry import camera as cameras
from explorer.geometry import tour as tours
from explorer.types import Viewport
from explorer.world import intents as say
from explorer.world.layout import node_pose
from explorer.world.rules import (
    colouring,
    detailing,
    displaying,
    handling,
    hosting,
    looking,
    moving,
    selecting,
    showing,
    touring,
    viewing,
)
from explorer.world.scene import Scene
from explorer.world.selection import nothing
from explorer.world.state import AppState

TOUR_SPEED = 0.35
"""Radians of geodesic length per second (20 degrees): slow enough to follow a cluster by eye."""


class Rules(Protocol):
    """What a module of ``world.rules`` is."""

    def apply(self, state: AppState, intent: say.Intent, /) -> AppState | None:
        """The state after an intent of its kind; None for another's."""

    def advance(self, state: AppState, dt: float, /) -> AppState:
        """The state ``dt`` seconds later."""


_RULES: tuple[Rules, ...] = (
    moving,
    viewing,
    looking,
    touring,
    selecting,
    showing,
    colouring,
    displaying,
    hosting,
    handling,
    detailing,
)
"""In the order in which time passes for them; a held handle last, under the camera and the layers as they are then."""


def initial_state(scene: Scene, viewport: Viewport, seed: int = 0) -> AppState:
    """The state a session begins with: in front of the first layer, the tour running."""
    camera = cameras.at_rest(node_pose(scene.nodes[0].frame))
    return AppState(scene, camera, tours.start_tour(seed, TOUR_SPEED), viewport, nothing(scene.images))


def update(state: AppState, intents: Iterable[say.Intent], dt: float) -> AppState:
    """The next state.

    Args:
        state: the state now; not changed.
        intents: what was asked for since, in order.
        dt: seconds since the last update, from whichever clock drives the session.
    """
    for intent in intents:
        state = _apply(state, intent)
    for rules in _RULES:
        state = rules.advance(state, dt)
    return state


def _apply(state: AppState, intent: say.Intent) -> AppState:
    for rules in _RULES:
        changed = rules.apply(state, intent)
        if changed is not None:
            return changed
    raise TypeError(f"no rule for the intent {intent!r}")
