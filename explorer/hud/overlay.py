"""Text over the picture: room for it, and a soft outline that keeps it readable on bright points."""

from __future__ import annotations

import numpy as np
from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.kit import Ui
from explorer.types import Float64


def apart(rect: Float64, others: Float64) -> Float64:
    """Distance (n,) between a rectangle and others (n, 4) along the axis that parts them most."""
    across = np.maximum(rect[0] - others[:, 2], others[:, 0] - rect[2])
    down = np.maximum(rect[1] - others[:, 3], others[:, 1] - rect[3])
    return np.asarray(np.maximum(across, down))


def least(gaps: Float64) -> float:
    """The smallest of some gaps; infinite where there are none."""
    return float(gaps.min()) if len(gaps) else float("inf")


def fade(gap: float, margin: float) -> float:
    """0 where they touch, 1 from ``margin`` pixels on, smooth between."""
    t = min(1.0, max(0.0, gap / margin))
    return t * t * (3.0 - 2.0 * t)


def outlined(
    ui: Ui, x: float, y: float, text: str, colour: int, size: float, bold: bool, alpha: float, plain: bool
) -> None:
    """Text in a soft dark outline, readable on bright points."""
    draw, step = imgui.get_background_draw_list(), max(1.0, ui.scale)
    font = ui.bold if bold else ui.regular
    x, y = round(x), round(y)
    around = ((0.0, 1.0),) if plain else ((-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (1.0, 2.0), (-1.0, 2.0))
    shadow = theme.faded(theme.SHADOW, alpha * (0.8 if plain else 0.5))
    for dx, dy in around:
        draw.add_text(font, size * ui.scale, ImVec2(x + dx * step, y + dy * step), shadow, text)
    draw.add_text(font, size * ui.scale, ImVec2(x, y), colour, text)
