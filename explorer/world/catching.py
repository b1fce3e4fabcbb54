"""Which images a polygon drawn over the picture catches: those whose points lie inside, as they are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.geometry.lasso import Polygon
from explorer.types import DIMS, SHOWN, Float32, Float64, UInt8, Viewport
from explorer.world.draw_list import Cloud, DrawList
from explorer.world.survey import Survey

_ROWS = 1 << 15
"""Points placed at a time: what is worked on stays in the cache."""

_SAMPLE = 1 << 16
"""Points of a cloud that tell how much of it a polygon catches."""

_CLIP = [0, 1, 3]
"""Columns of clip space: x, y and w; w alone tells what is before the near plane."""

Index = NDArray[np.int64]


def caught(scene: DrawList, survey: Survey, here: int, corners: Float64) -> tuple[int, UInt8]:
    """The images that a polygon catches in one cloud.

    In the cloud ``here``, if any of its points lie inside; else in the one with most points inside, counted in
    a sample where there are many. All points of the cloud count, drawn or left out by the level of detail; images
    that are hidden, behind the camera or fogged over do not.

    Args:
        scene: what is drawn.
        survey: of the same world.
        here: node of the cloud that comes first.
        corners: (M, 2) of the polygon, pixels.

    Returns:
        The node of the cloud, and (N,) uint8, 1 for every image caught.
    """
    polygon = Polygon(corners)
    clouds = {cloud.node: cloud for cloud in scene.clouds}
    visible = shown_images(scene, survey)
    mask = np.zeros(len(visible), np.uint8)
    if polygon.empty or not clouds:
        return here, mask
    if here in clouds and (found := _inside(scene, survey, clouds[here], polygon, visible)).any():
        return here, found.view(np.uint8)
    step = max(1, len(visible) // _SAMPLE)
    counts = {
        node: int(np.count_nonzero(_inside(scene, survey, cloud, polygon, visible, step)))
        for node, cloud in clouds.items()
        if node != here
    }
    for node in sorted(counts, key=lambda node: -counts[node]):
        found = _inside(scene, survey, clouds[node], polygon, visible)
        if found.any():
            return node, found.view(np.uint8)
    return here, mask


def shown_images(scene: DrawList, survey: Survey) -> NDArray[np.bool_]:
    """(N,) whether each image is drawn at all: its category may be hidden."""
    categories = survey.categories(scene.colouring) if scene.rows is None else scene.rows  # (N,) int32
    last = len(scene.palette) - 1
    shown = scene.palette[:, 3] > 0.0  # (K,)
    if shown.all():
        return np.ones(len(categories), bool)
    return np.asarray(shown[np.where((categories < 0) | (categories > last), last, categories)])


def pixels(scene: DrawList, survey: Survey, cloud: Cloud, rows: slice) -> tuple[Float32, Float32, Float32]:
    """Where the points of a cloud are in the picture.

    Args:
        scene: for the camera and the size of the picture.
        survey: of the same world.
        cloud: as drawn, between two layers or in one.
        rows: which images.

    Returns:
        Pixels from the left (n,), from the top (n,), and the distance along the view axis (n,), negative behind.
    """
    project = (scene.view @ scene.projection)[:, _CLIP] @ _to_pixels(scene.viewport)  # (4, 3)
    clip = np.zeros(1, np.float32)
    if scene.radial is None:
        for layer, share, placement in _shares(cloud):
            matrix = (share * (placement @ project)).astype(np.float32)  # (16, 3)
            clip = clip + survey.embedding(layer)[rows] @ matrix[:DIMS] + matrix[DIMS]  # (n, 3) x, y, w
    else:  # points move along their own radius from the middle of the cloud, after the layers are mixed
        middle, offsets = np.zeros(SHOWN), np.zeros(1, np.float32)
        for layer, share, placement in _shares(cloud):
            matrix = (share * placement[:, :SHOWN]).astype(np.float32)  # (16, 3)
            offsets = offsets + survey.embedding(layer)[rows] @ matrix[:DIMS]  # (n, 3)
            middle = middle + share * placement[DIMS, :SHOWN]
        places = scene.radial.apply(offsets.astype(np.float64)) + middle  # (n, 3)
        clip = (places @ project[:SHOWN] + project[SHOWN]).astype(np.float32)  # (n, 3)
    depth = clip[:, 2]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        x, y = clip[:, 0] / depth, clip[:, 1] / depth  # (n,) pixels: the viewport is in the matrix
    return x, y, depth


def _inside(
    scene: DrawList, survey: Survey, cloud: Cloud, polygon: Polygon, visible: NDArray[np.bool_], step: int = 1
) -> NDArray[np.bool_]:
    """(N,) or, of every ``step``-th image, (ceil(N / step),): which are visible and lie inside."""
    found = np.zeros(len(range(0, len(visible), step)), bool)
    near, dark = _near(scene.projection), scene.fog[1]
    for start in range(0, len(found), _ROWS):
        stop = min(start + _ROWS, len(found))
        x, y, depth = pixels(scene, survey, cloud, slice(start * step, stop * step, step))
        found[start:stop] = polygon.contains(x, y) & (depth > near) & (depth < dark)
    return np.asarray(found & visible[::step])


def _shares(cloud: Cloud) -> list[tuple[int, float, Float64]]:
    """The layers that a cloud shows, with their shares and (16, 4) placements."""
    if cloud.morph <= 0.0 or cloud.next_layer == cloud.layer:
        return [(cloud.layer, 1.0, cloud.placement)]
    if cloud.morph >= 1.0:
        return [(cloud.next_layer, 1.0, cloud.next_placement)]
    here = (cloud.layer, 1.0 - cloud.morph, cloud.placement)
    return [here, (cloud.next_layer, cloud.morph, cloud.next_placement)]


def _to_pixels(viewport: Viewport) -> Float64:
    """(3, 3) from clip x, y, w to pixels times w, and w."""
    width, height = viewport.width, viewport.height
    return np.array([[width / 2, 0.0, 0.0], [0.0, -height / 2, 0.0], [width / 2, height / 2, 1.0]])


def _near(projection: Float64) -> float:
    """Distance of the near plane of a (4, 4) row-vector perspective, scene units."""
    return float(projection[3, 2] / (projection[2, 2] - 1.0))
