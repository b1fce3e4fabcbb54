"""The biplot: the 15 axes as the tour shows them, each to be taken by its tip and dragged (Gabriel 1971)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.kit import Ui
from explorer.hud.widgets import hit
from explorer.types import DIMS, Float64
from explorer.world import intents as say
from explorer.world.intents import Intent
from explorer.world.state import AppState
from explorer.world.travel import camera_matrices, cloud_frame

_REACH = 11.0
"""Pixels from a tip within which it is taken."""
_NUMBERED = 0.3
"""Axes shorter than this share of their length have no number: they point at the eye, or out of the shown space."""


@dataclass
class BiplotMemory:
    """Which axis is held."""

    axis: int | None = None


def biplot(ui: Ui, state: AppState, side: float, memory: BiplotMemory) -> list[Intent]:
    """The axes on a disc of ``side`` pixels, as the camera sees them.

    An axis as long as the disc's radius lies wholly in the plane of the screen; one in the middle is not seen at all.
    """
    at = hit(ui, "Axes", side, side)
    left, top, right, bottom = at.rect
    middle, radius = np.array([(left + right) / 2, (top + bottom) / 2]), side / 2 - ui.px(12)
    towards_camera = to_camera(state)
    seen = state.tour.basis @ towards_camera  # (15, 3) camera frame: right, up, towards the eye
    tips = middle + seen[:, :2] * [radius, -radius]  # (15, 2) pixels
    mouse = np.array([imgui.get_io().mouse_pos.x, imgui.get_io().mouse_pos.y])
    near = _nearest(tips, mouse, ui.px(_REACH)) if at.hovered else None
    if not at.held:
        memory.axis = None
    elif memory.axis is None and imgui.is_item_activated():
        memory.axis = near
    lit = memory.axis if memory.axis is not None else near
    _draw(ui, middle, radius, tips, seen, lit)
    if memory.axis is None:
        if near is not None:
            length = float(np.linalg.norm(state.tour.basis[near]))
            ui.tooltip(f"Axis {near + 1}, {length:.0%} of it in view. Drag it to turn the tour.")
        return []
    wanted = np.append((mouse - middle) / [radius, -radius], seen[memory.axis, 2])  # (3,) camera frame
    place = towards_camera @ wanted  # (3,) shown space
    return [say.MoveAxis(memory.axis, tuple(float(x) for x in place / max(1.0, float(np.linalg.norm(place)))))]


def to_camera(state: AppState) -> Float64:
    """The rotation (3, 3) that takes row vectors of the shown space to the camera's right, up and back."""
    yaw = cloud_frame(state).yaw
    cos, sin = np.cos(yaw), np.sin(yaw)
    turned = np.array([[cos, 0.0, -sin], [0.0, 1.0, 0.0], [sin, 0.0, cos]])
    return np.asarray(turned @ camera_matrices(state)[0][:3, :3])


def _nearest(tips: Float64, mouse: Float64, reach: float) -> int | None:
    distances = np.linalg.norm(tips - mouse, axis=1)  # (15,)
    nearest = int(np.argmin(distances))
    return nearest if distances[nearest] <= reach else None


def _draw(ui: Ui, middle: Float64, radius: float, tips: Float64, seen: Float64, lit: int | None) -> None:
    draw, centre = imgui.get_window_draw_list(), ImVec2(*middle)
    draw.add_circle_filled(centre, radius, theme.faded(theme.WELL, 0.6), 48)
    draw.add_circle(centre, radius, theme.EDGE, 48, max(1.0, ui.scale))
    lengths = np.linalg.norm(seen, axis=1)  # (15,)
    for axis in sorted(range(DIMS), key=lambda i: (i == lit, seen[i, 2])):  # those that point at the eye last
        tip, share = ImVec2(*tips[axis]), float(lengths[axis])
        colour = theme.ACCENT if axis == lit else theme.faded(theme.TEXT, 0.25 + 0.6 * share)
        draw.add_line(centre, tip, colour, max(1.0, ui.scale * (2.0 if axis == lit else 0.6 + share)))
        draw.add_circle_filled(tip, ui.px(3.5 if axis == lit else 2.5), colour, 12)
        out = tips[axis] - middle
        long = float(np.linalg.norm(out))
        if axis == lit or long > _NUMBERED * radius:
            text = str(axis + 1)
            x, y = tips[axis] + out / max(long, 1e-6) * ui.px(9)
            x, y = x - ui.width(text, theme.TINY) / 2, y - theme.TINY * ui.scale / 2
            ui.write(draw, x, y, text, theme.WHITE if axis == lit else theme.DIM, theme.TINY)
