"""What the loop tells the HUD about the last frame."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FrameStats:
    """Figures of one frame, for the stats panel."""

    frame_ms: float
    """Milliseconds from one frame's start to the next."""
    cpu_ms: float
    """Milliseconds of Python and driver work within it."""
    points: int
    """Points drawn."""
    renderer: str
    """``GL_RENDERER`` of the context."""
