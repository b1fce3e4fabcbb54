"""Panels that share a place: which of them comes to the front when something happens."""

from __future__ import annotations

from imgui_bundle import imgui

from explorer.hud.dock import window_name
from explorer.world.state import AppState


class Fronts:
    """Brings a panel to the front of its tabs when it is switched on, and the inspector when an image is pinned."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._panels: frozenset[str] | None = None
        self._pinned: int | None = None
        self._next: str | None = None

    def follow(self, state: AppState) -> None:
        """Once a frame, before the panels are drawn."""
        if self._next is not None:  # a panel has its window from its first frame on
            imgui.set_window_focus(window_name(self._next))
            self._next = None
        before = self._panels if self._panels is not None else state.panels
        new = state.panels - before
        if before - state.panels:  # else the keyboard goes to some panel, which comes to the front for that
            imgui.set_window_focus(None)
        if len(new) == 1:
            self._next = next(iter(new))
        elif state.pinned is not None and state.pinned != self._pinned and "inspector" in state.panels:
            self._next = "inspector"
        self._panels, self._pinned = state.panels, state.pinned
