"""Worlds in memory and draw lists by hand, so that tests know where every pixel should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from explorer.geometry import matrices
from explorer.store.read import World
from explorer.types import Float32, Float64, Int32, Pose, UInt8, Viewport
from explorer.world.draw_list import Cloud, DrawList

SIZE = (320, 240)
BLACK = (0.0, 0.0, 0.0)
VIEWPORT = Viewport(*SIZE)


@dataclass
class _Manifest:
    images: int


@dataclass
class _PlainWorld:
    """What the renderer reads of a world, and no more."""

    embeddings: Sequence[Float32]
    labels: Int32
    thumbnails: UInt8 | None = None
    predictions: Int32 | None = None
    fine_labels: None = None
    fine_predictions: None = None
    manifest: _Manifest = field(init=False)

    def __post_init__(self) -> None:
        self.manifest = _Manifest(len(self.labels))

    def embedding(self, layer: int) -> Float32:
        return self.embeddings[layer]


def plain_world(
    embeddings: Sequence[NDArray[np.float64] | Float32],
    labels: Sequence[int] | NDArray[np.int_] | Int32,
    thumbnails: UInt8 | None = None,
    predictions: Sequence[int] | NDArray[np.int_] | None = None,
) -> World:
    """A world of these embeddings, (N, up to 15) each, padded with zeros."""
    padded = [np.zeros((len(x), 15), np.float32) for x in embeddings]
    for target, source in zip(padded, embeddings, strict=True):
        target[:, : source.shape[1]] = source
    answers = None if predictions is None else np.asarray(predictions, np.int32)
    return cast(World, _PlainWorld(padded, np.asarray(labels, np.int32), thumbnails, answers))


def placement(basis: Float64 | None = None, position: Sequence[float] = (0, 0, 0), scale: float = 1.0) -> Float64:
    """(16, 4): by default the first three dimensions are x, y and z."""
    matrix = np.zeros((16, 4))
    matrix[:15, :3] = scale * (np.eye(15)[:, :3] if basis is None else basis)
    matrix[15] = (*position, 1.0)
    return matrix


def random_basis(seed: int) -> Float64:
    """(15, 3) column-orthonormal."""
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((15, 3)))[0]


def cloud(count: int, layer: int = 0, node: int = 0, place: Float64 | None = None, opacity: float = 1.0) -> Cloud:
    """One cloud that does not morph."""
    place = placement() if place is None else place
    return Cloud(node, layer, layer, 0.0, place, place, count, opacity)


def morphing(count: int, first: Float64, second: Float64, amount: float) -> Cloud:
    """A cloud between layers 0 and 1."""
    return Cloud(0, 0, 1, amount, first, second, count, 1.0)


def draw_list(*clouds: Cloud, palette: Float32 | None = None, distance: float = 4.0, size: float = 0.1) -> DrawList:
    """A camera at (0, 0, distance) that looks at the origin, far fog, black ground.

    Args:
        clouds: what to draw.
        palette: (K, 4); white by default.
        distance: of the camera from the origin.
        size: diameter of a point, scene units.
    """
    pose = Pose(np.array([0.0, 0.0, distance]), matrices.IDENTITY)
    return DrawList(
        viewport=VIEWPORT,
        view=matrices.view_matrix(pose),
        projection=matrices.projection_matrix(0.87, VIEWPORT, 0.05, 200.0),
        clouds=clouds,
        lines=(),
        highlights=(),
        labels=(),
        palette=np.ones((1, 4), np.float32) if palette is None else palette,
        point_size=size,
        sprite_size=0.4,
        images=0.0,
        fog=(100.0, 150.0),
        background=BLACK,
    )


def with_size(frame: DrawList, width: int, height: int) -> DrawList:
    """The same frame for another framebuffer."""
    viewport = Viewport(width, height)
    projection = matrices.projection_matrix(0.87, viewport, 0.05, 200.0)
    return replace(frame, viewport=viewport, projection=projection)


def distinct_colours(count: int) -> Float32:
    """(count + 1, 4) RGBA: every class another colour, told apart even when shaded; the last one is grey."""
    hue = np.arange(count) / count * 6.0
    rgb = np.clip(np.abs((hue[:, None] + np.array([0.0, 4.0, 2.0])) % 6.0 - 3.0) - 1.0, 0.0, 1.0)  # (count, 3)
    palette = np.ones((count + 1, 4), np.float32)
    palette[:count, :3] = rgb
    palette[count, :3] = 0.5
    return palette


def pixel_of(frame: DrawList, place: Sequence[float]) -> tuple[float, float]:
    """Where a place in the world falls, pixels from the top left."""
    x, y, _ = matrices.to_pixels(np.array([place], float), frame.view, frame.projection, frame.viewport)[0]
    return float(x), float(y)
