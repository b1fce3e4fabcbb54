"""Single pictures of what is seen."""

from __future__ import annotations

import contextlib
import itertools
import os
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from explorer.errors import RecordError
from explorer.types import UInt8

SOFTWARE = "Layerflight"
"""What our pictures say of their origin: only those may be replaced or removed by a later recording."""


def save_png(path: Path | str, rgb: UInt8, *, fast: bool = False) -> None:
    """Writes a picture (H, W, 3) as PNG; an existing file is replaced whole or not at all.

    Args:
        path: the file; its folder has to exist.
        rgb: uint8, top row first.
        fast: one of many: a larger file, and no wait for the disk.

    Raises:
        RecordError: the file cannot be written.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as file:
            mark = PngInfo()
            mark.add_text("Software", SOFTWARE)
            Image.fromarray(rgb).save(file, format="png", compress_level=1 if fast else 6, pnginfo=mark)
            if not fast:
                file.flush()
                os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise RecordError(f"{path}: the picture cannot be written: {error.strerror or error}") from error


def unused_path(folder: Path, stem: str, suffix: str) -> Path:
    """The first of ``stem-001suffix``, ``stem-002suffix``, ... that does not exist: names that need no clock.

    A recording that was killed (``stem-001.part.mp4``) keeps its number.
    """
    for number in itertools.count(1):
        path = folder / f"{stem}-{number:03d}{suffix}"
        if not path.exists() and not path.with_name(f"{path.stem}.part{suffix}").exists():
            return path
    raise AssertionError("itertools.count ended")


def is_ours(path: Path) -> bool:
    """True for a PNG file that ``save_png`` wrote."""
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            return picture.info.get("Software") == SOFTWARE
    except (OSError, ValueError, Image.DecompressionBombError):
        return False
