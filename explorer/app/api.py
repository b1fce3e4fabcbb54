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

__all__ = ["build", "fly", "record", "selections"]

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from torch import nn
    from torch.utils.data import Dataset

    from explorer.builder.options import ModelSpec


def build(
    model: str | nn.Module | ModelSpec | Sequence[str | nn.Module | ModelSpec],
    images: str | Path | Dataset[Any],
    output: str | Path,
    *,
    progress: bool = True,
    **options: Any,
) -> Path:
    """Builds a world from a model and images.

    Args:
        model: a torch.nn.Module, "FILE.py:factory", "package.module:factory", "torchvision:NAME", "timm:NAME" or
            "hf:ID"; or several of these in a list, each a stack of the world. A module in hand is put in eval mode
            meanwhile and is afterwards as it was.
        images: folder, CSV, IDX, .npz, .npy, .parquet, "hf:ID", or any torch Dataset of images or (image, label).
        output: the world to write, NAME.world.
        progress: show on standard error how far it is, and what is to be known of it: the preprocessing, images that
            were left out, the accuracy. A log file gets the latter alone.
        **options: any of these.

            Weights
                weights: checkpoint of the model, "random", or "pretrained" (default) for the model of a library; a
                    list for several models, or for several checkpoints of one.
                name: what the model is called; a list for several.
            Images
                labels: a file of labels that do not come with the images: .npy, .txt, or a .csv of images or classes.
                label_column, image_column: columns of a CSV or data set to colour by, and with the images.
                class_names: a file with the names of the classes in the network's order, a line each.
                label_offset: output i of the network stands for class i - label_offset (default 0).
                limit: take at most this many images, as many of each class as there are.
                split: part of a data set, as "test".
            What the network gets, ((pixel - offset) / scale - mean) / std; default: what a library's model comes
            with, else pixel / 255
                input_size, resize: pixels, one number or (height, width).
                crop: "centre", or "none" to squeeze the whole image in.
                interpolation: "nearest", "bilinear", "bicubic", "lanczos", "box" or "hamming".
                channels: 1 or 3. bgr: whether blue comes first.
                scale, offset: numbers. mean, std: one number for each channel, or "imagenet".
            Layers
                layers: globs on the names of modules, as "layer3.*"; default: every block.
                maps: largest side of the stored activation maps, 0 for none (default 32).
            Embedding
                neighbours, min_dist, epochs: of UMAP. components: principal components kept of a layer.
                seed: of the sample, the reduction and the embedding (default 0).
                embed_sample: embed only so many images, and place the others among them.
                embed: all of these at once, an ``EmbedSettings``.
            Run
                batch: images in a forward pass, at least 16 (default 64).
                workers: processes that share the work; the script's own calls must then stand below
                    ``if __name__ == "__main__":``, since each process runs the script again.
                cluster: address of a Dask scheduler.
                title: shown in the window.

    Returns:
        The world's folder.

    Raises:
        LayerflightError: something that was asked for cannot be had; or a script calls this again in a process
            that ``workers`` starts.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise LayerflightError(
            "a worker process runs the script again that started it; put the script's calls of explorer.build "
            "under: if __name__ == '__main__':"
        )
    # torch and umap load for seconds; whoever only flies must not wait for them.
    from explorer.builder.keywords import build_options
    from explorer.builder.pipeline import build_world
    from explorer.builder.progress import Terminal

    asked = build_options(model, images, output, options)
    if not progress:
        return build_world(asked).path
    with Terminal.shown() as shown:
        return build_world(asked, shown).path


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
