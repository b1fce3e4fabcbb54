"""Intents about how the points are shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SetThreads:
    """Draw the selected images as threads through all layers; None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class ColourThreads:
    """Colour the threads by how far each image moves against its neighbours, or like its point; None toggles."""

    by_movement: bool | None = None


@dataclass(frozen=True)
class SetSage:
    """Radial correction against the crowded middle; None toggles."""

    on: bool | None = None
    gamma: float | None = None
    """Share of the 15 dimensions that it makes up for; None keeps it."""


@dataclass(frozen=True)
class SetSlice:
    """Only points near the shown space in full, the others faint; None toggles."""

    on: bool | None = None
    thickness: float | None = None
    """Half of it, in radii of a cloud; None keeps it."""


@dataclass(frozen=True)
class SetFlat:
    """15 to 2 dimensions, seen face on; None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class Pan:
    """Move the picture in its own plane (left drag in the flat mode)."""

    right: float
    """Pixels."""
    down: float


@dataclass(frozen=True)
class SetBudget:
    """Points that a frame may draw while things move; None draws everything."""

    points: float | None


DisplayIntent = SetThreads | ColourThreads | SetSage | SetSlice | SetFlat | Pan | SetBudget
