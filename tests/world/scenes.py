"""Scenes built by hand for the tests of this floor."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from explorer.geometry.colour import class_colours
from explorer.types import Viewport
from explorer.world.colouring import Colouring
from explorer.world.layout import place
from explorer.world.scene import LayerNode, Scene
from explorer.world.state import AppState
from explorer.world.survey import Survey
from explorer.world.update import initial_state

CLASSES = ("cat", "dog", "ship")


def chain(layers: int = 5, images: int = 3000) -> Scene:
    """A network of one line: input, layer1, layer2, ..."""
    return branched([() if i == 0 else (i - 1,) for i in range(layers)], images)


def branched(inputs: list[tuple[int, ...]], images: int = 3000) -> Scene:
    """A network whose layers are fed as given."""
    names = ["input", *(f"layer{i}" for i in range(1, len(inputs)))]
    nodes = tuple(
        LayerNode(name, "Conv2d", (8, 4, 4), feeding, 2.0 + i, frame)
        for i, (name, feeding, frame) in enumerate(zip(names, inputs, place(inputs), strict=True))
    )
    counts = (images // 3, images // 3, images - 2 * (images // 3))
    by_class = Colouring("class", "Class", CLASSES, counts, class_colours(len(CLASSES)), "no label")
    ramp_of = Colouring("attribute:0", "brightness", (), (images,) + (0,) * 255, np.ones((257, 3)), limits=(0.0, 1.0))
    return Scene("a network", nodes, images, (by_class, ramp_of), Survey(cast(Any, points(nodes, counts))))


def points(nodes: tuple[LayerNode, ...], counts: tuple[int, ...]) -> SimpleNamespace:
    """What a survey asks of a world: labels, and embeddings of which 95% lie within the radius of their node."""
    images = sum(counts)

    def embedding(layer: int) -> Any:
        rows = np.random.default_rng(layer).standard_normal((images, 15))
        rows *= nodes[layer].radius / np.quantile(np.linalg.norm(rows, axis=1), 0.95)
        return rows.astype(np.float32)

    labels = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    layers = [SimpleNamespace(map_shape=None, neighbours=None) for _ in nodes]
    manifest = SimpleNamespace(layers=layers, images=images, class_names=CLASSES, fine_names=(), attributes=())
    return SimpleNamespace(
        embedding=embedding, labels=labels, fine_labels=None, manifest=manifest, predictions=None, confidences=None,
        file_names=[],
    )  # fmt: skip


def state(layers: int = 5, images: int = 3000) -> AppState:
    """A session at the first layer of a chain."""
    return initial_state(chain(layers, images), Viewport(1280, 720), seed=1)
