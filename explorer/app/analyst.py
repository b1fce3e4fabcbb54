"""Answers what the state wants to know: in a thread beside the frames, or, for recordings, before the next one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

from explorer.app.again import open_again
from explorer.errors import LayerflightError
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world import questions as ask
from explorer.world.answers import answer
from explorer.world.state import AppState
from explorer.world.wanting import wanted

_BREATH = 0.0005
"""Seconds the thread rests at each beat: Python runs one thread at a time, and the frames come first."""

_FIRST = 20
"""Frames before the first question: answering loads libraries, and a program that starts has other things to do."""

_TOLD = 0.01
"""Progress that is worth telling."""


class _Job:
    """One question being answered in a thread of its own."""

    def __init__(self, desk: _Desk, question: ask.Question, known: Mapping[ask.Question, ask.Answer]) -> None:
        self.question, self.share, self.told = question, 0.0, -1.0
        self.abandoned = False
        self.answer: ask.Answer | None = None
        self.defect: BaseException | None = None
        """What went wrong that nobody foresaw; raised where the answer is fetched."""
        self._thread = Thread(target=self._run, args=(desk, known), name="analyst", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether it came to an end, of whatever kind."""
        return not self._thread.is_alive()

    def join(self) -> None:
        """Waits for the end."""
        self._thread.join()

    def _run(self, desk: _Desk, known: Mapping[ask.Question, ask.Answer]) -> None:
        try:
            self.answer = desk.answer(self.question, known, self._beat)
        except ask.Abandoned:
            pass
        except BaseException as defect:
            self.defect = defect

    def _beat(self, share: float) -> None:
        self.share = share
        time.sleep(_BREATH)
        if self.abandoned:
            raise ask.Abandoned


class _Desk:
    """A world opened once more, for whoever answers."""

    def __init__(self, path: Path) -> None:
        self.images = 0
        """How many images the world has that is being explored."""
        self._path = path
        self._world: World | None = None

    def answer(
        self, question: ask.Question, known: Mapping[ask.Question, ask.Answer], beat: ask.Beat = lambda share: None
    ) -> ask.Answer:
        """The answer, or why there is none."""
        try:
            self._world = self._world or open_again(self._path, self.images)
            return answer(self._world, question, known, beat)
        except LayerflightError as error:
            return ask.Unanswered(str(error))
        except MemoryError:
            return ask.Unanswered("There is not enough memory to work this out; close other programs and try again.")


class Analyst:
    """Works out what is wanted, one question at a time.

    Args:
        path: of the world.
        patient: answer everything within the frame that asks, so that the same frames always show the same.
    """

    def __init__(self, path: Path, patient: bool = False) -> None:
        self._desk, self._patient = _Desk(path), patient
        self._job: _Job | None = None
        self._frames = 0

    def attend(self, state: AppState) -> list[say.Intent]:
        """What has been found out for this state, and how far the rest has come. Call until there is nothing."""
        self._desk.images = state.scene.images
        if self._patient:
            open_questions = wanted(state)[:1]
            return [x for question in open_questions for x in _told(question, self._answered(question, state))]
        if self._job is None:
            self._frames += 1
            if self._frames > _FIRST:
                self._begin(state)
            return []
        return self._followed(self._job, state)

    def close(self) -> None:
        """Lets go of a question that is still open."""
        if self._job is not None:
            self._job.abandoned = True
            self._job.join()
            self._job = None

    def _begin(self, state: AppState) -> None:
        questions = wanted(state)
        if questions:
            self._job = _Job(self._desk, questions[0], state.learnt.answers())

    def _followed(self, job: _Job, state: AppState) -> list[say.Intent]:
        if not job.done:
            slots = {question.slot for question in wanted(state)}
            job.abandoned = job.question.slot not in slots
            if job.share - job.told < _TOLD or job.abandoned:
                return []
            job.told = job.share
            return [say.Asking(job.question, job.share)]
        self._job = None
        if job.defect is not None:
            raise job.defect
        return [] if job.answer is None else _told(job.question, job.answer)

    def _answered(self, question: ask.Question, state: AppState) -> ask.Answer:
        return self._desk.answer(question, state.learnt.answers())


def _told(question: ask.Question, found: ask.Answer) -> list[say.Intent]:
    """An answer as intents; that there is none is worth a line."""
    learn = say.Learn(question, found)
    return [learn, say.Notify(found.reason)] if isinstance(found, ask.Unanswered) else [learn]
