"""The card beside the cursor: what the hovered point is. Drawn, not a window: it takes no input."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.kit import Rect, Ui
from explorer.hud.textures import Picture
from explorer.hud.words import Facts

PICTURE = 96.0
"""Side of the square a picture is fitted into."""

_PADDING = 10.0
_OFFSET = 18.0
_TEXT = 190.0


def place(x: float, y: float, width: float, height: float, screen: Rect, offset: float) -> tuple[float, float]:
    """The top left corner of a card that stays on the screen and leaves the cursor's place free.

    Args:
        x: cursor.
        y: cursor.
        width: of the card.
        height: of the card.
        screen: where the card may be.
        offset: distance kept from the cursor.
    """
    left, top, right, bottom = screen
    if x + offset + width <= right:
        card_x = x + offset
    elif x - offset - width >= left:
        card_x = x - offset - width
    else:  # no room beside the cursor: below or above it
        card_y = y + offset if y + offset + height <= bottom else y - offset - height
        return min(max(x - width / 2, left), max(left, right - width)), max(top, card_y)
    return card_x, min(max(y - height / 3, top), max(top, bottom - height))


def draw_card(ui: Ui, facts: Facts, image: int, picture: Picture | None, screen: Rect, alpha: float) -> Rect:
    """Draw the card of an image next to the cursor; returns its rectangle."""
    pad, gap = ui.px(_PADDING), ui.px(12)
    shown = (picture.width, picture.height) if picture else (0, 0)
    lines = _lines(facts, image)
    text_width = min(ui.px(_TEXT), max(ui.width(text, size, bold) for text, size, bold, _ in lines) + ui.px(16))
    text_width = max(text_width, ui.px(84))
    text_height = sum(ui.px(size + 6) for _, size, _, _ in lines)
    picture_width = shown[0] + gap if picture else 0.0
    width = 2 * pad + picture_width + text_width
    height = 2 * pad + max(float(shown[1]), text_height)
    mouse = imgui.get_io().mouse_pos
    x, y = (float(round(edge)) for edge in place(mouse.x, mouse.y, width, height, screen, ui.px(_OFFSET)))
    draw = imgui.get_foreground_draw_list()
    low, high, radius = ImVec2(x, y), ImVec2(x + width, y + height), ui.px(theme.RADIUS)
    draw.add_rect_filled(low, high, theme.faded(theme.FLOATING, alpha), radius)
    draw.add_rect(low, high, theme.faded(theme.PRESS, alpha), radius, max(1.0, ui.scale * 0.75))
    if picture:
        corner = ImVec2(x + pad, y + pad)
        end = ImVec2(corner.x + shown[0], corner.y + shown[1])
        tint = theme.faded(theme.WHITE, alpha)
        draw.add_image_rounded(picture.ref, corner, end, ImVec2(0, 0), ImVec2(1, 1), tint, ui.px(4))
    left, line = x + pad + picture_width, y + pad
    for index, (text, size, bold, colour) in enumerate(lines):
        indent = ui.px(16) if index == 0 else 0.0
        if index == 0:
            middle = ImVec2(left + ui.px(5), line + size * ui.scale / 2 + ui.px(1))
            draw.add_circle_filled(middle, ui.px(5), theme.faded(facts.colour, alpha), 16)
        cut = ui.elide(text, text_width - indent, size, bold)
        ui.write(draw, left + indent, line, cut, theme.faded(colour, alpha), size, bold)
        line += ui.px(size + 6)
    return x, y, x + width, y + height


def _lines(facts: Facts, image: int) -> list[tuple[str, float, bool, int]]:
    lines = [(facts.label, theme.TITLE, True, theme.TEXT)]
    if facts.prediction:
        seen = f"{facts.prediction}  {facts.confidence}".strip()
        lines.append((f"predicted {seen}", theme.HEADING, False, theme.DIM))
        if facts.verdict:
            lines.append((facts.verdict, theme.HEADING, True, facts.verdict_colour))
    if facts.attribute:
        lines.append((facts.attribute, theme.HEADING, False, theme.TEXT))
    lines.append((f"#{image}", theme.SMALL, False, theme.FAINT))
    return lines
