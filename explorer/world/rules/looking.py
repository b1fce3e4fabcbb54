"""Rules for the intents about the lens: the space, the scale, the alignment, and the tour's preference."""

from __future__ import annotations

from dataclasses import replace

from explorer.geometry.aims import Aim, Grand
from explorer.geometry.tour import retargeted
from explorer.world import intents as say
from explorer.world import lens as lenses
from explorer.world.looks import INDICES, SPACES
from explorer.world.rules.common import toggled, towards, within
from explorer.world.state import AppState

SECONDS = 0.9
"""From one look to the next."""

UNTURNED = "This world does not hold how its layers were aligned: build or import it again"

_FAINT = 1e-3
"""A share of a look that is seen no more."""


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    lens = state.lens
    match intent:
        case say.SetSpace(space):
            if space not in SPACES:
                raise ValueError(f"no space {space!r}; there are {', '.join(SPACES)}")
            return replace(state, lens=replace(lens, space=space))
        case say.SetInformed(strength, index):
            if index is not None and index not in INDICES:
                raise ValueError(f"no index {index!r}; there are {', '.join(INDICES)}")
            strength = lens.strength if strength is None else within(strength, (0.0, 1.0))
            return replace(state, lens=replace(lens, strength=strength, index=index or lens.index))
        case say.SetScale(each):
            return replace(state, lens=replace(lens, each=toggled(lens.each, each)))
        case say.SetAligned(on):
            if not state.scene.unturned:
                return replace(state, notice=UNTURNED, notice_age=0.0)
            return replace(state, lens=replace(lens, aligned=toggled(lens.aligned, on)))
    return None


def advance(state: AppState, dt: float) -> AppState:
    """The lens ``dt`` seconds later, on its way to what the choices and the colouring ask for."""
    lens, look = state.lens, lenses.wanted(state)
    if look != lens.look:
        # What is seen now is what it comes from, be it on its way itself.
        before = tuple((known, share) for known, share in lenses.seen(state) if share > _FAINT)
        whole = sum(share for _, share in before)
        before = tuple((known, share / whole) for known, share in before)
        lens = replace(lens, look=look, before=before, amount=0.0)
    if lens.amount < 1.0:
        lens = replace(lens, amount=towards(lens.amount, True, dt, SECONDS))
        lens = lens if lens.amount < 1.0 else replace(lens, before=())
    return _aimed(state if lens is state.lens else replace(state, lens=lens))


def _aimed(state: AppState) -> AppState:
    """A Grand Tour that goes where the lens has it go; other tours know their way."""
    now = state.tour.wish if isinstance(state.tour.wish, Aim) else state.tour.aim
    if not isinstance(now, Grand):
        return state
    aim = lenses.grand_aim(state)
    plain = type(now) is type(aim) is Grand
    return state if now is aim or plain else replace(state, tour=retargeted(state.tour, aim))
