"""A small world to ask questions about, and who asks them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from explorer.geometry.neighbourhood import NEAR
from explorer.store.read import World, open_world
from explorer.store.write import LayerArrays, WorldArrays, write_world
from explorer.types import Viewport
from explorer.world import intents as say
from explorer.world import questions as ask
from explorer.world import wanting
from explorer.world.answers import answer, needs
from explorer.world.layout import make_scene
from explorer.world.state import AppState
from explorer.world.update import initial_state, update

IMAGES = 80
SHAPES = ((3, 4, 4), (5, 2, 2), (7, 1, 1))


def maps() -> list[np.ndarray]:
    """(N, C, h, w) of each layer."""
    rng = np.random.default_rng(3)
    return [rng.normal(size=(IMAGES, *shape)).astype(np.float32) for shape in SHAPES]


def write(path: Path) -> World:
    """Three layers whose neighbours are those of the first two axes; the last knows none."""
    rng = np.random.default_rng(0)
    points = [rng.normal(size=(IMAGES, 15)) * (1 + layer) for layer in range(3)]
    layers = [
        LayerArrays(
            f"layer{i}", x, shape=shape if shape[1:] != (1, 1) else shape[:1], maps=m,
            inputs=() if i == 0 else (i - 1,), neighbours=nearest_of(x[:, :2]) if i < 2 else None,
        )
        for i, (x, shape, m) in enumerate(zip(points, SHAPES, maps(), strict=True))
    ]  # fmt: skip
    labels = np.arange(IMAGES) % 7
    return open_world(write_world(path, WorldArrays("t", layers, labels=labels, class_names=tuple("abcdefg"))))


def nearest_of(points: np.ndarray, count: int = NEAR) -> np.ndarray:
    """(N, k) nearest other points, by all distances."""
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1)[:, :count].astype(np.int32)


def share_of(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """(N,) share of the true ones that were found, by sets."""
    return np.array([len(set(a) & set(b)) / len(b) for a, b in zip(found.tolist(), true.tolist(), strict=True)])


def found_out(world: World, question: ask.Question) -> ask.Answer:
    """The answer, and before it those it needs."""
    return answer(world, question, {x: found_out(world, x) for x in needs(question)})


def state_of(world: World, key: str, **changes: object) -> AppState:
    """A session coloured by something."""
    state = initial_state(make_scene(world), Viewport(1280, 720), seed=2)
    index = [x.key for x in state.scene.colourings].index(key)
    return replace(update(state, [say.ColourBy(index)], 0.0), **changes)  # type: ignore[arg-type]


def settled(world: World, state: AppState) -> tuple[AppState, list[ask.Question]]:
    """The state that knows everything it wants to, and what it asked."""
    asked: list[ask.Question] = []
    while questions := wanting.wanted(state):
        asked.append(questions[0])
        state = update(state, [say.Learn(asked[-1], answer(world, asked[-1], state.learnt.answers()))], 0.0)
        assert len(asked) < 20
    return state, asked
