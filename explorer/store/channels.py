"""The mean of every channel of a layer's stored maps, for all images: read from end to end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explorer.errors import WorldError
from explorer.store.read import World
from explorer.types import Float32

_IMAGES = 64  # between two beats: a few milliseconds


def channel_means(
    world: World, layer: int, channels: slice, beat: Callable[[float], None] = lambda share: None
) -> Float32:
    """Means over the stored maps of some channels of a layer.

    Args:
        world: an open world.
        layer: which has maps.
        channels: which of them.
        beat: called now and then with the share that is done.

    Returns:
        (N, n) float32 in the layer's own units: maps (C, h, w) averaged over height and width; of a vector, its values.

    Raises:
        WorldError: the layer has no maps, or they are damaged.
    """
    entry, images = world.manifest.layers[layer], world.manifest.images
    if entry.map_shape is None:
        raise WorldError(f"{world.path} holds no activation maps of {entry.name}; build the world with its maps")
    width = len(range(*channels.indices(entry.map_shape[0])))
    means = np.empty((images, width), np.float32)  # (N, n)
    for image in range(images):  # one stream of zlib each: there is no faster way to read them
        maps = world.maps(layer, image)
        if maps is not None:
            means[image] = maps.values[channels].mean(axis=(1, 2))  # (n, h, w) -> (n,)
        if image % _IMAGES == _IMAGES - 1:
            beat(image / images)
    return means
