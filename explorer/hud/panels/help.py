"""Every key and what it does, drawn from the one table of keys."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.kit import Ui

KeyHelp = Sequence[tuple[str, str, str]]
"""Rows of group, keys (parted by two spaces), what they do."""

Entries = list[tuple[str, str]]
"""Keys and what they do."""

_KEYS = 132.0
_ROW = 23.5
_HEAD = 23.0


def help_panel(ui: Ui, rows: KeyHelp) -> None:
    """Groups of keys in as many columns as fit."""
    if not rows:
        ui.paragraph("No keys are bound.")
        return
    wide = imgui.get_content_region_avail().x
    start = imgui.get_cursor_screen_pos()
    placed, width, height = _arrange(ui, rows, wide)
    for group, entries, x, y in placed:
        _group(ui, group, entries, (start.x + x, start.y + y), width)
    imgui.dummy(ImVec2(wide, height))


def help_height(ui: Ui, rows: KeyHelp, window_width: float) -> float:
    """Height of the content in a window of that width, pixels."""
    return _arrange(ui, rows, window_width - 2 * imgui.get_style().window_padding.x)[2]


def _arrange(ui: Ui, rows: KeyHelp, wide: float) -> tuple[list[tuple[str, Entries, float, float]], float, float]:
    """Each group with its entries and place; the width of a column; the height of all."""
    groups: dict[str, Entries] = {}
    for group, keys, meaning in rows:
        groups.setdefault(group, []).append((keys, meaning))
    columns = 2 if wide > ui.px(560) and len(groups) > 1 else 1
    gap = ui.px(28)
    width = (wide - gap * (columns - 1)) / columns
    heights = [0.0] * columns
    placed = []
    for group, entries in groups.items():
        column = heights.index(min(heights))
        placed.append((group, entries, column * (width + gap), heights[column]))
        rows_height = sum(_row_height(ui, *_row_shape(ui, entry, width)) for entry in entries)
        heights[column] += ui.px(_HEAD) + rows_height + ui.px(8)
    return placed, width, max(heights, default=0.0)


def _group(ui: Ui, title: str, entries: Entries, place: tuple[float, float], width: float) -> None:
    """A heading and its rows: keycaps on the left, the meaning on the right, wrapped where it is long."""
    draw, (x, y) = imgui.get_window_draw_list(), place
    ui.write(draw, x, y, title, theme.ACCENT, theme.HEADING, True)
    y += ui.px(_HEAD)
    for entry in entries:
        left, lines = _row_shape(ui, entry, width)
        _caps(ui, draw, x, y, entry[0])
        for number, line in enumerate(lines):
            top = y + ui.px(3) + number * ui.px(theme.HEADING + 4)
            ui.write(draw, x + left, top, line, theme.TEXT, theme.HEADING)
        y += _row_height(ui, left, lines)


def _row_shape(ui: Ui, entry: tuple[str, str], width: float) -> tuple[float, list[str]]:
    """Where the meaning begins, and its lines."""
    keys, meaning = entry
    left = max(min(ui.px(_KEYS), width * 0.42), _caps(ui, None, 0.0, 0.0, keys) + ui.px(10))
    return left, wrap(ui, meaning, width - left)


def _row_height(ui: Ui, _left: float, lines: list[str]) -> float:
    return max(ui.px(_ROW), len(lines) * ui.px(theme.HEADING + 4) + ui.px(6))


def _caps(ui: Ui, draw: imgui.ImDrawList | None, x: float, y: float, keys: str) -> float:
    """Each of several keys (parted by two spaces) as a cap; returns the width used.

    Without a draw list it only measures.
    """
    start, height = x, ui.px(20)
    for key in keys.split("  "):
        text_width = ui.width(key, theme.SMALL)
        cap = max(height, text_width + ui.px(12))
        if draw:
            low, high = ImVec2(x, y), ImVec2(x + cap, y + height)
            draw.add_rect_filled(low, high, theme.HOVER, ui.px(4))
            draw.add_rect(low, high, theme.EDGE, ui.px(4), max(1.0, ui.scale * 0.75))
            text_y = y + (height - theme.SMALL * ui.scale) / 2
            ui.write(draw, x + (cap - text_width) / 2, text_y, key, theme.TEXT, theme.SMALL)
        x += cap + ui.px(5)
    return x - start


def wrap(ui: Ui, text: str, width: float, size: float = theme.HEADING) -> list[str]:
    """The text in lines that fit a width, broken between words."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and ui.width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]
