"""The three verbs as functions, for scripts and notebooks: ``explorer.build``, ``fly`` and ``record``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.app.offline import find_script, record_world
from explorer.store.read import open_world


def build(model: str, images: str | Path, output: str | Path, **options: Any) -> Path:
    """Builds a world from a model source and images.

    Args:
        model: "FILE.py:factory" or "package.module:factory".
        images: folder, IDX, .npz or .npy.
        output: the world to write, NAME.world.
        **options: the other fields of ``explorer.builder.options.BuildOptions``; paths may be strings.

    Returns:
        The world's folder.
    """
    # torch and umap load for seconds; whoever only flies must not wait for them.
    from explorer.builder.options import BuildOptions
    from explorer.builder.pipeline import build_world

    for name in ("weights", "labels", "class_names"):
        if isinstance(options.get(name), str):
            options[name] = Path(options[name])
    return build_world(BuildOptions(model, Path(images), Path(output), **options)).path


def fly(world: str | Path, seed: int = 0) -> None:
    """Opens a window and flies through a world until the person quits."""
    from explorer.app.loop import Flight  # pyglet only where a window is wanted

    Flight(open_world(Path(world)), seed=seed).run()


def record(world: str | Path, scene: str, output: str | Path, duration: float | None = None) -> int:
    """Renders a scene script to a video, without a window.

    Args:
        world: a world's folder.
        scene: path of a script, or the name of a shipped one ("flight", "dive").
        output: .mp4, .webm, .gif, or a folder of PNGs.
        duration: seconds; None takes the script's own.

    Returns:
        The number of frames written.
    """
    return record_world(open_world(Path(world)), find_script(scene), Path(output), duration, quiet=True)
