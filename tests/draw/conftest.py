"""One context for all tests of drawing. Without a renderer they fail: a skip would hide that nothing was tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import moderngl
import pytest

from explorer.draw.context import headless_context
from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.store.read import World
from tests.draw.scenes import SIZE


@pytest.fixture(scope="session")
def ctx() -> Iterator[moderngl.Context]:
    context = headless_context()
    yield context
    context.release()


@pytest.fixture
def target(ctx: moderngl.Context) -> Iterator[Target]:
    target = Target(ctx, SIZE)
    yield target
    target.release()


@pytest.fixture
def renderer(ctx: moderngl.Context) -> Iterator[Callable[..., Renderer]]:
    """Makes renderers of worlds and releases them; no test may leave a GL error behind."""
    made: list[Renderer] = []

    def make(world: World, shader_dir: Path | None = None, dev: bool = False) -> Renderer:
        made.append(Renderer(ctx, world, shader_dir, dev))
        return made[-1]

    yield make
    for one in made:
        one.release()
    assert ctx.error == "GL_NO_ERROR"
