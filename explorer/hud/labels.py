"""Names of the layers at their places in space: crisp, never on top of each other, never popping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.geometry.matrices import to_pixels
from explorer.hud import theme
from explorer.hud.kit import Rect, Ui
from explorer.hud.overlay import apart, fade, least, outlined
from explorer.types import Float64, Viewport
from explorer.world.draw_list import DrawList, Label

MOST = 300
"""Labels shown at once."""

_NEAREST = 0.05
_MARGIN = 12.0
_RATE = 7.0
_STICKY = 0.8
_GONE = 0.02
_READABLE = 0.3
_LONGEST = 260.0


@dataclass(frozen=True)
class Placed:
    """A label as drawn."""

    node: int
    rect: Rect
    opacity: float


class Labels:
    """Places and draws the labels; remembers how visible each one is."""

    def __init__(self) -> None:
        """No label is visible yet."""
        self.placed: list[Placed] = []
        self.hovered: int | None = None
        """The node whose name is drawn lit."""
        self._opacity: dict[int, float] | None = None

    def draw(self, ui: Ui, draw_list: DrawList, blocked: Sequence[Rect], dt: float) -> None:
        """Draw on the background list, under every panel.

        Args:
            ui: the kit.
            draw_list: of this frame.
            blocked: rectangles of the panels.
            dt: seconds, for the fading.
        """
        labels, rects, order = self._candidates(ui, draw_list)
        before = self._opacity
        wanted, ceiling = _room(rects, order, labels, blocked, before or {}, _MARGIN * ui.scale)
        if before is None:
            opacity = {labels[i].node: min(wanted[i], ceiling[i]) for i in order}
        else:
            step = 1.0 - float(np.exp(-_RATE * dt))
            opacity = {}
            for i in order:
                was = before.get(labels[i].node, 0.0)
                now = min(was + (wanted[i] - was) * step, ceiling[i])
                rising = min(wanted[i], ceiling[i]) > _GONE
                opacity[labels[i].node] = now if rising or now > _GONE else 0.0
        self._opacity = opacity
        self.placed = []
        for i in reversed(order):
            alpha = opacity[labels[i].node] * labels[i].opacity * _in_sight(rects[i], draw_list.viewport, _MARGIN)
            if alpha > _GONE:
                left, top, right, bottom = (float(edge) for edge in rects[i])
                self.placed.append(Placed(labels[i].node, (left, top, right, bottom), alpha))
                lit = labels[i].node == self.hovered
                _draw_label(ui, labels[i], (left, top, right, bottom), alpha, len(order) > 80, lit)

    def under(self, x: float, y: float) -> int | None:
        """The node whose name is at a pixel, as drawn in the last frame."""
        for label in self.placed:
            left, top, right, bottom = label.rect
            if left <= x < right and top <= y < bottom and label.opacity > _READABLE:
                return label.node
        return None

    def _candidates(self, ui: Ui, draw_list: DrawList) -> tuple[list[Label], Float64, list[int]]:
        """Labels in view, their rectangles (n, 4), and the order in which they get their place."""
        labels = [label for label in draw_list.labels if label.opacity > _GONE]
        if not labels:
            return [], np.zeros((0, 4)), []
        positions = np.stack([label.position for label in labels])  # (n, 3)
        places = to_pixels(positions, draw_list.view, draw_list.projection, draw_list.viewport)  # (n, 3)
        near = [i for i in range(len(labels)) if places[i, 2] > _NEAREST]
        seen = self._opacity or {}
        rank = {
            i: (not labels[i].current, float(places[i, 2]) * (_STICKY if seen.get(labels[i].node, 0.0) > 0.5 else 1.0))
            for i in near
        }
        order = sorted(near, key=lambda i: rank[i])[: 2 * MOST]
        rects = np.zeros((len(labels), 4))
        for i in order:
            width, height = _size(ui, labels[i])
            x, y = places[i, 0] - width / 2, places[i, 1]
            rects[i] = (x, y, x + width, y + height)
        size = draw_list.viewport
        inside = [
            i for i in order
            if rects[i, 2] > 0 and rects[i, 0] < size.width and rects[i, 3] > 0 and rects[i, 1] < size.height
        ]  # fmt: skip
        return labels, rects, inside[:MOST]


def _room(
    rects: Float64, order: list[int], labels: list[Label], blocked: Sequence[Rect], before: dict[int, float],
    margin: float,
) -> tuple[dict[int, float], dict[int, float]]:  # fmt: skip
    """How visible each label should become (0 or 1), and may be at most this very frame.

    A label that comes too near one placed before it goes, eased; where they would touch before it
    has gone, the gap between them caps it: no two visible ones overlap, and none pops while the
    camera moves smoothly. One not yet visible waits until those it would cover have gone.
    """
    wanted: dict[int, float] = {}
    ceiling: dict[int, float] = {}
    panels = np.array(blocked, dtype=float).reshape(-1, 4)
    shown = np.array([before.get(labels[i].node, 0.0) > _GONE for i in order], dtype=bool)
    lined_up = rects[order]
    taken = np.zeros(len(order), dtype=bool)
    for place, i in enumerate(order):
        to_panels = least(apart(rects[i], panels))
        gaps = apart(rects[i], lined_up)
        gaps[place] = np.inf
        near = min(to_panels, least(gaps[taken]))
        taken[place] = near > (margin / 2 if shown[place] else margin)  # what is shown stays a little longer
        wanted[i] = float(taken[place])
        # One that stays gives way only to those before it; one that goes, to everything in sight.
        rivals = shown & taken if shown[place] and taken[place] else shown
        ceiling[i] = fade(min(to_panels, least(gaps[rivals])), margin / 2)
    return wanted, ceiling


def _in_sight(rect: Float64, viewport: Viewport, margin: float) -> float:
    """1 inside the window, 0 for a label its edge would cut off, smooth between."""
    return fade(min(rect[0], rect[1], viewport.width - rect[2], viewport.height - rect[3]), margin)


def _sizes(label: Label) -> tuple[float, float]:
    return (17.0, 13.0) if label.current else (14.0, 12.0)


def _size(ui: Ui, label: Label) -> tuple[float, float]:
    title, subtitle = _sizes(label)
    longest = _LONGEST * ui.scale
    text = ui.elide(label.title, longest, title, True)
    below = ui.elide(label.subtitle, longest, subtitle) if label.detail > 0.0 else ""
    width = max(ui.width(text, title, True), ui.width(below, subtitle))
    return width, (title + (subtitle + 3.0 if below else 0.0)) * ui.scale


def _draw_label(ui: Ui, label: Label, rect: Rect, alpha: float, plain: bool, lit: bool) -> None:
    title, subtitle = _sizes(label)
    longest, middle = _LONGEST * ui.scale, (rect[0] + rect[2]) / 2
    bright = theme.ACCENT if lit and not label.current else theme.WHITE if label.current else theme.TEXT
    text = ui.elide(label.title, longest, title, True)
    below = ui.elide(label.subtitle, longest, subtitle)
    x = middle - ui.width(text, title, True) / 2
    outlined(ui, x, rect[1], text, theme.faded(bright, alpha), title, True, alpha, plain)
    x, y = middle - ui.width(below, subtitle) / 2, rect[1] + (title + 3.0) * ui.scale
    if below and label.detail > 0.0:
        dim = alpha * label.detail
        outlined(ui, x, y, below, theme.faded(theme.DIM, dim), subtitle, False, dim, plain)
