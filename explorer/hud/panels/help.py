"""Every key and what it does, drawn from the one table of keys."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.kit import Ui

KeyHelp = Sequence[tuple[str, str, str]]
"""Rows of group, keys, what they do."""

_KEYS = 132.0
_ROW = 25.0


def help_panel(ui: Ui, rows: KeyHelp) -> None:
    """Groups of keys in as many columns as fit."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for group, keys, meaning in rows:
        groups.setdefault(group, []).append((keys, meaning))
    if not groups:
        ui.paragraph("No keys are bound.")
        return
    wide = imgui.get_content_region_avail().x
    columns = 2 if wide > ui.px(560) and len(groups) > 1 else 1
    gap = ui.px(28)
    width = (wide - gap * (columns - 1)) / columns
    start = imgui.get_cursor_pos()
    heights = [0.0] * columns
    for group, entries in groups.items():
        column = heights.index(min(heights))
        imgui.set_cursor_pos(ImVec2(start.x + column * (width + gap), start.y + heights[column]))
        heights[column] += _group(ui, group, entries, width) + ui.px(14)
    imgui.set_cursor_pos(ImVec2(start.x, start.y + max(heights)))
    imgui.dummy(ImVec2(1, 1))


def _group(ui: Ui, title: str, entries: list[tuple[str, str]], width: float) -> float:
    """A heading and its rows; returns the height used."""
    place, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    ui.write(draw, place.x, place.y, title, theme.ACCENT, theme.HEADING, True)
    y = place.y + ui.px(24)
    keys_width = min(ui.px(_KEYS), width * 0.42)
    for keys, meaning in entries:
        y += _row(ui, draw, (place.x, y), keys, meaning, keys_width, width)
    imgui.dummy(ImVec2(width, y - place.y))
    return y - place.y


def _row(
    ui: Ui, draw: imgui.ImDrawList, place: tuple[float, float], keys: str, meaning: str, keys_width: float, width: float
) -> float:
    """Keycaps on the left, the meaning on the right, wrapped where it is long; returns the height."""
    x, y = place
    used = _caps(ui, draw, x, y, keys)
    left = max(keys_width, used + ui.px(10))
    lines = wrap(ui, meaning, width - left)
    step = ui.px(theme.HEADING + 4)
    for number, line in enumerate(lines):
        ui.write(draw, x + left, y + ui.px(3) + number * step, line, theme.TEXT, theme.HEADING)
    return max(ui.px(_ROW), len(lines) * step + ui.px(8))


def _caps(ui: Ui, draw: imgui.ImDrawList, x: float, y: float, keys: str) -> float:
    """Each key as a cap; returns the width used."""
    start, height = x, ui.px(20)
    for word in keys.split():
        text_width = ui.width(word, theme.SMALL)
        text_y = y + (height - theme.SMALL * ui.scale) / 2
        if word in {"+", "/", "or", "–", "−", "and", ","}:
            ui.write(draw, x, text_y, word, theme.FAINT, theme.SMALL)
            x += text_width + ui.px(5)
            continue
        cap = max(height, text_width + ui.px(12))
        low, high = ImVec2(x, y), ImVec2(x + cap, y + height)
        draw.add_rect_filled(low, high, theme.HOVER, ui.px(4))
        draw.add_rect(low, high, theme.EDGE, ui.px(4), max(1.0, ui.scale * 0.75))
        ui.write(draw, x + (cap - text_width) / 2, text_y, word, theme.TEXT, theme.SMALL)
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
