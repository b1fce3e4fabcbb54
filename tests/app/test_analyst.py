"""The analyst answers beside the frames, lets go of what nobody wants, and makes recordings the same each time."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.app.analyst import Analyst
from explorer.app.session import Session
from explorer.draw.context import headless_context, release_context
from explorer.store.read import World, open_world
from explorer.types import Viewport
from explorer.world import intents as say
from explorer.world import live
from explorer.world import questions as ask
from explorer.world.layout import make_scene
from explorer.world.state import AppState
from explorer.world.update import initial_state, update
from tests.worlds import make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return open_world(make_world(tmp_path_factory.mktemp("analyst") / "a.world", layers=4))


def coloured(world: World, key: str, layer: int = 1) -> AppState:
    state = initial_state(make_scene(world), Viewport(640, 480))
    index = [x.key for x in state.scene.colourings].index(key)
    state = replace(state, layer=layer, hud=False, paused=True)
    return update(state, [say.ColourBy(index), say.SetChannel(layer, 0)], 0.0)


def attended(analyst: Analyst, state: AppState, seconds: float = 60.0) -> tuple[AppState, list[say.Intent]]:
    """Frames until the colours are there, or it is said why not."""
    said: list[say.Intent] = []
    until = time.monotonic() + seconds
    while state.colouring.values is None and not state.colouring.note and time.monotonic() < until:
        if any(isinstance(x, say.Notify) for x in said):
            break
        found = analyst.attend(state)
        said += found
        state = update(state, found, 1 / 60)
        time.sleep(0.005)
    return state, said


def test_a_thread_answers_between_frames(world: World) -> None:
    analyst = Analyst(world.path)
    state, said = attended(analyst, coloured(world, live.CHANNEL, 2))
    assert state.colouring.values is not None
    maps = np.array([world.maps(2, i).values[0].mean() for i in range(60)])  # type: ignore[union-attr]
    assert np.allclose(state.colouring.values, maps, atol=1e-6)
    assert {type(x) for x in said} >= {say.Learn}
    analyst.close()


def test_patience_answers_at_once(world: World) -> None:
    analyst, state = Analyst(world.path, patient=True), coloured(world, live.MOVED)
    found = analyst.attend(state)
    assert [type(x) for x in found] == [say.Learn]
    assert update(state, found, 0.0).colouring.values is not None


def test_what_nobody_wants_any_more_is_let_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    began, left = [], []

    def endless(world: World, question: ask.Question, known: object, beat: ask.Beat) -> ask.Answer:
        began.append(question)
        try:
            while True:
                beat(0.5)
                time.sleep(0.001)
        except ask.Abandoned:
            left.append(question)
            raise

    monkeypatch.setattr("explorer.app.analyst.answer", endless)
    analyst, state = Analyst(world.path), coloured(world, live.MOVED)
    until = time.monotonic() + 60.0
    while not left and time.monotonic() < until:
        state = update(state, analyst.attend(state), 1 / 60)
        if state.learnt.asking is not None:
            assert state.learnt.share == 0.5
            state = update(state, [say.ColourBy(0)], 0.0)
        time.sleep(0.005)
    assert began == left == [ask.Moved(1)]
    analyst.close()
    assert ask.Moved(1) not in state.learnt.answers()


def test_closing_does_not_wait_for_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(world: World, question: ask.Question, known: object, beat: ask.Beat) -> ask.Answer:
        while True:
            beat(0.0)
            time.sleep(0.001)

    monkeypatch.setattr("explorer.app.analyst.answer", endless)
    analyst = Analyst(world.path)
    analyst.attend(coloured(world, live.MOVED))
    then = time.monotonic()
    analyst.close()
    assert time.monotonic() - then < 5.0


def test_damage_becomes_a_notice_and_is_asked_about_once(tmp_path: Path) -> None:
    damaged = open_world(make_world(tmp_path / "a.world", layers=3))
    file = damaged.path / f"{damaged.manifest.layers[1].maps}.npy"
    file.write_bytes(file.read_bytes()[:128] + bytes(len(file.read_bytes()) - 128))
    for patient in (False, True):
        analyst = Analyst(damaged.path, patient)
        state, said = attended(analyst, coloured(damaged, live.CHANNEL))
        assert [x for x in said if isinstance(x, say.Notify) and "is damaged at image 0" in x.text]
        assert analyst.attend(state) == []
        analyst.close()


def test_defects_are_not_swallowed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> ask.Answer:
        raise ZeroDivisionError

    monkeypatch.setattr("explorer.app.analyst.answer", broken)
    analyst = Analyst(world.path)
    with pytest.raises(ZeroDivisionError):
        attended(analyst, coloured(world, live.MOVED))


def _film(world: World) -> list[bytes]:
    """A second of the tour, coloured by what the view keeps."""
    context = headless_context()
    try:
        session = Session(context, world, (320, 240), patient=True)
        keys = [x.key for x in session.state.scene.colourings]
        frames = []
        for number in range(12):
            session.frame([say.SetHud(False), say.ColourBy(keys.index(live.PROJECTION))] if number == 0 else [], 1 / 12)
            frames.append(session.target.read_rgb().tobytes())
        assert session.state.colouring.rows is not None
        session.release()
        return frames
    finally:
        release_context(context)


def test_recordings_are_the_same_each_time_and_coloured_from_the_first_frame(world: World) -> None:
    first = _film(world)
    assert first == _film(world)
    assert len(set(first)) == len(first)


def test_another_world_in_its_place_gives_no_answers(tmp_path: Path) -> None:
    here = open_world(make_world(tmp_path / "a.world", images=60, layers=4))
    state = coloured(here, live.MOVED)
    shutil.rmtree(here.path)
    make_world(here.path, images=40, layers=4)
    found = Analyst(here.path, patient=True).attend(state)
    assert isinstance(found[0], say.Learn)
    assert isinstance(found[0].answer, ask.Unanswered)
    assert isinstance(found[1], say.Notify)
    assert "was built anew" in found[1].text
    assert update(state, found, 0.0).colouring.values is None
