"""The part of the window that no panel covers: it glides when panels come and go, so the view does too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.hud.kit import Rect
from explorer.types import Viewport

_RATE = 9.0
_SETTLING = 3
"""Frames the dockspace takes to fill a window of another size."""


class Opening:
    """Eases the uncovered rectangle towards where the panels leave it."""

    def __init__(self) -> None:
        """No window was seen yet."""
        self._size = (0, 0)
        self._frames = 0
        self._rect: Rect = (0.0, 0.0, 0.0, 0.0)

    def news(self, viewport: Viewport, clear: Rect, dt: float) -> Viewport | None:
        """The viewport to report, or None when the one the state has is right.

        Args:
            viewport: as the state has it.
            clear: the rectangle the panels leave now.
            dt: seconds since the last frame.
        """
        size = (viewport.width, viewport.height)
        self._frames = self._frames + 1 if size == self._size else 0
        self._size = size
        step = 1.0 - float(np.exp(-_RATE * dt)) if self._frames >= _SETTLING else 1.0
        eased = [now + (then - now) * step for now, then in zip(self._rect, clear, strict=True)]
        near = all(abs(a - b) < 0.75 for a, b in zip(eased, clear, strict=True))
        left, top, right, bottom = clear if near else eased
        self._rect = (left, top, right, bottom)
        wanted = replace(viewport, left=left, top=top, right=right, bottom=bottom)
        known = all(abs(a - b) < 0.25 for a, b in zip(viewport.clear, wanted.clear, strict=True))
        return None if known else wanted
