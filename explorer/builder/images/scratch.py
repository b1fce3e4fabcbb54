"""Where compressed arrays are unpacked, so that any part of them can be read without the rest."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import IO

from explorer.builder.images.words import one_line, printable
from explorer.errors import ImagesError


def unpacked(source: Path, part: str, size: int, scratch: Path | None, write: Callable[[IO[bytes]], None]) -> Path:
    """A file with the unpacked content of ``source``, made unless it is there already.

    Its name is a hash of the source's path, size and time, so an interrupted build finds it again and all
    worker processes on one file system share it.

    Args:
        source: the compressed file.
        part: what of it, where it holds several things.
        size: bytes it unpacks to, at most.
        scratch: folder to keep it in, made where it does not exist; None: one that is removed at exit.
        write: writes the content into an open file.

    Raises:
        ImagesError: no room.
    """
    stat = source.stat()
    identity = f"{source.resolve()}\0{stat.st_size}\0{stat.st_mtime_ns}\0{part}\0{size}"
    folder = scratch or _temporary(os.getpid())
    path = folder / f"unpacked-{hashlib.sha256(os.fsencode(identity)).hexdigest()[:24]}"
    if path.is_file():
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if size > free:
            raise ImagesError(
                f"{printable(source)} unpacks to {size / 1e9:.1f} GB, {printable(folder)} has {free / 1e9:.1f} GB "
                "free; free some space, or set TMPDIR to another disk"
            )
        with tempfile.NamedTemporaryFile(dir=folder, prefix=path.name, delete=False) as file:
            half = Path(file.name)
    except OSError as error:
        raise ImagesError(f"{printable(folder)} cannot be written ({one_line(error)}); set TMPDIR elsewhere") from error
    try:
        with open(half, "wb") as file:
            write(file)
        half.replace(path)  # whole or not at all: others may look for it
    except BaseException as error:
        half.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise ImagesError(f"{printable(folder)} is full; free some space, or set TMPDIR elsewhere") from error
        raise
    return path


@cache
def _temporary(process: int) -> Path:
    """A folder of this process, removed when it ends; a forked child gets its own."""
    folder = Path(tempfile.mkdtemp(prefix="layerflight-"))

    Finalize(None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=0)  # unlike atexit, in workers too
    return folder
