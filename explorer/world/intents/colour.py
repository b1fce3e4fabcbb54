"""Intents about the legend, and about what is found out to colour the points by."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.world.questions import Answer, Question


@dataclass(frozen=True)
class HoverCategory:
    """The category under the cursor in the legend; while it is there, the others are faint."""

    label: int | None


@dataclass(frozen=True)
class SetChannel:
    """Which channel of which layer the points are coloured by, when they are by a channel."""

    layer: int
    channel: int


@dataclass(frozen=True)
class Asking:
    """A question is being answered."""

    question: Question
    share: float
    """How far that has come, 0 to 1."""


@dataclass(frozen=True)
class Learn:
    """A question was answered."""

    question: Question
    answer: Answer


ColourIntent = HoverCategory | SetChannel | Asking | Learn
