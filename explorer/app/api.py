"""The three verbs as functions, for scripts and notebooks: ``explorer.build``, ``fly`` and ``record``."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.app.offline import find_script, record_world
from explorer.app.selections import Images, images_of, selections
from explorer.errors import LayerflightError
from explorer.store.read import open_world
from explorer.world import intents as say
from explorer.world.nearby import listed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from torch import nn
    from torch.utils.data import Dataset

    from explorer.builder.options import ModelSpec


def build(
    model: str | nn.Module | ModelSpec | Sequence[str | nn.Module | ModelSpec],
    images: str | Path | Dataset[Any],
    output: str | Path,
    **options: Any,
) -> Path:
    """Builds a world from a model and images.

    Args:
        model: a torch.nn.Module, FILE.py:factory, package.module:factory, torchvision:NAME, timm:NAME or hf:ID;
            or several of these over the same images.
        images: folder, CSV, IDX, .npz, .npy, .parquet, "hf:ID", or any torch Dataset of images or (image, label).
        output: the world to write, NAME.world.
        **options: those of ``layerflight build`` with underscores: the fields of
            ``explorer.builder.options.BuildOptions`` and ``EmbedSettings``. Paths may be strings,
            ``weights`` a list.

    Returns:
        The world's folder.

    Raises:
        LayerflightError: something that was asked for cannot be had; or a script calls this again in a process
            that ``workers`` starts, since its calls are not under ``if __name__ == "__main__"``.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise LayerflightError(
            "a worker process runs the script again that started it; put the script's calls of explorer.build "
            "under: if __name__ == '__main__':"
        )
    # torch and umap load for seconds; whoever only flies must not wait for them.
    from explorer.builder.keywords import build_options
    from explorer.builder.pipeline import build_world

    return build_world(build_options(model, images, output, options)).path


def fly(world: str | Path, seed: int = 0, selection: str | ArrayLike | None = None) -> Images:
    """Opens a window and flies through a world until the person quits.

    Args:
        world: a world's folder.
        seed: of the Grand Tour.
        selection: what is selected at the start: image numbers, a mask, the name of a kept selection, or a query.

    Returns:
        (n,) int32 numbers of the images selected at the end.
    """
    from explorer.app.loop import Flight  # pyglet only where a window is wanted

    there = open_world(Path(world))
    wanted = () if selection is None else images_of(there, selection)
    flight = Flight(there, seed=seed)
    flight.session.also(say.SelectMask(listed(wanted, there.manifest.images)))
    flight.run()
    return flight.session.state.selection.images.astype("int32")


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
