"""The clock of recordings: time is the number of frames drawn. The live clock is in ``app.loop``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FixedClock:
    """Frame n is at n / fps, whatever the time it took to draw."""

    fps: float

    def time(self, frame: int) -> float:
        """Seconds at which a frame is shown."""
        return frame / self.fps

    def frames(self, seconds: float) -> int:
        """How many frames show a scene of this length."""
        return max(1, round(seconds * self.fps))
