"""What a person sees of a build under way."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from explorer.builder.pace import Pace
from explorer.builder.progress import Stopwatch, Terminal


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(stream: io.StringIO) -> str:
    """The last picture of the display, without what drives the terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue().rpartition("\x1b[2K")[2])


def shown(terminal: bool, width: int = 120) -> str:
    stream = io.StringIO()
    with Terminal.shown(Console(file=stream, force_terminal=terminal, width=width)) as progress:
        progress.start("embed", 8)
        progress.advance(3, "layer2.1")
        progress.note("a line worth keeping, " * 10)
        progress.advance(4.999999, "softmax")
        progress.finish()
    return stream.getvalue()


def test_a_terminal_shows_stage_layer_and_time_left() -> None:
    text = shown(True)
    for part in ("embed", "8/8", "left", "a line worth keeping"):
        assert part in text


def test_a_log_file_gets_whole_lines_only() -> None:
    assert shown(False) == "a line worth keeping, " * 10 + "\n"


def test_a_bar_fits_a_narrow_terminal() -> None:
    stream = io.StringIO()
    with Terminal.shown(Console(file=stream, force_terminal=True, width=80)) as progress:
        progress.start("images", 100_000)
        progress.advance(50_000, "1234 images/s")
        progress._bars.refresh()
        last = drawn(stream)
    assert "50000/100000" in last
    assert "left 1234 images/s" in last


def test_what_an_earlier_run_did_is_not_to_be_done() -> None:
    stream = io.StringIO()
    with Terminal.shown(Console(file=stream, force_terminal=True, width=120)) as progress:
        progress.start("embed", 14)
        progress.reuse(5)
        progress.advance(1)
        progress._bars.refresh()
        assert "1/9" in drawn(stream)


def test_work_inside_a_stage_has_a_bar_of_its_own() -> None:
    stream = io.StringIO()
    with Terminal.shown(Console(file=stream, force_terminal=True, width=120)) as progress:
        progress.start("images", 300)
        for done in range(3):
            progress.inside("axes", done, 3)
        progress._bars.refresh()
        assert "2/3" in drawn(stream)
        progress.inside("axes", 3, 3)
        progress.advance(300)
        progress._bars.refresh()
        assert "3/3" in drawn(stream)
        assert "300/300" in drawn(stream)


def test_of_what_is_broken_off_no_bar_stays() -> None:
    stream = io.StringIO()

    def broken_off() -> None:
        with Terminal.shown(Console(file=stream, force_terminal=True)) as progress:
            progress.start("images", 3)
            progress.advance(3)
            progress.finish()
            progress.start("embed", 8)
            progress.inside("axes", 0, 3)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    left = drawn(stream)
    assert "images" in left
    assert "embed" not in left
    assert "axes" not in left


def test_the_time_left_is_that_of_the_work_left() -> None:
    clock = Clock()
    pace = Pace(10, clock)
    assert pace.left is None
    clock.now += 20
    pace.advance(2)  # ten seconds a step
    assert pace.left == pytest.approx(80)
    clock.now += 5
    assert pace.left == pytest.approx(75)
    clock.now += 1000  # a step that takes far longer than expected: not "0 seconds" while it lasts
    assert pace.left == 1


def test_quick_pieces_promise_nothing_of_slow_ones() -> None:
    """A tenth of the work is done first, ten times as quickly told as the rest: the estimate is right all along."""
    clock = Clock()
    pace = Pace(14, clock)
    for step, seconds in [(0.1, 0.7)] * 14 + [(0.9, 6.3)] * 14:
        clock.now += seconds
        pace.advance(step)
        assert pace.left == pytest.approx(max(1.0, 98 - (clock.now - 100)))


def test_the_time_of_other_work_and_of_earlier_runs_does_not_count() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    pace.forget(60)
    clock.now += 10
    pace.advance(10)
    pace.pause()
    clock.now += 500
    pace.resume()
    assert pace.left == pytest.approx(30)


def test_a_stopwatch_keeps_the_order_of_the_stages() -> None:
    watch = Stopwatch()
    for stage in ("load", "images", "load"):
        with watch(stage):
            pass
    assert list(watch.seconds) == ["load", "images"]
