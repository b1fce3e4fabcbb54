"""Small synthetic worlds for tests of every floor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.store.manifest import Receptive
from explorer.store.write import Attribute, LayerArrays, WorldArrays, write_world

CLASSES = ("circle", "square", "cross", "stripe")


def make_world(path: Path, images: int = 60, layers: int = 4, seed: int = 0, thumbnail: int = 32) -> Path:
    """Write a world with labels, class names, thumbnails, activation maps, predictions, quality and attributes.

    The classes separate layer by layer, and the last layer is a vector (K, 1, 1).

    Args:
        path: the folder to write, NAME.world.
        images: number of images; class of image i is i modulo 4.
        layers: number of layers; the first is called "input", then "layer1", "layer2", ...
        seed: of everything random.
        thumbnail: side of the thumbnails in pixels.

    Returns:
        ``path``.
    """
    rng = np.random.default_rng(seed)
    labels = (np.arange(images) % len(CLASSES)).astype(np.int32)
    centres = rng.normal(size=(len(CLASSES), 15))  # (4, 15)
    noise = rng.normal(size=(images, 15))  # (N, 15)
    wrong = rng.random(images) < 0.1
    predictions = np.where(wrong, (labels + 1) % len(CLASSES), labels).astype(np.int32)
    return write_world(
        path,
        WorldArrays(
            title="synthetic",
            layers=[_layer(rng, i, layers, centres[labels], noise) for i in range(layers)],
            labels=labels,
            class_names=CLASSES,
            thumbnails=_thumbnails(labels, thumbnail),
            predictions=predictions,
            confidences=rng.uniform(0.5, 1.0, images).astype(np.float32),
            names=[f"{CLASSES[c]}/{i:04d}.png" for i, c in enumerate(labels)],
            accuracy=float(np.mean(predictions == labels)),
            sources={"images": "synthetic", "model": "none"},
            parameters={"seed": seed},
            name="tiny",
            preprocess={"size": [8, 8], "scale": 255.0},
            preprocess_text="resized to 8 x 8, divided by 255",
            attributes=[
                Attribute("split", (np.arange(images) // 3 % 3 - 1).astype(np.int32), ("train", "test")),
                Attribute("brightness", np.where(wrong, np.nan, np.arange(images) / images)),
            ],
        ),
    )


def _layer(
    rng: np.random.Generator, index: int, layers: int, own: NDArray[np.float64], noise: NDArray[np.float64]
) -> LayerArrays:
    share = index / max(layers - 1, 1)
    last = index == layers - 1 and index > 0
    shape = (6,) if last else (3 + index, 8, 8)
    maps = rng.normal(size=(len(noise), *shape, *((1, 1) if last else ()))).astype(np.float32)  # (N, C, h, w)
    return LayerArrays(
        name="input" if index == 0 else f"layer{index}",
        kind="" if index == 0 else "Linear" if last else "Conv2d",
        shape=shape,
        embedding=3.0 * share * own + noise,
        maps=np.maximum(maps, 0.0),
        residual=0.0 if index == 0 else 0.2,
        parameters=1000 * index,
        receptive=None if last else Receptive((2.0 * index + 1,) * 2, (1.0, 1.0), (0.5, 0.5)),
        quality={"trustworthiness": 0.97, "recall": 0.55, "knn_accuracy": 0.5 + 0.4 * share},
        reduction={"pooling": "flat", "features": 192, "components": 50, "explained": 0.93},
        method="umap",
        neighbours=np.tile(np.arange(5, dtype=np.int32), (len(noise), 1)) if index == 1 else None,
        reduced=noise[:, :4].astype(np.float32) if index == 1 else None,
    )


def _thumbnails(labels: NDArray[np.int32], side: int) -> NDArray[np.uint8]:
    """(N, T, T, 3) uint8: the shape of the class, tinted by the image's index."""
    y, x = np.mgrid[0:side, 0:side] / (side - 1) - 0.5  # (T, T) each
    masks = np.stack([np.hypot(x, y) < 0.35, np.maximum(abs(x), abs(y)) < 0.3, np.minimum(abs(x), abs(y)) < 0.1,
                      (np.arange(side) // 4 % 2 == 0)[None, :].repeat(side, 0)])  # (4, T, T)  # fmt: skip
    tint = 128 + (np.arange(len(labels))[:, None] * np.array([37, 61, 89])) % 128  # (N, 3)
    pictures = masks[labels][..., None] * tint[:, None, None, :]  # (N, T, T, 3)
    return pictures.astype(np.uint8)
