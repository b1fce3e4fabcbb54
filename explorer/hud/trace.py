"""A value over time as a small curve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.kit import Ui
from explorer.hud.widgets import hit

_HEIGHT = 54.0
_LEAST = 0.02
"""The least span of values that fills the height: flat curves should look flat."""


def trace_plot(ui: Ui, label: str, values: Sequence[float]) -> None:
    """The curve of ``values``, the latest at the right end, with its name, its latest value and its span."""
    at = hit(ui, label, imgui.get_content_region_avail().x, ui.px(_HEIGHT))
    left, top, right, bottom = at.rect
    draw, pad = imgui.get_window_draw_list(), ui.px(8)
    draw.add_rect_filled(ImVec2(left, top), ImVec2(right, bottom), theme.WELL, ui.px(6))
    shown = f"{values[-1]:.3f}" if values else "…"
    head = top + ui.px(4)
    ui.write(draw, left + pad, head, label, theme.DIM, theme.SMALL)
    ui.write(draw, right - pad - ui.width(shown, theme.SMALL), head, shown, theme.TEXT, theme.SMALL)
    if len(values) < 2:
        return
    low, high = min(values), max(values)
    span = max(high - low, _LEAST)
    across = np.linspace(left + pad, right - pad, len(values))  # (n,)
    floor, room = bottom - ui.px(6), bottom - top - ui.px(6 + 4 + theme.SMALL + 4)
    up = floor - (np.asarray(values) - low) / span * room  # (n,)
    for x, y in zip(across, up, strict=True):
        draw.path_line_to(ImVec2(float(x), float(y)))
    draw.path_stroke(theme.ACCENT, max(1.0, 1.5 * ui.scale))
    ui.tip(f"{label}: {low:.3f} to {high:.3f}")
