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
    total: int = 0
    """Points that the clouds in view hold."""
    clouds: int = 0
    """Clouds in view."""
    threads: int = 0
    """Threads drawn."""
    still: bool = False
    """Nothing moves: everything is shown, and the picture is kept."""
