"""The lock of a build: held by one process, gone with it however it ends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


def locked(file: IO[Any], shared: bool = False) -> bool:
    """Take the lock of an open file until it is closed, if nobody holds it; ``shared`` with all who only look."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock of a file at this moment; a file that is not there has none."""
    try:
        with open(path, "rb") as file:
            return not locked(file, shared=True)
    except OSError:
        return False
