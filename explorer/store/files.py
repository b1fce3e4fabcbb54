"""Writes single files so that a full disk is noticed as such, and content reaches the disk before its name."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from explorer.store.manifest import MANIFEST_NAME, FileEntry, Manifest

if sys.platform != "win32":
    import resource

_FILES = 10_240
"""Open files asked for: the most macOS gives a process."""


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write a version 1.0 .npy file.

    ``numpy.save`` reports a full disk without its error number, and a memory-mapped file ends the process.
    """
    flat = np.ascontiguousarray(array)
    with open(path, "wb") as file:
        npy.write_array_header_1_0(
            file, {"descr": npy.dtype_to_descr(flat.dtype), "fortran_order": False, "shape": flat.shape}
        )
        file.write(flat.reshape(-1).view(np.uint8).data)
        sync(file)


def sync(file: IO[Any]) -> None:
    """Push a file's content to the disk before its name is relied on."""
    file.flush()
    os.fsync(file.fileno())


def allow_open_files() -> None:
    """Raise the number of files this process may hold open as far as the system lets it.

    A pass over a network of hundreds of layers writes two files of each at a time; usual limits are 256 and 1,024.
    """
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def hash_file(path: Path) -> FileEntry:
    """SHA-256 and length of a file."""
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileEntry(digest, file.tell())


def sums(manifest: Manifest, text: bytes) -> bytes:
    """Content of ``SHA256SUMS``: the hashes of every file and of the manifest, whose content is ``text``."""
    hashes = {name: entry.sha256 for name, entry in manifest.files.items()}
    hashes[MANIFEST_NAME] = hashlib.sha256(text).hexdigest()
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items())).encode()
