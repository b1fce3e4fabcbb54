"""The level of detail: how many points of each cloud, and how many threads, a frame may draw.

Every cloud needs as many points as its area on the screen can show. A budget of points for each frame stretches or
shrinks all these needs by one factor, the *fullness*; nothing of it depends on which layer is the current one.
Without a budget, as in recordings, everything is drawn; and so it is once nothing moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.types import Float64
from explorer.world.eye import Eye, visible
from explorer.world.layout import SHOWN_RADIUS
from explorer.world.state import AppState
from explorer.world.travel import node_frame

FEWEST = 1000.0
"""Points that every cloud shows at least."""

THREAD = 400.0
"""What a thread through all layers costs, in points (llvmpipe, overview of 21 layers, 1280 x 720)."""

_LEAST_SHARE = 1e-4
"""Of what a cloud needs, where its middle is out of the picture: its farthest points may still be in it."""

_THREADS_SHARE = 0.5
"""Of the budget, at most, while there are threads."""
_FEWEST_THREADS = 100.0


def needs(eye: Eye, positions: Sequence[Float64]) -> Float64:
    """Points that clouds at these places can show, (n,): far ones half a point for each pixel they cover.

    Near ones soon need everything, but only as much of it as is in the picture: the nearest cloud of all may be the
    one just passed by. Depends on the camera alone.
    """
    distances = np.array([eye.distance(position) for position in positions])  # (n,)
    pixels = SHOWN_RADIUS * eye.focal / np.maximum(0.5, distances)  # (n,)
    shares = np.array([eye.share(position, SHOWN_RADIUS) for position in positions])  # (n,)
    return np.asarray(1.5 * pixels**2 * (1.0 + (pixels / 100.0) ** 5) * np.maximum(_LEAST_SHARE, shares))


def counts(needed: Float64, fullness: float, images: int) -> Float64:
    """Points that clouds show at a fullness, (n,)."""
    if not np.isfinite(fullness):
        return np.full(len(needed), float(images))
    return np.minimum(images, np.maximum(FEWEST, fullness * needed))


def fullness_for(needed: Float64, budget: float, images: int) -> float:
    """The fullness at which clouds show as many points together as a budget allows; at most all of them."""
    most = complete(needed, images)
    if len(needed) == 0 or counts(needed, most, images).sum() <= budget:
        return most
    low, high = np.log(FEWEST / needed.max()), np.log(most)  # at the least, every cloud shows the fewest
    for _ in range(40):  # counts rise with the fullness: halve the interval
        middle = 0.5 * (low + high)
        too_many = counts(needed, float(np.exp(middle)), images).sum() > budget
        low, high = (low, middle) if too_many else (middle, high)
    return float(np.exp(low))


def complete(needed: Float64, images: int) -> float:
    """The least fullness at which all these clouds show everything."""
    return float(images / needed.min()) if len(needed) else 1.0


def wanted(state: AppState, eye: Eye, budget: float) -> tuple[float, float]:
    """The fullness and the share of the threads that a budget allows in this view."""
    budget, share = _without_threads(state, budget)
    positions = [node_frame(state, index).position for index in visible(state, eye)]
    return fullness_for(needs(eye, positions), budget, state.scene.images), share


def everything(state: AppState, eye: Eye) -> tuple[float, float]:
    """The fullness at which nothing is left out of this view, and all threads."""
    positions = [node_frame(state, index).position for index in visible(state, eye)]
    return 1.01 * complete(needs(eye, positions), state.scene.images), 1.0


def _without_threads(state: AppState, budget: float) -> tuple[float, float]:
    """What is left of a budget for the points, and the share of the threads that is drawn."""
    strands = state.display.strands
    if strands is None or state.display.threads_amount <= 0.0:
        return budget, 1.0
    count = len(strands.images)
    drawn = min(float(count), max(_FEWEST_THREADS, _THREADS_SHARE * budget / THREAD))
    return budget - min(drawn * THREAD, _THREADS_SHARE * budget), drawn / max(count, 1)


@dataclass(frozen=True, eq=False)
class Stillness:
    """Whether the picture moves: everything that places points, and for how long it has been the same."""

    seen: Float64
    """All of it as numbers."""
    seconds: float = 0.0


def stillness(before: Stillness | None, state: AppState, dt: float) -> Stillness:
    """How long nothing has moved, ``dt`` seconds later."""
    seen = _pose(state)
    same = before is not None and len(seen) == len(before.seen) and bool(np.array_equal(seen, before.seen))
    return Stillness(seen, before.seconds + dt if before is not None and same else 0.0)


def _pose(state: AppState) -> Float64:
    """What the places, sizes and colours of the points depend on, as numbers."""
    now, view, cloud = state.display, state.viewport, node_frame(state, state.layer)
    amounts = (
        now.threads_amount, now.sage_amount, now.gamma, now.slice_amount, now.thickness, now.flat_amount, now.shift,
        state.selecting.emphasis, state.dive_amount, state.images_amount, state.size_factor, state.lens.amount,
        float(state.layer), cloud.yaw, *cloud.position, *view.clear,
        float(len(now.strands.movement) if now.strands else 0),
    )  # fmt: skip
    pose = state.camera.pose
    fading = () if state.fading.amounts is None else state.fading.amounts  # (K + 1,)
    return np.concatenate([amounts, pose.position, pose.orientation, state.tour.basis.ravel(), fading])
