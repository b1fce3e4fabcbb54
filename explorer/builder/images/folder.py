"""Image files in folders: flat, or a subfolder per class."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.builder.images.base import ImageSource, RawImages
from explorer.builder.images.decode import SUFFIXES, decode_file
from explorer.builder.images.words import one_line, printable
from explorer.errors import ImagesError
from explorer.types import UInt8


@dataclass(frozen=True)
class FileImages(ImageSource):
    """Image files below a folder."""

    folder: Path
    names: Sequence[str]

    def read(self, index: int) -> UInt8:
        """Image (h, w, 3) uint8 RGB; raises Unreadable."""
        return decode_file(self.folder / self.names[index])

    def stamp(self) -> str:
        """Hash of names, sizes and times of change."""
        digest = hashlib.sha256()
        for name in self.names:
            digest.update(os.fsencode(name) + file_stamp(self.folder / name))
        return digest.hexdigest()


def file_stamp(path: Path) -> bytes:
    """Size and time of change of a file; of a link to nothing, that it is one."""
    try:
        stat = path.stat()
    except OSError:
        return b"\0missing\n"
    return f"\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode()


def open_folder(folder: Path) -> RawImages | None:
    """The images of a folder, labelled by the subfolders they are in; None where it holds none.

    Raises:
        ImagesError: images beside folders of images, or a folder that cannot be read.
    """
    flat = sorted(x for x in _listed(folder) if is_image(x) and _is_file(folder / x))
    subs = sorted(x for x in _listed(folder) if not x.startswith(".") and (folder / x).is_dir())
    if flat:
        mixed = next((x for x in subs if next(_images_below(folder, x), None)), None)
        if mixed is not None:
            raise ImagesError(
                f"{printable(folder)} holds images ({printable(flat[0])}) beside folders of images "
                f"({printable(mixed)}); keep the one or the other"
            )
        return RawImages(FileImages(folder, flat), None, (), printable(folder.name))
    names: list[str] = []
    classes: list[str] = []
    for sub in subs:
        found = sorted(_images_below(folder, sub))
        names += found
        classes += [printable(sub)] * len(found)
    if not names:
        return None
    labels = np.array(classes, dtype=object)
    return RawImages(FileImages(folder, names), labels, tuple(sorted(set(classes))), printable(folder.name))


def is_image(name: str) -> bool:
    """Whether a file of this name counts as an image."""
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError as error:
        raise _unlistable(error) from error


def _images_below(folder: Path, sub: str) -> Iterator[str]:
    """Paths below ``folder`` of the images in a subfolder of any depth; links to folders are not followed."""

    def refuse(error: OSError) -> None:
        raise _unlistable(error) from error

    for base, _, files in os.walk(folder / sub, onerror=refuse):
        for name in files:
            path = os.path.join(base, name)
            if is_image(name) and _is_file(path):
                yield os.path.relpath(path, folder)


def _is_file(path: str | Path) -> bool:
    """Files, and links that lead nowhere: those are missing images, to be counted. Pipes would block."""
    return os.path.isfile(path) or (os.path.islink(path) and not os.path.exists(path))


def _unlistable(error: OSError) -> ImagesError:
    return ImagesError(f"{printable(error.filename)} cannot be read ({one_line(error)}); allow reading it")
