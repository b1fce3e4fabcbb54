"""Text that can be shown: file names and errors as a person can read them, on one line."""

from __future__ import annotations

import os

_LONGEST = 200
"""Characters of an error that are told."""


def printable(name: str | os.PathLike[str]) -> str:
    """A file name as text any terminal takes: bytes that are not UTF-8 become ``\\xff``.

    Python keeps such bytes as lone surrogates, which no encoder accepts.
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def one_line(error: BaseException) -> str:
    """What an error says, without the path it happened at, on one line."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    said = " ".join(said.split())
    return printable(said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…") or type(error).__name__
