"""Screenshots and recordings made in the window, and what happens when one fails."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PIL import Image

from explorer.app.loop import Flight
from explorer.errors import RecordError
from explorer.recorder.video import VideoWriter
from explorer.types import UInt8
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


def test_a_recording_lasts_as_long_as_what_it_shows(pilot: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine so slow that a frame is longer than the world's longest step, too: no slow motion."""
    passed, stamps = [0.0], []
    frame, put = Flight.frame, VideoWriter.put

    def timed(flight: Flight, dt: float) -> None:
        passed.append(passed[-1] + dt)
        frame(flight, dt)
        time.sleep(0.15)

    def stamped(writer: VideoWriter, rgb: UInt8, seconds: float | None = None) -> None:
        assert seconds is not None
        stamps.append((seconds, passed[-1]))
        put(writer, rgb, seconds)

    monkeypatch.setattr(Flight, "frame", timed)
    monkeypatch.setattr(VideoWriter, "put", stamped)
    pilot.hands("key", "r")
    pilot.until(lambda: len(stamps) > 8)
    assert stamps[0][0] == 0.0
    assert [seconds for seconds, _ in stamps] == pytest.approx([world - stamps[0][1] for _, world in stamps])
