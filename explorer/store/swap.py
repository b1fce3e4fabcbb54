"""Puts a finished world in its place at once, one build at a time, and mends what a kill left behind."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from explorer.errors import WorldError
from explorer.store.lock import locked
from explorer.store.manifest import FORMAT, MANIFEST_NAME, SUMS_NAME
from explorer.store.selections import carry_over
from explorer.store.views import carry_views

_FULL = (errno.ENOSPC, errno.EDQUOT)
_TOO_MANY = (errno.EMFILE, errno.ENFILE)
_REFUSALS = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EFBIG, errno.EIO,
)  # fmt: skip


def beside(path: Path, suffix: str) -> Path:
    """``NAME.world`` with a suffix: as ``.partial``, the folder it is built in."""
    return path.with_name(path.name + suffix)


def checked_target(path: Path) -> Path:
    """The place to write to, refused when it is something else than a world: it would be replaced.

    Returns:
        ``path``, made absolute where it has no name of its own (as "." has none).

    Raises:
        WorldError: it exists and is neither a world nor an empty folder.
    """
    path = Path(path) if Path(path).name not in ("", "..") else Path(path).resolve()
    if not os.path.lexists(path):
        return path
    folder = path.is_dir() and not path.is_symlink() and bool(path.name)
    if folder and (_is_ours(path) or not any(path.iterdir())):
        return path
    raise WorldError(f"{path} exists and is not a world; it is left as it is: choose another output, or remove it")


def _is_ours(path: Path) -> bool:
    """Whether a folder was written by us: its manifest says so, or where that is damaged, the hashes beside it."""
    manifest, sums = path / MANIFEST_NAME, path / SUMS_NAME
    if manifest.is_file() and FORMAT.encode() in manifest.read_bytes():
        return True
    listed = sums.read_bytes() if sums.is_file() else b""
    return f"  {MANIFEST_NAME}\n".encode() in listed and b"  embeddings/00.npy\n" in listed


def recover(path: Path) -> None:
    """Undo a swap that was killed between its two renames: the world that was there comes back."""
    old = _replaced(path)
    if old.exists() and not path.exists():
        old.rename(path)


def swap_in(finished: Path, path: Path) -> None:
    """Rename a complete world folder to its final place; a world there is kept until then."""
    old = _replaced(path)
    _sync_folder(finished)
    old.parent.mkdir(exist_ok=True)
    carry_over(path, finished)
    carry_views(path, finished)
    if path.exists():
        shutil.rmtree(old, ignore_errors=True)  # of a swap that ended well but was killed before it cleaned up
    try:
        if path.exists():
            path.rename(old)
        finished.rename(path)
    except BaseException:
        if old.exists() and not path.exists():
            old.rename(path)
        raise
    _sync_folder(path.parent)
    shutil.rmtree(old, ignore_errors=True)


def _replaced(path: Path) -> Path:
    """Where the world that is replaced waits: in our own folder, so that no backup of the user's is touched."""
    return beside(path, ".partial") / "old"


@contextmanager
def exclusive(partial: Path) -> Iterator[None]:
    """Hold the one build of this target; the lock goes with the process, however it ends.

    Args:
        partial: the folder to work in; made when it does not exist.

    Raises:
        WorldError: another process is building it.
    """
    try:
        partial.mkdir(parents=True, exist_ok=True)
    except FileNotFoundError as error:  # where no folder can be made at all, as below /proc
        raise WorldError(f"{partial} cannot be made ({error.strerror}); choose another output") from error
    lock = partial / "lock"
    with open(lock, "a+b") as file:
        # The holder before us may have removed the folder after we opened the file: then we hold nothing.
        if not locked(file) or not lock.exists() or not os.path.samestat(os.fstat(file.fileno()), lock.stat()):
            raise WorldError(f"{partial} is in use by another build; wait for it or choose another output")
        yield


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure of the disk into one line that names the world being written.

    An input that cannot be read is none of it: such an error goes on as it is.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _TOO_MANY:
            raise WorldError(f"{path} cannot be written: too many open files; raise the limit (ulimit -n)") from error
        if not _concerns(path, error):
            raise
        if error.errno in _FULL:
            raise WorldError(f"{path} cannot be written: the disk is full; free some space and run it again") from error
        if error.errno in _REFUSALS:
            raise WorldError(f"{path} cannot be written ({error.strerror}); choose another output") from error
        raise


def _concerns(path: Path, error: OSError) -> bool:
    """Whether an error names something in the target or a folder above it; writing to an open file names nothing."""
    if not isinstance(error.filename, (str, bytes)):
        return True
    target, named = Path(path).absolute(), Path(os.fsdecode(error.filename)).absolute()
    ours = (target, beside(target, ".partial")) if target.name else (target,)
    return named in target.parents or any(x == named or x in named.parents for x in ours)


def _sync_folder(folder: Path) -> None:
    """Make renames durable, where the system lets a folder be opened."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
