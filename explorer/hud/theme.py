"""The look of the HUD: one dark palette, one accent, sizes in pixels at a pixel ratio of 1."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui


def rgba(red: int, green: int, blue: int, alpha: float = 1.0) -> int:
    """A colour packed as ImGui draw lists want it; channels 0 to 255, alpha 0 to 1."""
    return red | green << 8 | blue << 16 | round(alpha * 255) << 24


def faded(colour: int, alpha: float) -> int:
    """The packed colour with its alpha multiplied."""
    return (colour & 0xFFFFFF) | round((colour >> 24) * min(1.0, max(0.0, alpha))) << 24


def packed(colour: tuple[float, ...], alpha: float = 1.0) -> int:
    """An RGB colour of floats 0 to 1, packed."""
    red, green, blue = (round(255 * min(1.0, max(0.0, float(channel)))) for channel in colour[:3])
    return rgba(red, green, blue, alpha)


CARD = rgba(16, 19, 26, 0.94)
FLOATING = rgba(18, 21, 29, 0.96)
EDGE = rgba(255, 255, 255, 0.075)
LINE = rgba(255, 255, 255, 0.06)
WELL = rgba(255, 255, 255, 0.055)
HOVER = rgba(255, 255, 255, 0.10)
PRESS = rgba(255, 255, 255, 0.15)
TEXT = rgba(228, 232, 240)
DIM = rgba(154, 163, 180)
FAINT = rgba(122, 131, 149)
WHITE = rgba(255, 255, 255)
SHADOW = rgba(4, 5, 9)
ACCENT = rgba(122, 162, 247)
ACCENT_WELL = rgba(122, 162, 247, 0.20)
ACCENT_EDGE = rgba(122, 162, 247, 0.55)
RIGHT = rgba(104, 211, 145)
NEARLY = rgba(236, 190, 98)
WRONG = rgba(248, 113, 113)
RECORD = rgba(240, 72, 72)

BODY = 14.0
SMALL = 12.0
TINY = 10.5
HEADING = 13.0
TITLE = 15.0

GAP = 8.0
"""Between panels, and between panels and the edge of the window."""
BAR_HEIGHT = 42.0
RADIUS = 9.0
CONTROL = 28.0
"""Height of a button."""


def _vec4(colour: int) -> tuple[float, float, float, float]:
    return (colour & 255) / 255, (colour >> 8 & 255) / 255, (colour >> 16 & 255) / 255, (colour >> 24) / 255


def apply_style(scale: float) -> None:
    """Set sizes and colours of the current ImGui context for a pixel ratio."""
    style = imgui.get_style()
    style.font_size_base = BODY
    style.font_scale_dpi = scale
    _set_paddings(style, scale)
    _set_edges(style, scale)
    _set_colours(style)


def _set_paddings(style: imgui.Style, scale: float) -> None:
    style.window_padding = ImVec2(12 * scale, 10 * scale)
    style.frame_padding = ImVec2(9 * scale, 6 * scale)
    style.item_spacing = ImVec2(8 * scale, 7 * scale)
    style.item_inner_spacing = ImVec2(6 * scale, 4 * scale)
    style.window_min_size = ImVec2(120 * scale, 60 * scale)
    style.scrollbar_size = 9 * scale
    style.docking_separator_size = GAP * scale
    style.grab_min_size = 12 * scale
    style.hover_delay_normal = 0.35


def _set_edges(style: imgui.Style, scale: float) -> None:
    style.window_rounding = RADIUS * scale
    style.popup_rounding = 8 * scale
    style.frame_rounding = 6 * scale
    style.grab_rounding = 6 * scale
    style.scrollbar_rounding = 5 * scale
    style.tab_rounding = 6 * scale
    style.window_border_size = 1
    style.popup_border_size = 1
    style.child_border_size = 0
    style.tab_border_size = 0
    style.tab_bar_border_size = 0
    style.tab_bar_overline_size = 0
    style.tab_close_button_min_width_selected = 1e6  # the panel has one close button, at its right end
    style.tab_close_button_min_width_unselected = 1e6


def _set_colours(style: imgui.Style) -> None:
    clear = (0.0, 0.0, 0.0, 0.0)
    names = imgui.Col_
    for name in (
        names.child_bg, names.tab, names.tab_dimmed, names.tab_selected, names.tab_dimmed_selected,
        names.tab_selected_overline, names.tab_dimmed_selected_overline, names.separator, names.scrollbar_bg,
        names.docking_empty_bg, names.resize_grip, names.border_shadow, names.nav_cursor, names.menu_bar_bg,
    ):  # fmt: skip
        style.set_color_(name, clear)
    for name, colour in (
        (names.text, TEXT), (names.text_disabled, FAINT), (names.window_bg, FLOATING), (names.popup_bg, FLOATING),
        (names.border, EDGE), (names.frame_bg, WELL), (names.frame_bg_hovered, HOVER), (names.frame_bg_active, HOVER),
        (names.button, WELL), (names.button_hovered, HOVER), (names.button_active, PRESS),
        (names.header, WELL), (names.header_hovered, HOVER), (names.header_active, PRESS),
        (names.tab_hovered, HOVER),
        (names.separator_hovered, ACCENT_WELL), (names.separator_active, ACCENT_EDGE),
        (names.scrollbar_grab, HOVER), (names.scrollbar_grab_hovered, PRESS), (names.scrollbar_grab_active, PRESS),
        (names.resize_grip_hovered, ACCENT_WELL), (names.resize_grip_active, ACCENT_EDGE),
        (names.title_bg, FLOATING), (names.title_bg_active, FLOATING), (names.title_bg_collapsed, FLOATING),
        (names.docking_preview, ACCENT_WELL), (names.text_selected_bg, ACCENT_EDGE), (names.check_mark, ACCENT),
        (names.slider_grab, ACCENT), (names.slider_grab_active, ACCENT), (names.input_text_cursor, TEXT),
    ):  # fmt: skip
        style.set_color_(name, _vec4(colour))
