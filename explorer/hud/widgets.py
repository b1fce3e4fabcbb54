"""The few controls the panels are made of, each drawn by us on top of an invisible ImGui button."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from explorer.hud import icons, theme
from explorer.hud.kit import Rect, Ui


@dataclass(frozen=True)
class Hit:
    """What the mouse does with a widget this frame, and where the widget is."""

    pressed: bool
    hovered: bool
    held: bool
    rect: Rect

    @property
    def middle(self) -> float:
        """Vertical centre in pixels."""
        return (self.rect[1] + self.rect[3]) / 2


def hit(ui: Ui, label: str, width: float, height: float) -> Hit:
    """A widget that is not drawn yet: ``width`` x ``height`` pixels at the cursor."""
    pressed = imgui.invisible_button(f"##{label}", ImVec2(max(1.0, width), max(1.0, height)))
    low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
    ui.note(label)
    return Hit(pressed, imgui.is_item_hovered(), imgui.is_item_active(), (low.x, low.y, high.x, high.y))


def _ground(hit: Hit, colour: int, rounding: float) -> None:
    left, top, right, bottom = hit.rect
    imgui.get_window_draw_list().add_rect_filled(ImVec2(left, top), ImVec2(right, bottom), colour, rounding)


def _shade(hit: Hit, rest: int = theme.WELL) -> int:
    return theme.PRESS if hit.held else theme.HOVER if hit.hovered else rest


def button(
    ui: Ui, label: str, width: float = 0.0, icon: icons.Icon | None = None, tip: str = "", on: bool = False,
    colour: int = theme.TEXT, height: float = theme.CONTROL,
) -> bool:  # fmt: skip
    """A push button.

    Args:
        ui: the kit.
        label: what is written on it, and its name.
        width: pixels; 0 fits the text.
        icon: drawn before the text.
        tip: tooltip.
        on: draw it lit, for a thing that is in force.
        colour: of text and icon.
        height: pixels at ratio 1.

    Returns:
        True when it was clicked.
    """
    room = ui.px(16) if icon else 0.0
    text = label if not width else ui.elide(label, width - room - ui.px(10), theme.BODY)
    text_width = ui.width(text)
    at = hit(ui, label, width or text_width + room + ui.px(22), ui.px(height))
    ui.tip(tip)
    _ground(at, theme.ACCENT_WELL if on and not at.hovered else _shade(at), ui.px(6))
    draw = imgui.get_window_draw_list()
    left, _, right, _ = at.rect
    x = left + (right - left - text_width - room) / 2
    if icon:
        icon(draw, x + ui.px(5), at.middle, ui.px(5), colour)
    ui.write(draw, x + room, at.middle - theme.BODY * ui.scale / 2, text, colour)
    return at.pressed


def icon_button(
    ui: Ui, label: str, icon: icons.Icon, tip: str = "", on: bool = False, colour: int = theme.TEXT,
    enabled: bool = True, side: float = theme.CONTROL,
) -> bool:  # fmt: skip
    """A square button with an icon alone."""
    at = hit(ui, label, ui.px(side), ui.px(side))
    ui.tip(tip or label)
    if enabled:
        _ground(at, theme.ACCENT_WELL if on and not at.hovered else _shade(at), ui.px(6))
    ink = colour if enabled else theme.faded(theme.FAINT, 0.6)
    icon(imgui.get_window_draw_list(), (at.rect[0] + at.rect[2]) / 2, at.middle, ui.px(min(5.0, 0.22 * side)), ink)
    return at.pressed and enabled


def tab(ui: Ui, label: str, on: bool, tip: str = "") -> bool:
    """A small text toggle, lit when on (the toolbar's panel switches)."""
    text_width = ui.width(label, theme.HEADING)
    at = hit(ui, label, text_width + ui.px(16), ui.px(theme.CONTROL))
    ui.tip(tip)
    rest = theme.ACCENT_WELL if on else theme.rgba(0, 0, 0, 0)
    _ground(at, _shade(at, rest) if not on or at.held else rest, ui.px(6))
    colour = theme.TEXT if on or at.hovered else theme.DIM
    y = at.middle - theme.HEADING * ui.scale / 2
    ui.write(imgui.get_window_draw_list(), at.rect[0] + ui.px(8), y, label, colour, theme.HEADING)
    return at.pressed


def segmented(
    ui: Ui, options: Sequence[str], current: int, width: float, tips: Sequence[str] = (),
    disabled: Collection[int] = (),
) -> int | None:  # fmt: skip
    """A row of options of which one holds; those that are disabled cannot be chosen.

    Returns:
        The index of the option clicked, or None.
    """
    place, height, inset = imgui.get_cursor_screen_pos(), ui.px(theme.CONTROL), ui.px(2)
    draw = imgui.get_window_draw_list()
    low, high = ImVec2(place.x, place.y), ImVec2(place.x + width, place.y + height)
    draw.add_rect_filled(low, high, theme.WELL, ui.px(7))
    chosen = None
    part = width / len(options)
    for index, option in enumerate(options):
        imgui.set_cursor_screen_pos(ImVec2(place.x + index * part, place.y))
        at = hit(ui, option, part, height)
        ui.tip(tips[index] if tips else "")
        off = index in disabled
        if index == current or (at.hovered and not off):
            shade = theme.PRESS if index == current else theme.WELL
            corner = ImVec2(at.rect[2] - inset, at.rect[3] - inset)
            draw.add_rect_filled(ImVec2(at.rect[0] + inset, at.rect[1] + inset), corner, shade, ui.px(5))
        text = ui.elide(option, part - 2 * inset, theme.HEADING)
        x = at.rect[0] + (part - ui.width(text, theme.HEADING)) / 2
        colour = theme.TEXT if index == current else theme.faded(theme.FAINT, 0.55) if off else theme.DIM
        ui.write(draw, x, at.middle - theme.HEADING * ui.scale / 2, text, colour, theme.HEADING)
        if at.pressed and index != current and not off:
            chosen = index
    return chosen


def slider(ui: Ui, label: str, shown: str, fraction: float, tip: str = "") -> float | None:
    """A labelled track with a knob.

    Args:
        ui: the kit.
        label: its name, written above on the left.
        shown: the value in words, above on the right.
        fraction: where the knob is, 0 to 1.
        tip: tooltip.

    Returns:
        The new fraction while it is dragged, None otherwise.
    """
    at = hit(ui, label, imgui.get_content_region_avail().x, ui.px(36))
    ui.tip(tip)
    draw, radius = imgui.get_window_draw_list(), ui.px(6)
    left, top, right, bottom = at.rect
    ui.write(draw, left, top, label, theme.DIM)
    ui.write(draw, right - ui.width(shown), top, shown)
    return _track(ui, at, left, right, bottom - ui.px(8), radius, fraction)


def _track(ui: Ui, at: Hit, left: float, right: float, y: float, radius: float, fraction: float) -> float | None:
    """The track of a slider from ``left`` to ``right`` and its knob; the new fraction while it is dragged."""
    draw, start, end = imgui.get_window_draw_list(), left + radius, right - radius
    knob = start + (end - start) * min(1.0, max(0.0, fraction))
    half = ui.px(2)
    draw.add_rect_filled(ImVec2(left, y - half), ImVec2(right, y + half), theme.HOVER, half)
    draw.add_rect_filled(ImVec2(left, y - half), ImVec2(knob, y + half), theme.ACCENT, half)
    draw.add_circle_filled(ImVec2(knob, y), radius, theme.WHITE if at.hovered or at.held else theme.TEXT, 20)
    if not at.held:
        return None
    moved = min(1.0, max(0.0, (imgui.get_io().mouse_pos.x - start) / (end - start)))
    return moved if abs(moved - fraction) > 1e-4 else None


def row_slider(ui: Ui, label: str, shown: str, fraction: float, tip: str = "", room: str = "") -> float | None:
    """A slider in one row: name, track and value.

    Args:
        ui: the kit.
        label: its name, on the left.
        shown: the value in words, on the right.
        fraction: where the knob is, 0 to 1.
        tip: tooltip.
        room: the widest value there can be, so that the track keeps its length.

    Returns:
        The new fraction while it is dragged, None otherwise.
    """
    at = hit(ui, label, imgui.get_content_region_avail().x, ui.px(24))
    ui.tip(tip)
    draw, radius, gap = imgui.get_window_draw_list(), ui.px(6), ui.px(10)
    left, _, right, _ = at.rect
    y = at.middle - theme.BODY * ui.scale / 2
    ui.write(draw, left, y, label, theme.DIM)
    ui.write(draw, right - ui.width(shown), y, shown)
    start = left + ui.width(label) + gap
    return _track(ui, at, start, right - max(ui.width(shown), ui.width(room)) - gap, at.middle, radius, fraction)


def switch(ui: Ui, label: str, on: bool, tip: str = "", enabled: bool = True) -> bool:
    """A name with a switch at the right end of its row; True when it was clicked, unless it is disabled."""
    at = hit(ui, label, imgui.get_content_region_avail().x, ui.px(24))
    ui.tip(tip)
    draw = imgui.get_window_draw_list()
    left, _, right, _ = at.rect
    ink = theme.FAINT if not enabled else theme.TEXT if on or at.hovered else theme.DIM
    ui.write(draw, left, at.middle - theme.BODY * ui.scale / 2, label, ink)
    half, width = ui.px(8), ui.px(30)
    low, high = ImVec2(right - width, at.middle - half), ImVec2(right, at.middle + half)
    ground = theme.WELL if not enabled else theme.ACCENT if on else theme.PRESS if at.hovered else theme.HOVER
    draw.add_rect_filled(low, high, ground, half)
    knob = right - half if on else right - width + half
    colour = theme.FAINT if not enabled else theme.WHITE if on else theme.TEXT
    draw.add_circle_filled(ImVec2(knob, at.middle), half - ui.px(2), colour, 20)
    return at.pressed and enabled


def search(ui: Ui, label: str, hint: str, value: str) -> str:
    """A one-line text field with a magnifying glass; returns its text."""
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(ui.px(27), ui.px(6)))
    imgui.set_next_item_width(width)
    imgui.push_font(ui.regular, theme.HEADING)
    _, text = imgui.input_text_with_hint(f"##{label}", hint, value)
    imgui.pop_font()
    imgui.pop_style_var()
    ui.note(label)
    middle = (imgui.get_item_rect_min().y + imgui.get_item_rect_max().y) / 2
    icons.search(imgui.get_window_draw_list(), place.x + ui.px(14), middle, ui.px(5.5), theme.FAINT)
    return str(text)
