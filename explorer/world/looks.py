"""How the 15 dimensions are looked at: what there is to choose, and what was chosen."""

from __future__ import annotations

from dataclasses import dataclass

RAW, PRINCIPAL, DISCRIMINANT, WHITENED = "raw", "principal", "discriminant", "whitened"

SPACES = (RAW, PRINCIPAL, DISCRIMINANT, WHITENED)
"""In the order in which they are offered."""

VARIANCE = "variance"

INDICES = (VARIANCE, DISCRIMINANT)
"""What an informed tour prefers to see."""

SLICES = 16
"""Classes that a continuous colouring is cut into for its discriminant space (Li 1991, "Sliced inverse regression")."""


@dataclass(frozen=True)
class Look:
    """One way of looking, complete: with the world it determines the matrix of every layer."""

    space: str = RAW
    index: str = VARIANCE
    strength: float = 0.0
    """0 to 1, of the informed tour's preference; the scale fits the views that it shows."""
    key: str = ""
    """Of the colouring whose classes count; empty where none do."""
    merged: int = 1
    """Steps of a ramp that make one class."""
    each: bool = True
    """Every layer fits by a scale of its own; otherwise all have the one with which the largest fits."""
    aligned: bool = True
    """As turned onto the layer before; otherwise as the embedding came."""


@dataclass(frozen=True)
class Lens:
    """What was chosen, and how far the picture has come to it."""

    space: str = RAW
    index: str = VARIANCE
    strength: float = 0.0
    each: bool = True
    aligned: bool = True
    look: Look = Look()
    """What comes of these choices with the present colouring."""
    before: tuple[tuple[Look, float], ...] = ()
    """What was seen when the look last changed, with shares that add up to 1."""
    amount: float = 1.0
    """0 to 1 in time: how far the picture has come from there; not eased yet."""
