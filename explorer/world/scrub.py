"""The scrubber: any depth of the network, also between two layers, with the camera at its place before the cloud."""

from __future__ import annotations

import math
from dataclasses import replace

from explorer.geometry import camera as cameras
from explorer.world.state import AppState, Morph
from explorer.world.travel import cloud_frame, into_dive, let_loose, morph_amount

_FOLLOWING = 0.09
"""Time constant in seconds with which the depth follows the scrubber."""
_THERE = 1e-3
"""Layers from the wanted depth that are as good as there."""


def depth(state: AppState) -> float:
    """Where the current cloud is on the way through the layers: 2.5 is half way between the third and the fourth."""
    if state.morph is None:
        return float(state.layer)
    amount = morph_amount(state)
    return (1.0 - amount) * state.morph.source + amount * state.morph.target


def scrub_to(state: AppState, wanted: float) -> AppState:
    """Asks for a depth; the cloud follows, see ``follow_scrubber``."""
    wanted = min(max(wanted, 0.0), len(state.scene.nodes) - 1.0)
    return replace(into_dive(state), scrub=wanted)


def follow_scrubber(state: AppState, seconds: float) -> AppState:
    """The state a while later: the depth on its way to the one that was asked for."""
    if not state.dive:  # the dive was left: on to the nearer of the two layers
        return replace(let_loose(state, round(depth(state))), scrub=None)
    if state.scrub is None:
        return state
    if state.morph is not None and abs(state.morph.target - state.morph.source) > 1:
        return _out_of_dive(state, state.morph, state.scrub, seconds)
    here = depth(state)
    rest = (here - state.scrub) * math.exp(-seconds / _FOLLOWING)
    if abs(rest) < _THERE:
        rest = 0.0
    moved = _at(state, state.scrub + rest)
    return moved if rest else replace(moved, scrub=None)


def _out_of_dive(state: AppState, morph: Morph, wanted: float, seconds: float) -> AppState:
    """A dive past other layers goes to the end nearer to ``wanted`` first: no depth stands for its mixture."""
    before, onward = cloud_frame(state), abs(wanted - morph.target) <= abs(wanted - morph.source)
    rest = (morph_amount(state) - onward) * math.exp(-seconds / _FOLLOWING)
    if abs(rest) < _THERE:
        moved = replace(state, layer=morph.target if onward else morph.source, morph=None)
    else:
        moved = replace(state, morph=replace(morph, held=onward + rest, then=None))
    return replace(moved, camera=cameras.carried(moved.camera, before, cloud_frame(moved)))


def _at(state: AppState, wanted: float) -> AppState:
    """The state at a depth, the camera carried along; the nearer of two layers is the current one."""
    before = cloud_frame(state)
    first = min(int(wanted), len(state.scene.nodes) - 1)
    share = wanted - first
    if share >= 0.5:
        moved = replace(state, layer=first + 1, morph=Morph(first, first + 1, 0.0, state.transition, held=share))
    elif share:
        moved = replace(state, layer=first, morph=Morph(first + 1, first, 0.0, state.transition, held=1.0 - share))
    else:
        moved = replace(state, layer=first, morph=None)
    return replace(moved, camera=cameras.carried(moved.camera, before, cloud_frame(moved)))
