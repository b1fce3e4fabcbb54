"""Screenshots: exact, whole or not at all, under names nobody has taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.errors import RecordError
from explorer.recorder.screenshot import save_png, unused_path


@pytest.mark.parametrize("fast", [False, True])
def test_a_picture_comes_back_exactly(tmp_path: Path, fast: bool) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (37, 53, 3), np.uint8)
    save_png(tmp_path / "a.png", picture, fast=fast)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "a.png")), picture)
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_a_picture_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"a\.png: the picture cannot be written: No such file"):
        save_png(tmp_path / "nowhere" / "a.png", np.zeros((4, 4, 3), np.uint8))


def test_a_failed_picture_keeps_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_png(tmp_path / "a.png", np.zeros((4, 4, 3), np.uint8))
    before = (tmp_path / "a.png").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(RecordError, match="No space left"):
        save_png(tmp_path / "a.png", np.ones((4, 4, 3), np.uint8))
    assert (tmp_path / "a.png").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_names_are_counted_on(tmp_path: Path) -> None:
    assert unused_path(tmp_path, "shot", ".png").name == "shot-001.png"
    (tmp_path / "shot-001.png").touch()
    (tmp_path / "shot-002.part.png").touch()
    assert unused_path(tmp_path, "shot", ".png").name == "shot-003.png"
