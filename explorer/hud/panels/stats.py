"""Frame time as a graph, and what a frame was made of."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme, words
from explorer.hud.frame_stats import FrameStats
from explorer.hud.kit import Ui

_KEPT = 240
_GRAPH = 42.0


@dataclass
class StatsMemory:
    """Recent frame times."""

    frames: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))
    """Milliseconds, oldest first."""


def stats_panel(ui: Ui, stats: FrameStats, memory: StatsMemory) -> None:
    """The graph and the figures."""
    frames = memory.frames
    mean = sum(frames) / len(frames) if frames else 0.0
    fps = 1000.0 / mean if mean > 0 else 0.0
    _graph(ui, memory)
    _line(ui, f"{fps:.0f} frames/s", f"{mean:.1f} ms, worst {max(frames, default=0.0):.1f} ms")
    share = stats.points / stats.total if stats.total else 1.0
    drawn = "all" if share >= 1.0 else f"{max(1, round(100 * share))}%"
    _line(ui, f"{words.count(stats.points)} points", f"{drawn} of {words.count(stats.total)}")
    threads = f", {words.count(stats.threads)} threads" if stats.threads else ""
    clouds = f"{stats.clouds} cloud{'' if stats.clouds == 1 else 's'}"
    _line(ui, f"{clouds}{threads}", f"{stats.cpu_ms:.1f} ms CPU")
    ui.text(stats.renderer, theme.DIM, theme.SMALL)


def _line(ui: Ui, left: str, right: str) -> None:
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    draw = imgui.get_window_draw_list()
    ui.write(draw, place.x, place.y, left, theme.TEXT, theme.HEADING)
    text = ui.elide(right, width - ui.width(left, theme.HEADING) - ui.px(8), theme.SMALL)
    ui.write(draw, place.x + width - ui.width(text, theme.SMALL), place.y + ui.px(1), text, theme.DIM, theme.SMALL)
    imgui.dummy(ImVec2(1, ui.px(theme.HEADING)))


def _graph(ui: Ui, memory: StatsMemory) -> None:
    """One bar a frame; the line marks a 60th of a second."""
    place, width, height = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, ui.px(_GRAPH)
    draw = imgui.get_window_draw_list()
    draw.add_rect_filled(place, ImVec2(place.x + width, place.y + height), theme.WELL, ui.px(4))
    frames = memory.frames
    top = max(25.0, 1.15 * max(frames, default=0.0))
    bottom, step = place.y + height, width / _KEPT
    x = place.x + width - len(frames) * step
    for number, ms in enumerate(frames):
        left = x + number * step
        draw.add_rect_filled(
            ImVec2(left, bottom - height * ms / top), ImVec2(left + max(1.0, step - 0.25), bottom), theme.ACCENT_EDGE
        )
    y = round(bottom - height * (1000 / 60) / top)
    draw.add_rect_filled(ImVec2(place.x, y), ImVec2(place.x + width, y + max(1.0, ui.px(1))), theme.PRESS)
    imgui.dummy(ImVec2(width, height))
