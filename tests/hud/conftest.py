"""A context and worlds for tests of the HUD."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import moderngl
import numpy as np
import pytest

from explorer.draw.context import headless_context
from explorer.store.read import World, open_world
from explorer.store.write import LayerArrays, WorldArrays, write_world
from tests.hud.driver import Driver
from tests.worlds import make_world


@pytest.fixture(scope="session")
def ctx() -> Iterator[moderngl.Context]:
    context = headless_context()
    yield context
    context.release()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return open_world(make_world(tmp_path_factory.mktemp("hud") / "small.world", layers=9))


@pytest.fixture(scope="session")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world of a thousand classes, some images unlabelled, no pictures and no maps."""
    rng = np.random.default_rng(0)
    labels = np.arange(1500, dtype=np.int32) % 1000
    labels[-7:] = -1
    layers = [LayerArrays(f"block{i}", rng.normal(size=(1500, 15)), "Inception") for i in range(3)]
    names = tuple(f"kind {i:03d}" for i in range(1000))
    arrays = WorldArrays(title="thousand", layers=layers, labels=labels, class_names=names)
    return open_world(write_world(tmp_path_factory.mktemp("hud") / "thousand.world", arrays))


@pytest.fixture
def drive(ctx: moderngl.Context) -> Iterator[Callable[..., Driver]]:
    """Makes drivers and releases them; no test may leave a GL error behind."""
    made: list[Driver] = []

    def make(world: World, size: tuple[int, int] = (1280, 720), ratio: float = 1.0) -> Driver:
        made.append(Driver(ctx, world, size, ratio))
        return made[-1]

    yield make
    for driver in made:
        driver.release()
    assert ctx.error == "GL_NO_ERROR"


@pytest.fixture
def hud(drive: Callable[..., Driver], world: World) -> Driver:
    return drive(world)
