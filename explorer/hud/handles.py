"""Handles over the picture: what one takes hold of, how far it reaches, and which of them is under the cursor.

The marks alone are hit; their names lie in ``hud.handle_names`` and are never in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui

from explorer.geometry.camera import FOV
from explorer.geometry.matrices import to_pixels
from explorer.hud import theme
from explorer.hud.handle_names import Names, Tag
from explorer.hud.kit import Rect, Ui
from explorer.hud.overlay import fade
from explorer.hud.widgets import hit
from explorer.world import grips
from explorer.world import intents as say
from explorer.world.draw_list import DrawList
from explorer.world.grips import Handle
from explorer.world.handles import Key
from explorer.world.intents import Intent
from explorer.world.layout import CLOUD_RADIUS
from explorer.world.state import AppState
from explorer.world.travel import node_frame

GRASP = 14.0
"""Pixels at ratio 1 around a handle's middle that take hold of it."""
_RADIUS, _LARGER, _HELD = 6.0, 8.5, 9.5
_RATE = 10.0
_GONE = 0.02
_NEAREST = 0.06
"""Scene units in front of the eye."""
_SMALL = (80.0, 120.0)
"""Pixels of a cloud's radius between which its handles appear as one comes nearer."""
_BEHIND = 0.45
"""Opacity of a handle behind its cloud."""


@dataclass(frozen=True)
class Mark:
    """A handle as drawn."""

    handle: Handle
    x: float
    """Pixels."""
    y: float
    depth: float
    """Along the view axis, scene units."""
    radius: float
    opacity: float
    live: bool
    """False while it fades out: it can no longer be taken."""


