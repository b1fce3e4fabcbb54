"""Screenshots and recordings made in the window, and what happens when one fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from explorer.errors import RecordError
from tests.app.pilot import Pilot


def test_a_failed_recording_is_told_and_leaves_the_flight_going(pilot: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RecordError("the disk is full")

    pilot.hands("key", "r")
    pilot.until(lambda: pilot.flight.recording)
    monkeypatch.setattr("explorer.recorder.video.VideoWriter.put", refuse)
    pilot.until(lambda: not pilot.state.recording)
    assert pilot.state.notice == "the disk is full"
    assert not pilot.flight.recording


def test_a_failed_screenshot_does_not_end_the_recording(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RecordError("no room for a picture")

    monkeypatch.setattr("explorer.app.loop.save_png", refuse)
    pilot.hands("key", "r")
    pilot.until(lambda: pilot.flight.recording)
    pilot.hands("key", "F12")
    pilot.until(lambda: pilot.state.notice == "no room for a picture")
    assert pilot.flight.recording
    pilot.hands("key", "r")
    pilot.until(lambda: not pilot.flight.recording)
    assert (tmp_path / "layerflight-001.mp4").stat().st_size > 1000


def test_screenshots_and_recordings_land_in_the_folder(pilot: Pilot, tmp_path: Path) -> None:
    pilot.hands("key", "F12")
    pilot.until(lambda: bool(list(tmp_path.glob("layerflight-*.png"))))
    with Image.open(next(tmp_path.glob("layerflight-*.png"))) as picture:
        assert picture.size == pilot.flight.session.target.size
    pilot.hands("key", "r")
    pilot.until(lambda: pilot.state.recording)
    pilot.frames(20)
    pilot.hands("key", "r")
    pilot.until(lambda: bool([p for p in tmp_path.glob("layerflight-*.mp4") if ".part" not in p.name]))
    video = next(tmp_path.glob("layerflight-*.mp4"))
    assert video.stat().st_size > 10_000
