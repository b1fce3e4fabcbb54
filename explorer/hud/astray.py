"""A quiet line for those who flew out into the dark: which keys lead back."""

from __future__ import annotations

from imgui_bundle import imgui

from explorer.hud import theme
from explorer.hud.kit import Rect, Ui

_PATIENCE = 0.6
"""Seconds without a cloud in view before anything is said."""
_RATE = 4.0


class Astray:
    """Remembers for how long nothing was in view."""

    def __init__(self) -> None:
        """Nobody is lost yet."""
        self._seconds = 0.0
        self._alpha = 0.0

    def draw(self, ui: Ui, lost: bool, clear: Rect, dt: float) -> None:
        """Fade the line in or out, in the middle of the uncovered rectangle.

        Args:
            ui: the kit.
            lost: no cloud is in view.
            clear: the rectangle no panel covers.
            dt: seconds since the last frame.
        """
        self._seconds = self._seconds + dt if lost else 0.0
        wanted = 1.0 if self._seconds > _PATIENCE else 0.0
        self._alpha += (wanted - self._alpha) * min(1.0, _RATE * dt)
        if self._alpha < 0.02:
            return
        ways = (("the whole network", "overview"), ("usual view of this layer", "back"))
        parts = [f"{ui.key(meaning)}: {what}" for meaning, what in ways if ui.key(meaning)]
        text = ",  ".join(parts) or "Nothing is in view"
        left, top, right, bottom = clear
        x, y = (left + right - ui.width(text)) / 2, top + (bottom - top) * 0.62
        ui.write(imgui.get_background_draw_list(), x, y, text, theme.faded(theme.DIM, self._alpha))
        ui.rects["astray/hint"] = (x, y, x + ui.width(text), y + ui.px(theme.BODY))