class HandleMarks:
    """Draws the handles of the current cloud and knows which is where; remembers only what eases."""

    def __init__(self) -> None:
        """No handle is visible yet."""
        self.marks: list[Mark] = []
        self.names = Names()
        self._node = 0
        self._opacity: dict[tuple[int, Key], float] = {}
        self._radius: dict[Key, float] = {}
        self._ring = 0.0
        self._scale = 1.0
        self.hand = False
        """Whether the cursor is on a handle, or holds one."""

    def draw(
        self, ui: Ui, state: AppState, draw_list: DrawList, blocked: Sequence[Rect], dt: float
    ) -> list[Intent]:  # fmt: skip
        """Draw on the background list, under every panel.

        Args:
            ui: the kit.
            state: now.
            draw_list: of this frame, for the camera.
            blocked: rectangles where no name may be.
            dt: seconds, for the easing.

        Returns:
            What was asked for: a new name.
        """
        self._scale = ui.scale
        handles = grips.shown(state) if state.hud else ()
        self._ease(state, handles, dt)
        self.marks = self._placed(state, draw_list, handles)
        held = None if state.handles.grab is None else state.handles.grab.key
        self.hand = held is not None or state.handles.hovered is not None
        self._draw_ring(ui, state, draw_list, dt)
        # Far ones first, so that near ones lie over them; the one that is held over all.
        for mark in sorted(self.marks, key=lambda mark: (mark.handle.key == held, -mark.depth)):
            _draw_mark(
                ui, mark, mark.handle.key in (held, state.handles.hovered), mark.handle.key in state.handles.pinned
            )
            if mark.live:
                side = GRASP * ui.scale
                ui.rects[f"handles/{mark.handle.name}"] = (mark.x - side, mark.y - side, mark.x + side, mark.y + side)
        return self.names.draw(ui, draw_list.viewport, self._tags(state, handles), blocked, dt)

    def under(self, x: float, y: float) -> Key | None:
        """The handle at a pixel, as drawn in the last frame: the nearest within reach of the cursor."""
        found = [
            (float(np.hypot(mark.x - x, mark.y - y)), mark)
            for mark in self.marks
            if mark.live and mark.opacity > 0.1
        ]  # fmt: skip
        near = [(gap, mark.depth, mark) for gap, mark in found if gap <= max(GRASP * self._scale, mark.radius)]
        return min(near, key=lambda one: one[:2])[2].handle.key if near else None

    def _ease(self, state: AppState, handles: Sequence[Handle], dt: float) -> None:
        """Handles that come fade in, those that go fade out; a cloud that morphs into another takes its own along."""
        node, step = state.layer, 1.0 - float(np.exp(-_RATE * dt))
        if node != self._node and (state.dive or state.morph is not None):
            self._opacity = {(node if at == self._node else at, key): x for (at, key), x in self._opacity.items()}
        self._node = node
        goal = {(node, handle.key) for handle in handles}
        before = self._opacity
        self._opacity = {one: x + (float(one in goal) - x) * step for one, x in before.items()}
        self._opacity.update({one: step for one in goal if one not in before})
        self._opacity = {one: x for one, x in self._opacity.items() if x > _GONE or one in goal}
        held = None if state.handles.grab is None else state.handles.grab.key
        for _, key in self._opacity:
            size = _HELD if key == held else _LARGER if key == state.handles.hovered else _RADIUS
            now = self._radius.get(key, _RADIUS)
            self._radius[key] = now + (size - now) * (1.0 - float(np.exp(-2.0 * _RATE * dt)))

    def _placed(self, state: AppState, draw_list: DrawList, handles: Sequence[Handle]) -> list[Mark]:
        """Where the handles are on the screen, those that fade out among them."""
        live = {(state.layer, handle.key): handle for handle in handles}
        marks: list[Mark] = []
        for node in {node for node, _ in self._opacity}:
            known = [(one, live.get(one) or _leaving(state, one[1])) for one in self._opacity if one[0] == node]
            found = [(one, handle) for one, handle in known if handle is not None]
            if not found:
                continue
            where = grips.places(state, node, [handle.key for _, handle in found])  # (h, 3)
            middle = node_frame(state, node).position
            at = to_pixels(np.vstack([where, middle]), draw_list.view, draw_list.projection, draw_list.viewport)
            cloud = _cloud_pixels(draw_list, float(at[-1, 2]))
            size = fade(cloud - _SMALL[0] * self._scale, (_SMALL[1] - _SMALL[0]) * self._scale)
            for (one, handle), (x, y, depth) in zip(found, at[:-1], strict=True):
                if not np.isfinite(x) or depth < _NEAREST or size <= 0.0:
                    continue
                behind = fade(float(depth - at[-1, 2]) / CLOUD_RADIUS + 0.05, 0.4)
                opacity = self._opacity[one] * size * (1.0 - (1.0 - _BEHIND) * behind) * fade(depth - _NEAREST, 0.15)
                radius = self._radius[handle.key] * self._scale
                marks.append(Mark(handle, float(x), float(y), float(depth), radius, opacity, one in live))
        return marks

    def _tags(self, state: AppState, handles: Sequence[Handle]) -> list[Tag]:
        """What the names need: the most pressing first."""
        number = {handle.key: place + 1 for place, handle in enumerate(handles)}
        chosen = state.handles
        held = None if chosen.grab is None else chosen.grab.key

        def rank(mark: Mark) -> tuple[bool, bool, bool, int]:
            key = mark.handle.key
            return key != held, key != chosen.hovered, key not in chosen.pinned, number.get(key, 10_000)

        return [
            Tag(mark.handle, number.get(mark.handle.key, 0), mark.x, mark.y, mark.radius, mark.opacity,
                mark.handle.key in (held, chosen.hovered))
            for mark in sorted(self.marks, key=rank)
        ]  # fmt: skip

    def _draw_ring(self, ui: Ui, state: AppState, draw_list: DrawList, dt: float) -> None:
        """How far the held handle can reach: the outline of all its places."""
        grab = state.handles.grab
        goal, rate = (1.0, _RATE) if grab is not None and state.hud else (0.0, 2 * _RATE)
        self._ring += (goal - self._ring) * (1.0 - float(np.exp(-rate * dt)))
        if grab is None or self._ring < _GONE:
            return
        reach = grips.reach(state, grips.centroids(state, grab.node, [grab.key])[0])
        outline = grips.horizon(state, grab.node, reach)
        if outline is None:
            return
        at = to_pixels(outline, draw_list.view, draw_list.projection, draw_list.viewport)  # (corners, 3)
        if (at[:, 2] < _NEAREST).any():
            return
        draw = imgui.get_background_draw_list()
        corners: list[imgui.ImVec2Like] = [ImVec2(float(x), float(y)) for x, y, _ in at]
        colour = theme.packed(grips.handle_of(state, grab.key).colour)
        closed = int(imgui.ImDrawFlags_.closed)
        draw.add_polyline(corners, theme.faded(theme.SHADOW, 0.5 * self._ring), 4.0 * ui.scale, closed)
        draw.add_polyline(corners, theme.faded(colour, 0.7 * self._ring), 1.5 * ui.scale, closed)
        self._draw_tether(ui, (grab.x + grab.offset[0], grab.y + grab.offset[1]), grab.key, colour)

    def _draw_tether(self, ui: Ui, cursor: tuple[float, float], key: Key, colour: int) -> None:
        """A thin line to the cursor where the handle cannot follow it."""
        for mark in self.marks:
            gap = float(np.hypot(mark.x - cursor[0], mark.y - cursor[1]))
            if mark.handle.key == key and gap > 3.0 * ui.scale:
                line = theme.faded(colour, 0.6 * self._ring * fade(gap, 20.0 * ui.scale))
                imgui.get_background_draw_list().add_line(ImVec2(mark.x, mark.y), ImVec2(*cursor), line, ui.scale)


