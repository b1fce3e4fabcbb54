"""The answers to questions about a world: pure functions, for whichever thread has the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np

from explorer.geometry.neighbourhood import NEAR, kept, nearest, sample
from explorer.store.channels import channel_means
from explorer.store.read import World
from explorer.types import DIMS, SHOWN, Float32, Float64, Int32
from explorer.world import questions as ask
from explorer.world.questions import Beat
from explorer.world.ramps import STEPS, steps

_ROWS = 1 << 16  # images at a time
_TAIL = 0.005
"""Share of the images at each end of a ramp that take its last colour: a few far ones must not set the scale."""


def answer(
    world: World, question: ask.Question, known: Mapping[ask.Question, ask.Answer], beat: Beat = lambda share: None
) -> ask.Answer:
    """The answer to a question.

    Args:
        world: an open world; a thread needs one of its own.
        question: of those of ``world.questions``.
        known: answers to the questions that this one ``needs``.
        beat: told how far it has come.

    Raises:
        WorldError: what it takes is not in the world, or damaged.
    """
    match question:
        case ask.ChannelMeans(layer, first, last):
            return channel_means(world, layer, slice(first, last), beat)
        case ask.ChannelMean(_, channel, block):
            return measured(cast(Float32, known[block])[:, channel - block.first])
        case ask.Moved(layer):
            return measured(moved(world, layer, beat), low=0.0)
        case ask.Nearest(layer, most):
            rows = sample(world.manifest.images, most).astype(np.int32)  # (R,)
            return ask.Neighbours(rows, nearest(world.embedding(layer), rows, NEAR, beat))
        case ask.Kept(of):
            found = cast(ask.Neighbours, known[of])
            return _shares(world, found.rows, kept(found.near, _stored(world, of.layer, found.rows)))
        case ask.KeptOnScreen(of, what, seen):
            return _kept_on_screen(world, of, what, seen, known, beat)
    raise TypeError(f"nobody knows how to answer {question!r}")


def needs(question: ask.Question) -> tuple[ask.Question, ...]:
    """The questions whose answers it takes to answer this one."""
    match question:
        case ask.ChannelMean(_, _, block):
            return (block,)
        case ask.Kept(of):
            return (of,)
        case ask.KeptOnScreen(of, ask.EMBEDDING):
            return (of,)
    return ()


def moved(world: World, layer: int, beat: Beat = lambda share: None) -> Float32:
    """How far every image lies from its place in the layer before, in radii of the cloud.

    The embeddings are aligned to one another; divided by the robust radius of each they are of one size, so that
    what is left is how the images were rearranged. Where several layers feed this one, the middle of their places
    counts.

    Returns:
        (N,) float32; NaN where no layer feeds this one.
    """
    layers = world.manifest.layers
    found = np.full(world.manifest.images, np.nan, np.float32)  # (N,)
    feeding = layers[layer].inputs
    if not feeding:
        return found
    for start in range(0, len(found), _ROWS):
        part = slice(start, start + _ROWS)
        here = _of_one_size(world, layer, part)  # (n, 15)
        before = np.mean([_of_one_size(world, x, part) for x in feeding], axis=0)  # (n, 15)
        found[part] = np.linalg.norm(here - before, axis=1)
        beat(start / len(found))
    return found


def measured(values: Float32, low: float | None = None, high: float | None = None) -> ask.Values:
    """Numbers (N,) with the ramp they are shown on, from ``low`` to ``high`` or where all but a few of them lie."""
    known = values[np.isfinite(values)]  # (n,)
    if low is None and len(known):
        smallest = float(known.min())
        low = 0.0 if smallest >= 0.0 else float(np.quantile(known, _TAIL))  # most activations are never negative
    if high is None and len(known):
        high = float(np.quantile(known, 1.0 - _TAIL))
        if high <= (low or 0.0):  # nearly all of them are the same
            high = float(known.max())
    limits = (low or 0.0, high or 0.0)
    rows = steps(values, limits)  # (N,)
    counts = np.bincount(rows[rows >= 0], minlength=STEPS)  # (STEPS,)
    mean = float(known.mean(dtype=np.float64)) if len(known) else float("nan")
    return ask.Values(values, rows, tuple(int(n) for n in counts), limits, mean, len(known))


def _kept_on_screen(
    world: World, of: ask.Nearest, what: str, seen: ask.Seen, known: Mapping[ask.Question, ask.Answer], beat: Beat
) -> ask.Values:
    """The share of each image's nearest that are among as many nearest in the shown coordinates."""
    if what == ask.EMBEDDING:
        found = cast(ask.Neighbours, known[of])
        rows, true = found.rows, found.near  # (R,), (R, k)
    else:
        rows = sample(world.manifest.images, of.most).astype(np.int32)  # (R,)
        true = _stored(world, of.layer, rows)
    near = nearest(shown(world, seen), rows, true.shape[1], beat)  # (R, k)
    return _shares(world, rows, kept(near, true))


def shown(world: World, seen: ask.Seen) -> Float32:
    """Where all images are in the shown coordinates (N, 3) float32."""
    places = np.zeros((world.manifest.images, SHOWN), np.float32)
    for layer, matrix in seen:
        embedding = world.embedding(layer)  # (N, 15)
        turned = np.frombuffer(matrix).reshape(DIMS, SHOWN).astype(np.float32)
        for start in range(0, len(places), _ROWS):
            places[start : start + _ROWS] += embedding[start : start + _ROWS] @ turned
    return places


def _shares(world: World, rows: Int32, shares: Float32) -> ask.Values:
    """Shares of 1 (R,) of some images, as a number for every image; the ramp is the same for all of them."""
    values = np.full(world.manifest.images, np.nan, np.float32)  # (N,)
    values[rows] = shares
    return measured(values, 0.0, 1.0)


def _stored(world: World, layer: int, rows: Int32) -> Int32:
    """The nearest activations (R, k) of some images, as they were stored by the build."""
    found = world.neighbours(layer)
    if found is None:
        raise ValueError(f"layer {layer} has no stored neighbours")  # whoever asks looks first
    return np.asarray(found[:, :NEAR][rows])


def _of_one_size(world: World, layer: int, part: slice) -> Float64:
    """Some rows (n, 15) of an embedding, in robust radii."""
    radius = world.manifest.layers[layer].radius
    rows = np.asarray(world.embedding(layer)[part], np.float64)
    return rows / radius if radius > 0 else rows
