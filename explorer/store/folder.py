"""What lies in a world's folder: its manifest, and whether the files are those listed there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from explorer.errors import WorldError
from explorer.store.arrays import unreadable
from explorer.store.files import hash_file
from explorer.store.lock import is_locked
from explorer.store.manifest import MANIFEST_NAME, SUMS_NAME, Manifest
from explorer.store.parse import from_json

MOST_MANIFEST = 256 << 20
"""Bytes of a manifest: thousands of layers and classes take a few."""


def read_manifest(path: Path) -> Manifest:
    """The manifest of the world at ``path`` alone.

    Raises:
        WorldError: there is no world, or its manifest cannot be read.
    """
    file = Path(path) / MANIFEST_NAME
    try:
        if file.stat().st_size > MOST_MANIFEST:
            raise WorldError(f"{file} has more than {MOST_MANIFEST >> 20} MB; it is no manifest of ours")
        return from_json(file.read_text(encoding="utf-8"), str(file))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WorldError(_why_missing(Path(path))) from error
    except (OSError, UnicodeDecodeError, MemoryError) as error:
        raise unreadable(file, error) from error


def check_file(path: Path, name: str, size: int) -> None:
    """Refuse a file that is missing, of another length, or lies elsewhere by way of a link."""
    file = path / name
    try:
        found = file.stat().st_size
        if not file.is_file():
            raise OSError("not a file")
        inside = os.path.realpath(file).startswith(os.path.join(os.path.realpath(path), ""))
    except (OSError, ValueError) as error:
        raise WorldError(f"{file} is missing; the world is incomplete, build it again") from error
    if not inside:
        raise WorldError(f"{file} is a link out of the world; do not trust it")
    if found != size:
        raise WorldError(f"{file} has {found} bytes instead of {size}; it is truncated, build the world again")


def damaged_files(path: Path, manifest: Manifest, advance: Callable[[int], None] = lambda _: None) -> Iterator[str]:
    """Read every listed file and compare it with its hash; a line for each that differs.

    Args:
        path: the world.
        manifest: its manifest.
        advance: told how many bytes were checked since the last time.
    """
    for name, entry in manifest.files.items():
        try:
            check_file(path, name, entry.bytes)
            if hash_file(path / name) != entry:
                yield f"{path}/{name} was changed since it was written; build the world again"
        except WorldError as error:
            yield str(error)
        except OSError as error:
            yield str(unreadable(path / name, error))
        advance(entry.bytes)


def _why_missing(path: Path) -> str:
    if path.is_dir() and (path / SUMS_NAME).is_file():
        return f"{path} has lost its {MANIFEST_NAME}; build the world again"
    if path.is_dir():
        return f"{path} is a folder but not a world (it has no {MANIFEST_NAME})"
    if path.exists():
        return f"{path} is a file; a world is a folder NAME.world made by 'layerflight build'"
    partial = path.with_name(path.name + ".partial")
    if is_locked(partial / "lock"):
        return f"{path} is being built at this moment; wait until it is complete"
    if partial.exists():
        return f"{path} does not exist, but an interrupted build does; run the same 'layerflight build' again to finish"
    return f"{path} does not exist; make a world with 'layerflight build' or 'layerflight import'"
