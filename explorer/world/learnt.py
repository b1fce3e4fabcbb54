"""What a session has found out of its world while it ran, and what it is finding out now."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from explorer.world.colouring import Colouring
from explorer.world.questions import Answer, KeptOnScreen, Neighbours, Question, Unanswered, Values

MOST_BYTES = 512 << 20
"""Answers that are kept; beyond, the oldest are forgotten."""


@dataclass(frozen=True)
class Channel:
    """A channel of a layer, as something to colour by."""

    layer: int
    channel: int


@dataclass(frozen=True)
class Known:
    """An answer, its question, and when it was learnt."""

    question: Question
    answer: Answer
    time: float
    """Seconds of the session."""


@dataclass(frozen=True)
class Learnt:
    """Everything learnt so far; no more than memory allows."""

    slots: Mapping[Hashable, Known] = field(default_factory=dict)
    """By the slot of the question, oldest first; never changed in place."""
    time: float = 0.0
    """Seconds the session has lasted."""
    asking: Question | None = None
    """What is being found out now."""
    share: float = 0.0
    """How far that has come, 0 to 1."""
    channel: Channel | None = None
    """The channel to colour by; None until one is asked for."""
    colouring: Colouring | None = None
    """What the points are coloured by, where that is live, with the values known so far."""
    shown: Answer | None = None
    """The answer that ``colouring`` shows."""

    def answer(self, question: Question) -> Answer | None:
        """The answer to exactly this question, or None."""
        known = self.slots.get(question.slot)
        return known.answer if known is not None and known.question == question else None

    def latest(self, question: Question) -> Answer | None:
        """The latest answer to this question or to one of its slot: of the view of a moment ago."""
        known = self.slots.get(question.slot)
        return None if known is None else known.answer

    def age(self, question: Question) -> float:
        """Seconds since a question of that slot was last answered."""
        known = self.slots.get(question.slot)
        return float("inf") if known is None else self.time - known.time

    def answers(self) -> dict[Question, Answer]:
        """All of them by their questions."""
        return {known.question: known.answer for known in self.slots.values()}


def learning(learnt: Learnt, question: Question, answer: Answer) -> Learnt:
    """With one more answer."""
    slots = {slot: known for slot, known in learnt.slots.items() if slot != question.slot}
    spare = MOST_BYTES - size(answer)
    kept: list[tuple[Hashable, Known]] = []
    for slot, known in reversed(slots.items()):
        spare -= size(known.answer)
        if spare < 0:
            break
        kept.append((slot, known))
    slots = dict([*reversed(kept), (question.slot, Known(question, answer, learnt.time))])
    asking = None if question == learnt.asking else learnt.asking
    return replace(learnt, slots=slots, asking=asking, share=learnt.share if asking else 0.0)


def size(answer: Answer) -> int:
    """Bytes an answer takes."""
    match answer:
        case Values():
            return answer.values.nbytes + answer.rows.nbytes
        case Neighbours():
            return answer.rows.nbytes + answer.near.nbytes
        case Unanswered():
            return 0
        case np.ndarray():
            return answer.nbytes
    raise TypeError(f"nobody knows how large {answer!r} is")


def of_the_view(question: Question) -> bool:
    """Whether it asks about what is seen at one moment."""
    return isinstance(question, KeptOnScreen)
