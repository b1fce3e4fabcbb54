"""A world opened once more, for a thread of its own: reading it must not meet the reading of the frames."""

from __future__ import annotations

from pathlib import Path

from explorer.errors import WorldError
from explorer.store.read import World, open_world


def open_again(path: Path, images: int) -> World:
    """The world that is being explored.

    Args:
        path: its folder.
        images: how many it had when it was opened first.

    Raises:
        WorldError: it is gone, damaged, or another one stands in its place.
    """
    world = open_world(path)
    if world.manifest.images != images:
        raise WorldError(f"{path} was built anew, of other images; start the program again to see it")
    return world
