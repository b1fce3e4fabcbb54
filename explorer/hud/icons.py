"""Small line icons, drawn rather than taken from a font: the typeface has no transport symbols."""

from __future__ import annotations

from collections.abc import Callable

from imgui_bundle import ImVec2, imgui

Icon = Callable[[imgui.ImDrawList, float, float, float, int], None]
"""Draws into a list, centred at x, y, with a half size ``r``, in a colour."""


def play(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A triangle to the right."""
    back = x - r * 0.6
    draw.add_triangle_filled(ImVec2(back, y - r * 0.9), ImVec2(x + r, y), ImVec2(back, y + r * 0.9), colour)


def pause(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """Two bars."""
    for side in (-1, 1):
        middle = x + side * r * 0.48
        low, high = ImVec2(middle - r * 0.26, y - r * 0.85), ImVec2(middle + r * 0.26, y + r * 0.85)
        draw.add_rect_filled(low, high, colour, 1)


def record(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A disc."""
    draw.add_circle_filled(ImVec2(x, y), r * 0.85, colour, 20)


def stop(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A square."""
    draw.add_rect_filled(ImVec2(x - r * 0.8, y - r * 0.8), ImVec2(x + r * 0.8, y + r * 0.8), colour, r * 0.2)


def camera(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A photo camera."""
    line = max(1.0, r * 0.22)
    draw.add_rect(ImVec2(x - r, y - r * 0.6), ImVec2(x + r, y + r * 0.8), colour, r * 0.3, line)
    draw.add_circle(ImVec2(x, y + r * 0.1), r * 0.4, colour, 16, line)
    draw.add_rect_filled(ImVec2(x - r * 0.4, y - r * 0.9), ImVec2(x + r * 0.4, y - r * 0.55), colour, 1)


def previous(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A chevron to the left."""
    _chevron(draw, x, y, r, colour, -1)


def following(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A chevron to the right."""
    _chevron(draw, x, y, r, colour, 1)


def close(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A cross."""
    line, reach = max(1.0, r * 0.28), r * 0.8
    draw.add_line(ImVec2(x - reach, y - reach), ImVec2(x + reach, y + reach), colour, line)
    draw.add_line(ImVec2(x - reach, y + reach), ImVec2(x + reach, y - reach), colour, line)


def down(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A chevron downwards."""
    line = max(1.0, r * 0.4)
    draw.add_line(ImVec2(x - r, y - r * 0.5), ImVec2(x, y + r * 0.5), colour, line)
    draw.add_line(ImVec2(x, y + r * 0.5), ImVec2(x + r, y - r * 0.5), colour, line)


def about(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """An i in a ring."""
    line = max(1.0, r * 0.2)
    draw.add_circle(ImVec2(x, y), r, colour, 20, line)
    draw.add_circle_filled(ImVec2(x, y - r * 0.45), line * 0.75, colour, 8)
    draw.add_line(ImVec2(x, y - r * 0.1), ImVec2(x, y + r * 0.55), colour, line * 1.2)


def frame(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """Four corners around a point."""
    line = max(1.0, r * 0.22)
    for sx in (-1, 1):
        for sy in (-1, 1):
            corner = ImVec2(x + sx * r, y + sy * r)
            draw.add_line(corner, ImVec2(corner.x - sx * r * 0.6, corner.y), colour, line)
            draw.add_line(corner, ImVec2(corner.x, corner.y - sy * r * 0.6), colour, line)
    draw.add_circle_filled(ImVec2(x, y), r * 0.3, colour, 12)


def overview(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """Three nodes in a row, receding."""
    line = max(1.0, r * 0.2)
    draw.add_line(ImVec2(x - r * 0.7, y + r * 0.5), ImVec2(x + r * 0.9, y - r * 0.6), colour, line)
    for dx, dy, size in ((-0.7, 0.5, 0.42), (0.15, -0.08, 0.32), (0.9, -0.6, 0.24)):
        draw.add_circle_filled(ImVec2(x + dx * r, y + dy * r), r * size, colour, 14)


def search(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A magnifying glass."""
    line = max(1.0, r * 0.22)
    draw.add_circle(ImVec2(x - r * 0.2, y - r * 0.2), r * 0.62, colour, 18, line)
    draw.add_line(ImVec2(x + r * 0.28, y + r * 0.28), ImVec2(x + r * 0.85, y + r * 0.85), colour, line)


def pointer(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """An arrow to the upper left."""
    for dx, dy in ((-0.7, -1.0), (0.8, 0.35), (0.1, 0.4), (-0.25, 1.0), (-0.7, -1.0)):
        draw.path_line_to(ImVec2(x + dx * r, y + dy * r))
    draw.path_stroke(colour, max(1.0, r * 0.24))


def lasso(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A loop with a loose end."""
    line = max(1.0, r * 0.24)
    draw.add_ellipse(ImVec2(x + r * 0.1, y - r * 0.2), ImVec2(r * 1.05, r * 0.7), colour, 0.0, 24, line)
    draw.path_line_to(ImVec2(x - r * 0.55, y + r * 0.35))
    draw.path_line_to(ImVec2(x - r * 0.75, y + r * 0.65))
    draw.path_line_to(ImVec2(x - r * 0.45, y + r * 1.05))
    draw.path_stroke(colour, line)


def box(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A rectangle in dashes."""
    line, size = max(1.0, r * 0.24), r * 0.95
    for along in (-1.0, -0.2, 0.6):
        start, end = along * size, (along + 0.4) * size
        for side in (-size, size):
            draw.add_line(ImVec2(x + start, y + side), ImVec2(x + end, y + side), colour, line)
            draw.add_line(ImVec2(x + side, y + start), ImVec2(x + side, y + end), colour, line)


def pen(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A pencil, its tip at the lower left."""
    line = max(1.0, r * 0.24)
    for dx, dy in ((-1.0, 1.0), (-0.75, 0.2), (0.35, -0.9), (0.9, -0.35), (-0.2, 0.75), (-1.0, 1.0)):
        draw.path_line_to(ImVec2(x + dx * r, y + dy * r))
    draw.path_stroke(colour, line)


def cross(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int) -> None:
    """A diagonal cross."""
    line, arm = max(1.0, r * 0.28), r * 0.8
    draw.add_line(ImVec2(x - arm, y - arm), ImVec2(x + arm, y + arm), colour, line)
    draw.add_line(ImVec2(x - arm, y + arm), ImVec2(x + arm, y - arm), colour, line)


def _chevron(draw: imgui.ImDrawList, x: float, y: float, r: float, colour: int, side: int) -> None:
    tip = x + side * r * 0.42
    draw.path_line_to(ImVec2(tip - side * r * 0.84, y - r * 0.84))
    draw.path_line_to(ImVec2(tip, y))
    draw.path_line_to(ImVec2(tip - side * r * 0.84, y + r * 0.84))
    draw.path_stroke(colour, max(1.0, r * 0.26))
