"""``layerflight info`` says what is in a world."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from explorer.store.describe import describe
from explorer.store.read import open_world
from tests.worlds import make_world


def test_everything_of_note_is_named(tmp_path: Path) -> None:
    world = open_world(make_world(tmp_path / "[a].world", images=40, layers=3))
    stream = io.StringIO()
    Console(width=100, file=stream).print(describe(world))
    text = " ".join(stream.getvalue().split())
    for part in (
        "[a].world",
        "40",
        "3 layers",
        "input",
        "layer2",
        "4×8×8",
        "0.200",
        "circle, square",
        "32×32",
        "accuracy",
        "0.970",
        "2,000",
        "model tiny",
        "preprocessing resized to 8 x 8",
        "attribute: split 2 values (train, test)",
        "attribute: brightness 0 to 0.",
    ):
        assert part in text, part
