"""Receptive fields: which part of the image a unit of a layer sees."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReceptiveField:
    """What one unit of a layer sees of the network's input; pairs are (height, width), in input pixels."""

    size: tuple[int, int]
    """Extent; the whole input's where ``whole``."""
    stride: tuple[int, int]
    """From one unit's field to its neighbour's; 0 where ``whole``."""
    offset: tuple[float, float]
    """Centre of the first unit's field, from the centre of the input's first pixel."""
    whole: bool = False
    """Whether every unit sees the whole image."""