def handle_switch(ui: Ui, state: AppState, label: int) -> list[Intent]:
    """A small switch for the handle of a category, at the cursor of a row of the legend."""
    side = ui.px(22)
    at = hit(ui, f"handle {label}", side, ui.px(25))
    on = state.handles.on and label in grips.shown_groups(state)
    ui.tip("Handle in the picture: drag it to turn the tour.  Click: show or hide.")
    draw, middle, radius = imgui.get_window_draw_list(), ImVec2((at.rect[0] + at.rect[2]) / 2, at.middle), ui.px(4.5)
    ink = theme.TEXT if at.hovered else theme.DIM if on else theme.faded(theme.FAINT, 0.6)
    draw.add_circle(middle, radius, ink, 16, max(1.0, 1.25 * ui.scale))
    if on:
        draw.add_circle_filled(middle, radius * 0.5, ink, 12)
    return [say.ToggleHandle(label)] if at.pressed else []


def handle_choice(ui: Ui, state: AppState, right: float) -> list[Intent]:
    """A switch over the column of switches, ending at ``right`` in pixels: the largest, all, none, by turns."""
    place, side = imgui.get_cursor_screen_pos(), ui.px(22)
    imgui.set_cursor_screen_pos(ImVec2(right - side, place.y))
    at = hit(ui, "handles", side, ui.px(24))
    groups, everything = grips.shown_groups(state), len(state.colouring.names)
    now = "none" if not groups or not state.handles.on else "all" if len(groups) == everything else "largest"
    then = {"largest": "all", "all": "none", "none": "largest"}[now]
    told = {"none": "Handles: none", "all": "Handles: all", "largest": f"Handles: {len(groups)} of {everything}"}[now]
    ui.tip(f"{told}.  Click: {'the largest' if then == 'largest' else then}.")
    draw, middle, radius = imgui.get_window_draw_list(), ImVec2((at.rect[0] + at.rect[2]) / 2, at.middle), ui.px(5.5)
    ink = theme.TEXT if at.hovered else theme.DIM
    draw.add_circle(middle, radius, ink, 20, max(1.0, 1.25 * ui.scale))
    if now != "none":
        draw.add_circle_filled(middle, radius * (0.75 if now == "all" else 0.4), ink, 16)
    imgui.set_cursor_screen_pos(place)
    return [say.ShowHandles(then)] if at.pressed else []


def _leaving(state: AppState, key: Key) -> Handle | None:
    """A handle that is no longer shown; None when it does not exist any more."""
    try:
        return grips.handle_of(state, key)
    except KeyError:
        return None


def _cloud_pixels(draw_list: DrawList, depth: float) -> float:
    """Radius on the screen of a cloud at a depth."""
    _, top, _, bottom = draw_list.viewport.clear
    return CLOUD_RADIUS * (bottom - top) / 2 / float(np.tan(FOV / 2)) / max(depth, _NEAREST)


def _draw_mark(ui: Ui, mark: Mark, lit: bool, pinned: bool) -> None:
    """A disc of the group's colour in a bright rim; a pinned one wears a ring and a lock."""
    draw, middle, scale = imgui.get_background_draw_list(), ImVec2(mark.x, mark.y), ui.scale
    alpha = mark.opacity
    rim = theme.faded(theme.WHITE, alpha * (1.0 if lit else 0.85))
    draw.add_circle_filled(middle, mark.radius + 3.5 * scale, theme.faded(theme.SHADOW, 0.35 * alpha), 28)
    draw.add_circle_filled(middle, mark.radius + 1.5 * scale, theme.faded(theme.SHADOW, 0.8 * alpha), 28)
    draw.add_circle_filled(middle, mark.radius, theme.packed(mark.handle.colour, alpha), 28)
    draw.add_circle(middle, mark.radius, rim, 28, (2.0 if lit else 1.5) * scale)
    if pinned:
        draw.add_circle(middle, mark.radius + 4.0 * scale, theme.faded(theme.WHITE, 0.8 * alpha), 32, 1.25 * scale)
        _draw_lock(
            mark.x + 0.71 * (mark.radius + 4.0 * scale), mark.y - 0.71 * (mark.radius + 4.0 * scale), scale, alpha
        )


def _draw_lock(x: float, y: float, scale: float, alpha: float) -> None:
    draw, ink = imgui.get_background_draw_list(), theme.faded(theme.WHITE, alpha)
    draw.add_circle_filled(ImVec2(x, y), 6.5 * scale, theme.faded(theme.SHADOW, 0.95 * alpha), 20)
    draw.path_arc_to(ImVec2(x, y - 0.8 * scale), 1.9 * scale, float(np.pi), float(2 * np.pi), 10)
    draw.path_stroke(ink, 1.2 * scale)
    low, high = ImVec2(x - 3.0 * scale, y - 0.8 * scale), ImVec2(x + 3.0 * scale, y + 3.4 * scale)
    draw.add_rect_filled(low, high, ink, 0.8 * scale)
