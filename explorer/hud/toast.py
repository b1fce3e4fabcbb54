"""One line at the foot of the picture that tells the person something and goes away by itself."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.kit import Rect, Ui
from explorer.world.state import AppState

_RISE, _LASTS, _FALL = 0.15, 3.4, 0.5


def opacity(age: float) -> float:
    """How visible a notice of that age (seconds) is."""
    return max(0.0, min(1.0, age / _RISE + 0.15, 1.0 - (age - _LASTS) / _FALL))


def draw_toast(ui: Ui, state: AppState, clear: Rect) -> None:
    """Draw the notice, if there is a fresh one, centred in the uncovered rectangle."""
    alpha = opacity(state.notice_age)
    if not state.notice or alpha <= 0.0:
        return
    left, _, right, bottom = clear
    pad = ui.px(14)
    text = ui.elide(state.notice, max(ui.px(120), right - left - 4 * pad), theme.BODY)
    width, height = ui.width(text) + 2 * pad, ui.px(36)
    x, y = round((left + right - width) / 2), round(bottom - height - ui.px(24))
    draw = imgui.get_foreground_draw_list()
    low, high = ImVec2(x, y), ImVec2(x + width, y + height)
    draw.add_rect_filled(low, high, theme.faded(theme.FLOATING, alpha), height / 2)
    draw.add_rect(low, high, theme.faded(theme.PRESS, alpha), height / 2, max(1.0, ui.scale * 0.75))
    y_text = y + (height - theme.BODY * ui.scale) / 2
    ui.write(draw, x + pad, y_text, text, theme.faded(theme.TEXT, alpha))
    ui.rects["toast/notice"] = (x, y, x + width, y + height)
