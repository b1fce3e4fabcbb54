"""The lasso or box while it is drawn, over the picture and under the panels."""

from __future__ import annotations

import math

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.kit import Ui
from explorer.world.selecting import BOX, Outline
from explorer.world.selection import ADD, REPLACE, SUBTRACT

_COLOURS = {REPLACE: theme.WHITE, ADD: theme.RIGHT, SUBTRACT: theme.WRONG}
_SIGNS = {ADD: "+", SUBTRACT: "−"}
_DASH, _MOST_DASHES = 5.0, 400
"""Pixels of a dash and of the gap after it, and how many are drawn at most."""


def draw_marquee(ui: Ui, outline: Outline | None) -> None:
    """What is being drawn around images, in a colour that says what becomes of them."""
    if outline is None or len(outline.places) < 2:
        return
    draw, colour = imgui.get_background_draw_list(), _COLOURS[outline.how]
    line, shadow = ui.px(1.5), theme.faded(theme.SHADOW, 0.7)
    points = [ImVec2(x, y) for x, y in outline.corners.tolist()]
    if outline.tool == BOX:
        draw.add_rect_filled(points[0], points[2], theme.faded(colour, 0.07))
        points.append(points[0])
    for width, ink in ((line + ui.px(2), shadow), (line, theme.faded(colour, 0.9))):
        for point in points:
            draw.path_line_to(point)
        draw.path_stroke(ink, width)
    if outline.tool != BOX:
        _dashes(ui, draw, outline.places[-1], outline.places[0], theme.faded(colour, 0.6))
        draw.add_circle_filled(points[0], ui.px(3), theme.faded(colour, 0.9), 16)
    if outline.how in _SIGNS:
        x, y = outline.places[-1]
        ui.write(draw, x + ui.px(12), y - ui.px(24), _SIGNS[outline.how], colour, theme.TITLE, True)


def _dashes(ui: Ui, draw: imgui.ImDrawList, start: tuple[float, float], end: tuple[float, float], colour: int) -> None:
    """The side that closes the lasso when the mouse is let go."""
    length = math.dist(start, end)
    count = min(_MOST_DASHES, int(length / (2 * ui.px(_DASH))))
    for n in range(count):
        a, b = n / count, (n + 0.5) / count
        at = [ImVec2(start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t) for t in (a, b)]
        draw.add_line(at[0], at[1], colour, max(1.0, ui.px(1)))
