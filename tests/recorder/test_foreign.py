"""Pictures that were there before and are not ours stay as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.errors import RecordError
from explorer.recorder.screenshot import is_ours
from explorer.recorder.video import VideoWriter

FRAME = np.full((8, 8, 3), 90, np.uint8)


def record(folder: Path, count: int) -> None:
    with VideoWriter(folder, 8, 8, fps=10) as video:
        for _ in range(count):
            video.put(FRAME)


def test_a_folder_with_the_users_pictures_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "faces"
    folder.mkdir()
    record(folder, 1)
    first = next(folder.glob("*.png"))
    Image.fromarray(FRAME).save(first)  # of this name, but not recorded
    before = first.read_bytes()
    with pytest.raises(RecordError, match="not recorded by Layerflight"):
        record(folder, 3)
    assert first.read_bytes() == before
    assert len(list(folder.iterdir())) == 1


def test_a_shorter_recording_replaces_a_longer_one(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    record(folder, 5)
    assert all(is_ours(path) for path in folder.glob("*.png"))
    record(folder, 2)
    assert len(list(folder.glob("*.png"))) == 2
