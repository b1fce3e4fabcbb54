"""The legend of a number: how often each value occurs, over the colours it has."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from imgui_bundle import ImVec2, imgui

from explorer.hud import theme, words
from explorer.hud.kit import Rect, Ui
from explorer.store.read import World
from explorer.types import Float64
from explorer.world.colouring import Colouring, index_of
from explorer.world.ramps import STEPS
from explorer.world.state import AppState

_BARS = 64
BAR, HISTOGRAM = 14.0, 46.0
"""Heights at a pixel ratio of 1."""


def colour_bar(ui: Ui, state: AppState, world: World) -> None:
    """A histogram in the colours of the points, the colour bar below it, and its range."""
    colouring = state.colouring
    low, high = colouring.limits or (0.0, 0.0)
    number, images = sum(colouring.counts), state.scene.images
    if not colouring.live:
        ui.text(f"{words.count(number)} images", theme.DIM, theme.SMALL)
    elif number < images:  # a sample, and it is said
        ui.text(f"{words.count(number)} of {words.count(images)} images", theme.DIM, theme.SMALL)
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    top, bottom = place.y, place.y + ui.px(HISTOGRAM)
    end = bottom + ui.px(2 + BAR)
    _histogram(colouring, (place.x, top, place.x + width, bottom))
    _ramp(colouring, (place.x, bottom + ui.px(2), place.x + width, end))
    draw = imgui.get_window_draw_list()
    texts = [_written(colouring, x) for x in (low, (low + high) / 2, high)]
    for text, share in zip(texts, (0.0, 0.5, 1.0), strict=True):
        x = place.x + (width - ui.width(text, theme.SMALL)) * share
        ui.write(draw, x, end + ui.px(4), text, theme.TEXT, theme.SMALL)
    image = state.pinned if state.pinned is not None else state.hover.image if state.hover else None
    step = -1 if image is None else index_of(world, colouring, image)
    if step >= 0:
        _marker(ui, place.x + width * (step + 0.5) / STEPS, top, end)
    imgui.dummy(ImVec2(width, end - top + ui.px(theme.SMALL + 6)))
    ui.note("Colour bar")
    if imgui.is_item_hovered():
        _tell(ui, colouring, (imgui.get_io().mouse_pos.x - place.x) / width)


@lru_cache(maxsize=8)
def _heights(counts: tuple[int, ...]) -> Float64:
    """(_BARS,) share of the highest bar; the square root keeps rare values in sight."""
    bars = np.array(counts, dtype=float).reshape(_BARS, -1).sum(axis=1)  # (_BARS,)
    return np.asarray(np.sqrt(bars / max(1.0, bars.max())))


def _histogram(colouring: Colouring, rect: Rect) -> None:
    left, top, right, bottom = rect
    draw = imgui.get_window_draw_list()
    edges = np.round(np.linspace(left, right, _BARS + 1))
    for bar, share in enumerate(_heights(colouring.counts)):
        if share > 0.0:
            colour = theme.packed(tuple(colouring.colours[(2 * bar + 1) * STEPS // (2 * _BARS)]), 0.85)
            y = min(bottom - 1.0, bottom - (bottom - top) * float(share))
            draw.add_rect_filled(ImVec2(edges[bar], y), ImVec2(edges[bar + 1], bottom), colour)


def _ramp(colouring: Colouring, rect: Rect) -> None:
    left, top, right, bottom = rect
    draw = imgui.get_window_draw_list()
    edges = np.round(np.linspace(left, right, 2 * _BARS + 1))
    for part in range(2 * _BARS):
        colour = theme.packed(tuple(colouring.colours[(2 * part + 1) * STEPS // (4 * _BARS)]))
        draw.add_rect_filled(ImVec2(edges[part], top), ImVec2(edges[part + 1], bottom), colour)


def _marker(ui: Ui, x: float, top: float, bottom: float) -> None:
    """Where the image that is looked at stands."""
    draw, half = imgui.get_window_draw_list(), max(1.0, ui.px(1))
    draw.add_rect_filled(ImVec2(x - half - 1, top), ImVec2(x + half + 1, bottom), theme.SHADOW)
    draw.add_rect_filled(ImVec2(x - half, top), ImVec2(x + half, bottom), theme.WHITE)


def _written(colouring: Colouring, value: float) -> str:
    """A value on the bar as people write it."""
    return words.percent(value) if colouring.percent else words.value(value)


def _tell(ui: Ui, colouring: Colouring, share: float) -> None:
    """A tooltip with the values of the bar under the mouse, and how many images have them."""
    low, high = colouring.limits or (0.0, 0.0)
    bar, each = min(_BARS - 1, max(0, int(share * _BARS))), STEPS // _BARS
    number = sum(colouring.counts[bar * each : (bar + 1) * each])
    start, end = (_written(colouring, low + (high - low) * x / _BARS) for x in (bar, bar + 1))
    ui.tooltip(f"{start} to {end}: {words.count(number)} images")
