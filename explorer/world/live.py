"""What the points can be coloured by that is worked out while one looks: a channel, movement, and trust."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from explorer.geometry.colour import UNLABELLED
from explorer.geometry.neighbourhood import NEAR
from explorer.store.read import World
from explorer.types import Float32, Float64, Int32
from explorer.world.colouring import LIVE, Colouring
from explorer.world.questions import Answer, Unanswered, Values
from explorer.world.ramps import STEPS, ramp, trust_ramp
from explorer.world.state import AppState

MOVED, CHANNEL, EMBEDDING, VIEW, PROJECTION = (
    f"{LIVE}moved", f"{LIVE}channel", f"{LIVE}embedding", f"{LIVE}view", f"{LIVE}projection",
)  # fmt: skip

TRUST = frozenset({EMBEDDING, VIEW, PROJECTION})
"""Keys of the shares of neighbours that are kept."""

_NAMES = {
    MOVED: "movement",
    CHANNEL: "channel",
    EMBEDDING: "trust_embedding",
    VIEW: "trust_view",
    PROJECTION: "trust_projection",
}
"""What they are called in a query, while the points are coloured by them."""

_NOT_SAMPLED = (0.22, 0.25, 0.30)
"""RGB of images that were left out: they are many, and must not outshine the others."""

MEANINGS = {
    MOVED: "Distance to where the image was in the layer before, in radii of the cloud.",
    CHANNEL: "Mean of the channel over its map.",
    EMBEDDING: f"Share of an image's {NEAR} nearest activations that are among its {NEAR} nearest in 15-D.",
    VIEW: f"Share of an image's {NEAR} nearest activations that are among its {NEAR} nearest on the screen now.",
    PROJECTION: f"Share of an image's {NEAR} nearest in 15-D that are among its {NEAR} nearest on the screen now.",
}
"""What each of them shows."""


def live_colourings(world: World) -> tuple[Colouring, ...]:
    """What can be worked out of a world, without values yet."""
    layers = world.manifest.layers
    found = []
    if any(layer.maps for layer in layers):
        found.append(_blank(CHANNEL, "Channel mean"))
    if any(layer.inputs for layer in layers):
        found.append(_blank(MOVED, "Movement"))
    if world.manifest.images > 1:
        found += [
            _blank(EMBEDDING, "Trust: embedding"),
            _blank(VIEW, "Trust: view"),
            _blank(PROJECTION, "Trust: projection"),
        ]
    return tuple(found)


def dressed(template: Colouring, answer: Answer | None, reason: str) -> Colouring:
    """A live colouring with the values known of it.

    Args:
        template: without values.
        answer: the values; None while they are worked out, or where there are none.
        reason: why there are none; empty while they are worked out.
    """
    match answer:
        case Values(values, rows, counts, limits):
            return replace(template, values=values, rows=rows, counts=counts, limits=limits)
        case Unanswered(text):
            return replace(template, note=text)
    return replace(template, note=reason)


def rows(state: AppState) -> Int32:
    """(N,) int32 index of every image into the colours the points have now; -1 where it is not known."""
    if state.colouring.rows is not None:
        return state.colouring.rows
    return state.scene.survey.categories(state.colouring.key)


def values(state: AppState) -> dict[str, Float32]:
    """What colours the points now, (N,) by the name it has in a query; empty where that is stored in the world."""
    colouring = state.colouring
    return {_NAMES[colouring.key]: colouring.values} if colouring.live and colouring.values is not None else {}


def channel_name(world: World, layer: int, channel: int) -> str:
    """What a channel stands for, where it does for a class: those of a last vector as long as the classes are many."""
    entry, manifest = world.manifest.layers[layer], world.manifest
    last = layer >= len(manifest.layers) - 2  # the classes' scores, and their softmax
    shape = entry.map_shape
    for names in (manifest.fine_names, manifest.class_names):
        if last and shape is not None and shape[1:] == (1, 1) and shape[0] == len(names):
            return names[channel]
    return ""


def _blank(key: str, title: str) -> Colouring:
    trust = key in TRUST
    unknown = "not sampled" if trust else "not known"
    return Colouring(key, title, (), (0,) * STEPS, _colours(trust), unknown, limits=(0.0, 1.0), percent=trust)


@lru_cache(maxsize=2)
def _colours(trust: bool) -> Float64:
    """(STEPS + 1, 3) RGB of the ramp, and of what is not known."""
    return np.vstack([trust_ramp(), _NOT_SAMPLED]) if trust else np.vstack([ramp(), UNLABELLED])
