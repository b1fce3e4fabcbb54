"""Intents about the lens: how the 15 dimensions are looked at before the tour turns them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SetSpace:
    """Look at the dimensions raw, principal, discriminant or whitened."""

    space: str = "raw"
    """One of ``world.looks.SPACES``."""


@dataclass(frozen=True)
class SetInformed:
    """How much the Grand Tour prefers informative views, and by what they are judged; None leaves it."""

    strength: float | None = None
    """0 (uniform) to 1."""
    index: str | None = None
    """One of ``world.looks.INDICES``."""


@dataclass(frozen=True)
class SetScale:
    """A scale for each layer, or one for all; None changes over."""

    each: bool | None = None


@dataclass(frozen=True)
class SetAligned:
    """The embeddings turned onto one another, or as they came; None changes over."""

    on: bool | None = None


LensIntent = SetSpace | SetInformed | SetScale | SetAligned
