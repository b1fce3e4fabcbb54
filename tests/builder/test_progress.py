"""What a person sees of a build under way."""

from __future__ import annotations

import io

from rich.console import Console

from explorer.builder.progress import Stopwatch, Terminal


def shown(terminal: bool) -> str:
    stream = io.StringIO()
    with Terminal.shown(Console(file=stream, force_terminal=terminal, width=120)) as progress:
        progress.start("embed", 8)
        progress.advance(3, "layer2.1")
        progress.note("a line worth keeping, " * 10)
        progress.advance(5, "softmax")
        progress.finish()
    return stream.getvalue()


def test_a_terminal_shows_stage_layer_and_time_left() -> None:
    text = shown(True)
    for part in ("embed", "8/8", "left", "a line worth keeping"):
        assert part in text


def test_a_log_file_gets_whole_lines_only() -> None:
    assert shown(False) == "a line worth keeping, " * 10 + "\n"


def test_a_stopwatch_keeps_the_order_of_the_stages() -> None:
    watch = Stopwatch()
    for stage in ("load", "images", "load"):
        with watch(stage):
            pass
    assert list(watch.seconds) == ["load", "images"]
