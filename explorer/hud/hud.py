"""The HUD: one Dear ImGui context that shows the state and answers with intents. Changes nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import moderngl
import numpy as np
from imgui_bundle import ImVec2, imgui

from explorer.hud import card, keys, theme, words
from explorer.hud.astray import Astray
from explorer.hud.dock import Dock
from explorer.hud.ears import Ears
from explorer.hud.frame_stats import FrameStats
from explorer.hud.fronts import Fronts
from explorer.hud.handles import HandleMarks
from explorer.hud.kit import Rect, Ui
from explorer.hud.labels import Labels
from explorer.hud.marquee import draw_marquee
from explorer.hud.opening import Opening
from explorer.hud.panels.about import about_height, about_panel
from explorer.hud.panels.display import display_panel
from explorer.hud.panels.help import help_height, help_panel
from explorer.hud.panels.inspector import InspectorMemory, inspector_panel
from explorer.hud.panels.layers import LayersMemory, layers_panel
from explorer.hud.panels.legend import LegendMemory, legend_panel
from explorer.hud.panels.selection import SelectionMemory, selection_panel
from explorer.hud.panels.stats import StatsMemory, stats_panel
from explorer.hud.panels.tour import TourMemory, tour_panel
from explorer.hud.panels.views import ViewsMemory, views_panel
from explorer.hud.textures import Textures, fitted
from explorer.hud.toast import draw_toast
from explorer.hud.toolbar import toolbar
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world.draw_list import DrawList
from explorer.world.intents import Intent
from explorer.world.state import FLOATING, PANELS, AppState

__all__ = ["FrameStats", "Hud"]

_CARD_RATE = 14.0


@dataclass
class _Memory:
    """What the panels remember between frames; none of it is part of the session."""

    layers: LayersMemory = field(default_factory=LayersMemory)
    legend: LegendMemory = field(default_factory=LegendMemory)
    panels: Fronts = field(default_factory=Fronts)
    views: ViewsMemory = field(default_factory=ViewsMemory)
    tour: TourMemory = field(default_factory=TourMemory)
    inspector: InspectorMemory = field(default_factory=InspectorMemory)
    selection: SelectionMemory = field(default_factory=SelectionMemory)
    stats: StatsMemory = field(default_factory=StatsMemory)
    recorded: float = 0.0
    """Seconds recorded so far."""
    card: float = 0.0
    """Opacity of the hover card."""


class Hud(Ears):
    """Panels, labels, cards and notices over the picture.

    Order of a frame: feed events, ``frame`` (answers intents), draw the scene, ``draw``. All
    coordinates are framebuffer pixels from the top left.
    """

    handles: HandleMarks
    """The handles as drawn in the last frame: which of them is under the cursor."""

    def __init__(self, ctx: moderngl.Context, world: World, key_help: Sequence[tuple[str, str, str]] = ()) -> None:
        """Create an ImGui context of its own in the current GL context.

        Args:
            ctx: the GL context.
            world: what is explored.
            key_help: rows of group, keys, what they do.
        """
        self._ctx, self._world, self._key_help = ctx, world, tuple(key_help)
        super().__init__()
        io = imgui.get_io()
        io.set_ini_filename(None)
        io.set_log_filename("")
        # Keyboard navigation stays off: Tab, Space and the letters belong to the flight.
        io.config_flags = int(imgui.ConfigFlags_.docking_enable)
        io.backend_flags |= imgui.BackendFlags_.has_mouse_cursors
        io.config_windows_move_from_title_bar_only = True
        imgui.backends.opengl3_init("#version 330")
        self._ui = Ui()
        self._ui.hints.update({meaning: shown for _, shown, meaning in self._key_help})
        self._cursor = "default"
        self._textures = Textures(ctx)
        self._dock, self._labels, self._opening, self._memory = Dock(), Labels(), Opening(), _Memory()
        self._astray, self.handles = Astray(), HandleMarks()
        self._shown = False

    @property
    def cursor(self) -> str:
        """Shape the mouse cursor should have: "default", "text", "hand" or "size_…" over an edge of a panel."""
        if self.wants_mouse:
            return self._cursor
        return "hand" if self._labels.hovered is not None or self.handles.hand else "default"

    @property
    def clipboard(self) -> str:
        """What was copied out of a text field; the program keeps it the same as the system's clipboard."""
        imgui.set_current_context(self._context)
        return str(imgui.get_clipboard_text() or "")

    @clipboard.setter
    def clipboard(self, text: str) -> None:
        imgui.set_current_context(self._context)
        imgui.set_clipboard_text(text)

    @property
    def ui(self) -> Ui:
        """The kit, for finding widgets by name."""
        return self._ui

    @property
    def panel_rects(self) -> dict[str, Rect]:
        """Visible panels of the last frame."""
        return dict(self._dock.rects)

    @property
    def labels(self) -> Labels:
        """The labels of the last frame, and where they are."""
        return self._labels

    def frame(
        self, state: AppState, draw_list: DrawList, stats: FrameStats, dt: float, pixel_ratio: float = 1.0
    ) -> list[Intent]:
        """Build everything to be shown over this frame.

        Args:
            state: now.
            draw_list: of this frame, for the labels.
            stats: figures of the last frame.
            dt: seconds since the last frame.
            pixel_ratio: framebuffer pixels per unit of the window system.

        Returns:
            What the person asked for, in order.
        """
        width, height = state.viewport.width, state.viewport.height
        if width < 2 or height < 2:  # minimised
            return []
        imgui.set_current_context(self._context)
        self._textures.begin_frame()
        self._remember(state, stats, dt)
        io = imgui.get_io()
        io.display_size, io.delta_time = ImVec2(width, height), max(dt, 1e-5)
        blocked = self._blocked(state)
        self._ui.begin_frame(pixel_ratio)
        imgui.backends.opengl3_new_frame()
        imgui.new_frame()
        clear = (0.0, 0.0, float(width), float(height))
        self._labels.hovered = state.hover_name
        self._labels.draw(self._ui, draw_list, blocked, dt)
        draw_marquee(self._ui, state.selecting.outline)
        names = [label.rect for label in self._labels.placed]
        intents = self.handles.draw(self._ui, state, draw_list, [*blocked, *names], dt)
        if state.hud:
            asked, clear = self._panels(state, stats, dt)
            intents += asked
            self._astray.draw(self._ui, draw_list.lost, clear, dt)
            self._card(state, dt)
        else:
            self._dock.keep(self._ui, width, height)
        draw_toast(self._ui, state, clear)
        if (viewport := self._opening.news(state.viewport, clear, dt)) is not None:
            intents.append(say.Resize(viewport))
        imgui.render()
        self._cursor = keys.CURSORS.get(imgui.get_mouse_cursor(), "default")
        self._shown = state.hud
        self.wants_mouse, self.wants_keyboard = io.want_capture_mouse and state.hud, io.want_text_input
        return intents

    def draw(self, fbo: moderngl.Framebuffer) -> None:
        """Render what ``frame`` built into a framebuffer."""
        imgui.set_current_context(self._context)
        data = imgui.get_draw_data()
        if data is None or not data.valid:
            return
        fbo.use()
        imgui.backends.opengl3_render_draw_data(data)
        fbo.use()

    def release(self) -> None:
        """Free the textures, the renderer and the context."""
        imgui.set_current_context(self._context)
        self._textures.release()
        imgui.backends.opengl3_shutdown()
        imgui.destroy_context(self._context)

    def _covers(self, x: float, y: float) -> bool:
        """Whether a panel of the last frame is at that place."""
        if not self._shown or self._ui.popup:
            return self._shown
        rects = [*self._dock.rects.values(), *self.handles.names.field]
        over = any(left <= x < right and top <= y < bottom for left, top, right, bottom in rects)
        return over or 0.0 <= y < self._ui.px(theme.BAR_HEIGHT)

    def _remember(self, state: AppState, stats: FrameStats, dt: float) -> None:
        memory = self._memory
        memory.stats.frames.append(stats.frame_ms)
        memory.recorded = memory.recorded + dt if state.recording else 0.0

    def _blocked(self, state: AppState) -> list[Rect]:
        """Where no label may be: what lay over the picture in the last frame."""
        rects = [self._ui.rects[name] for name in ("toast/notice",) if name in self._ui.rects]
        if state.hud:
            rects += self._dock.rects.values()
            rects.append((0.0, 0.0, float(state.viewport.width), self._ui.px(theme.BAR_HEIGHT)))
        return rects

    def _panels(self, state: AppState, stats: FrameStats, dt: float) -> tuple[list[Intent], Rect]:
        """The toolbar and every visible panel; their intents, and the rectangle left open."""
        size = state.viewport
        front = frozenset(self._dock.rects)
        clear = self._dock.submit(self._ui, size.width, size.height)
        intents = toolbar(self._ui, state, self._world, self._memory.recorded, front)
        self._memory.panels.follow(state)
        for name in PANELS:
            if name not in state.panels:
                continue
            filled = self._dock.begin_panel(self._ui, name, self._needed(name))
            if filled:
                rect = self._dock.rects.get(name)
                narrow = name not in FLOATING and rect is not None and 2.0 * (rect[2] - rect[0]) < size.width
                self._ui.panel = rect if narrow else None
                with self._ui.area(name):
                    intents += self._panel(name, state, stats, dt)
            elif filled is None and name in front:  # the cross closes all that share a place: only what is seen goes
                intents.append(say.SetPanel(name, False))
            self._ui.panel = None
            imgui.end()
        return intents, clear

    def _needed(self, name: str) -> float:
        """Height of what a floating panel holds, pixels; 0 for docked ones."""
        match name:
            case "help":
                return help_height(self._ui, self._key_help, self._dock.floating_width(self._ui, name))
            case "about":
                return about_height(self._ui, self._world, self._dock.floating_width(self._ui, name))
        return 0.0

    def _panel(self, name: str, state: AppState, stats: FrameStats, dt: float) -> list[Intent]:
        """The content of one panel."""
        ui, memory = self._ui, self._memory
        match name:
            case "layers":
                return layers_panel(ui, state, self._world, memory.layers)
            case "legend":
                return legend_panel(ui, state, self._world, memory.legend)
            case "tour":
                return tour_panel(ui, state, memory.tour)
            case "display":
                return display_panel(ui, state)
            case "views":
                return views_panel(ui, state, self._textures, memory.views)
            case "inspector":
                return inspector_panel(ui, state, self._world, self._textures, memory.inspector, dt)
            case "selection":
                return selection_panel(ui, state, memory.selection)
            case "stats":
                stats_panel(ui, stats, memory.stats)
            case "help":
                help_panel(ui, self._key_help)
            case "about":
                about_panel(ui, self._world)
        return []

    def _card(self, state: AppState, dt: float) -> None:
        """The card of the hovered point, unless the mouse is on a panel."""
        memory, hover = self._memory, state.hover
        if hover is None or imgui.get_io().want_capture_mouse:
            memory.card = 0.0
            return
        memory.card += (1.0 - memory.card) * (1.0 - float(np.exp(-_CARD_RATE * max(dt, 1e-3))))
        edge = self._ui.px(theme.GAP)
        left, top, right, bottom = state.viewport.clear
        screen = (left + edge, max(top, self._ui.px(theme.BAR_HEIGHT)) + edge, right - edge, bottom - edge)
        image = hover.image
        side = self._ui.px(card.PICTURE)
        picture = self._textures.get(("preview", image, side), lambda: fitted(self._world.preview(image), side))
        facts = words.facts(self._world, state.colouring, image)
        self._ui.rects["card/hover"] = card.draw_card(self._ui, facts, image, picture, screen, memory.card)
