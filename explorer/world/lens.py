"""How the 15 dimensions of a layer are looked at before the tour turns them: one linear map for each layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.geometry.aims import Grand
from explorer.geometry.camera import ease
from explorer.geometry.informed import Informed
from explorer.types import DIMS, Float64
from explorer.world.colouring import Colouring
from explorer.world.fitting import matrix, preference
from explorer.world.looks import DISCRIMINANT, RAW, SLICES, VARIANCE, Look
from explorer.world.ramps import STEPS
from explorer.world.state import AppState
from explorer.world.travel import morph_amount


def transform(state: AppState, layer: int) -> Float64:
    """The map (15, 15) of a layer: ``x @ transform @ basis`` is the place of a point in its cloud's own frame.

    ``x`` (15,) is in the embedding's units, the place in scene units from the node's middle. Read-only. Any
    linear map, that of the space chosen or on its way between two; all zero for a layer that maps every image to
    one place: it has no extent and is shown as that place.
    """
    looks = seen(state)
    if len(looks) == 1:
        return matrix(state.scene, looks[0][0], layer)
    total = np.zeros((DIMS, DIMS))
    for look, share in looks:
        total += share * matrix(state.scene, look, layer)
    return total


def seen(state: AppState) -> tuple[tuple[Look, float], ...]:
    """The looks that are seen now, with shares that add up to 1: one at rest, two or more while the picture changes."""
    lens = state.lens
    if lens.amount >= 1.0 or not lens.before:
        return ((lens.look, 1.0),)
    share = ease(lens.amount)
    shares = {look: part * (1.0 - share) for look, part in lens.before}
    shares[lens.look] = shares.get(lens.look, 0.0) + share
    return tuple(shares.items())


def wanted(state: AppState, space: str = "") -> Look:
    """What comes of the person's choices with the present colouring, or would in another space.

    Where the colouring tells nothing apart there is no discriminant space: that is then the raw one.
    """
    lens, classes = state.lens, distinguishes(state.colouring)
    space = space or lens.space
    space = RAW if space == DISCRIMINANT and not classes else space
    index = DISCRIMINANT if lens.index == DISCRIMINANT and classes and lens.strength > 0.0 else VARIANCE
    look = Look(space, index, lens.strength, each=lens.each, aligned=lens.aligned)
    if space != DISCRIMINANT and index != DISCRIMINANT:
        return look
    merged = STEPS // SLICES if state.colouring.continuous else 1
    return replace(look, key=state.colouring.key, merged=merged)


def distinguishes(colouring: Colouring) -> bool:
    """Whether a colouring has classes to tell apart: at least two, and not worked out while one looks."""
    counts = colouring.counts
    if colouring.continuous:
        step = STEPS // SLICES
        counts = tuple(sum(counts[i : i + step]) for i in range(0, len(counts), step))
    return not colouring.live and sum(count > 0 for count in counts) > 1


def grand_aim(state: AppState) -> Grand:
    """Where the Grand Tour goes: anywhere, or with preference for what is informative in the current layer."""
    look, shown = state.lens.look, state.tour.shown
    if look.strength <= 0.0:
        return state.scene.survey.kept(("aim", shown), lambda: Grand(shown=shown))
    liked = preference(state.scene, look, state.layer)
    return state.scene.survey.kept(
        ("aim", shown, look, state.layer), lambda: Informed(shown=shown, preference=liked, strength=look.strength)
    )


def mixture(state: AppState, node: int) -> tuple[tuple[int, float], ...]:
    """The layers that a node's cloud shows now, with their shares: one, or two during a morph."""
    if state.morph is None or state.morph.target != node:
        return ((node, 1.0),)
    amount = morph_amount(state)
    return ((state.morph.source, 1.0 - amount), (node, amount))
