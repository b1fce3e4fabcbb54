"""How the points are shown: what the eased changes of the picture have come to. A plain value of the state."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Display:
    """Everything about the picture that is neither the camera nor the tour."""

    version: int = 0
    """Of the selection that stands out now."""
    shift: float = 1.0
    """0 to 1: how far the change to it from the selection before has come."""
