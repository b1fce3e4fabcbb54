"""Builds the demo world: real images that come with scikit-learn, a network trained in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits

from explorer.builder.demo.network import train
from explorer.builder.images.image_set import ImageSet
from explorer.builder.images.preprocess import Preprocess
from explorer.builder.images.sources import ArrayImages
from explorer.builder.pipeline import build_from
from explorer.builder.progress import Progress, Stopwatch, Terminal
from explorer.builder.recipe import Recipe, StackRecipe

SEED = 0
BATCH = 256


def build_demo(path: Path, progress: Progress | None = None) -> Path:
    """Train the digit network and build its world.

    Args:
        path: the world to write; its folder is made where it does not exist.
        progress: default a display in the terminal.

    Returns:
        ``path``.
    """
    if progress is None:
        with Terminal.shown() as shown:
            return build_demo(path, shown)
    watch = Stopwatch()
    with watch("train"):
        digits = load_digits()
        pixels = np.rint(digits.images * (255 / 16)).astype(np.uint8)  # (1797, 8, 8)
        labels = digits.target.astype(np.int32)  # (1797,)
        inputs = torch.from_numpy(pixels[:, None]).float() / 255  # (1797, 1, 8, 8)
        trained = train(inputs, torch.from_numpy(labels).long(), SEED, progress)
    progress.note(f"the network reads {trained.held_out:.1%} of the held-out digits rightly")
    names = tuple(str(x) for x in range(10))
    source = ArrayImages(pixels, [f"digit/{i:04d}" for i in range(len(pixels))])
    images = ImageSet(source, np.arange(len(pixels)), labels, names, labels, (), None, False, "scikit-learn digits")
    network = StackRecipe(trained.model, Preprocess(channels=1), "digits")
    recipe = Recipe(
        stacks=(network,),
        images=images,
        output=path,
        batch=BATCH,
        title="digits",
        sources={
            "images": "scikit-learn load_digits: 1,797 handwritten digits (E. Alpaydin and C. Kaynak, UCI)",
            "model": "conv, pool, conv, pool, fc, ReLU, fc, trained by layerflight",
            "held_out_accuracy": round(trained.held_out, 4),
        },
    )
    build_from(recipe, progress, watch)
    return path
