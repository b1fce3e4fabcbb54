"""Named selections, kept in ``NAME.world/selections``: one .npz for each, readable by numpy alone.

They are the person's and not the build's: the manifest does not list them, ``verify`` passes them over, and a build
that replaces the world carries them over to the new one, by the names of the images where those changed.

    >>> np.load("NAME.world/selections/sea-lions-5f2b0c1a.npz")["images"]
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.errors import SelectionError, WorldError
from explorer.store.files import sync
from explorer.store.manifest import MANIFEST_NAME, Manifest
from explorer.store.parse import from_json

FOLDER = "selections"
"""Within a world."""

LONGEST = 80
"""Characters of a name."""

_SUFFIX = ".npz"
_SPARE = 1 << 16
"""Bytes of a file beyond those of its images: headers, and the name."""

Images = NDArray[np.int32]


@dataclass(frozen=True)
class Saved:
    """A named selection as it is listed."""

    name: str
    count: int
    """Images in it."""


@dataclass(frozen=True, eq=False)
class _Stored:
    """What a file holds."""

    name: str
    images: Images
    """(n,) rising."""
    total: int
    """Images of the world it was made in."""
    names: str
    """SHA-256 of the names of those images; empty where they had none."""


def list_selections(world: Path) -> tuple[Saved, ...]:
    """The named selections of a world, by name; files that are none are passed over."""
    folder, total = world / FOLDER, _manifest(world).images
    files = sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() and not folder.is_symlink() else []
    found = [Saved(x.name, len(x.images)) for x in (_read(file, total) for file in files) if x is not None]
    return tuple(sorted(found, key=lambda saved: (saved.name.casefold(), saved.name)))


def save_selection(world: Path, name: str, images: NDArray[np.integer]) -> str:
    """Keep a selection under a name, in place of one of the same name.

    Args:
        world: the world's folder.
        name: any words.
        images: (n,) numbers of the images.

    Returns:
        The name, without spaces around it.

    Raises:
        SelectionError: no name, or the folder cannot be written.
    """
    name = checked_name(name)
    manifest = _manifest(world)
    inside = np.unique(np.asarray(images, np.int32))  # (n,) rising
    if len(inside) and not 0 <= inside[0] <= inside[-1] < manifest.images:
        raise SelectionError(f"image {inside[-1] if inside[0] >= 0 else inside[0]} is none of {manifest.images} images")
    with _writing(world):
        _write(_file(world, name), _Stored(name, inside, manifest.images, _fingerprint(manifest)))
    return name


def load_selection(world: Path, name: str) -> Images:
    """The images (n,) int32 of a named selection, rising.

    Raises:
        SelectionError: there is none of that name, or it was made of other images.
    """
    file = _file(world, checked_name(name))
    if not file.is_file():
        there = ", ".join(saved.name for saved in list_selections(world)) or "none yet"
        raise SelectionError(f"no selection of {world} is called {name!r}; there are: {there}")
    stored = _read(file, (manifest := _manifest(world)).images)
    if stored is None:
        raise SelectionError(
            f"{file} is damaged or was made of another number of images; delete the selection {name!r}"
        )
    if stored.names != _fingerprint(manifest):
        raise SelectionError(f"{file} was made of other images than this world's; delete the selection {name!r}")
    return stored.images


def rename_selection(world: Path, old: str, new: str) -> str:
    """Give a selection another name; returns it.

    Raises:
        SelectionError: there is none of the old name, or one of the new.
    """
    new = checked_name(new)
    images = load_selection(world, old)
    if new == old:
        return new
    if _file(world, new).exists():
        raise SelectionError(f"there is a selection called {new!r} already; choose another name")
    save_selection(world, new, images)
    delete_selection(world, old)
    return new


def delete_selection(world: Path, name: str) -> None:
    """Remove a named selection.

    Raises:
        SelectionError: there is none of that name, or it cannot be removed.
    """
    file = _file(world, checked_name(name))
    if not file.exists():
        raise SelectionError(f"no selection of {world} is called {name!r}")
    with _writing(world):
        file.unlink()


def carry_over(old: Path, new: Path) -> None:
    """Bring the selections of a world into the one that replaces it; images are known by their names.

    Where neither says which image is which and their numbers differ, a selection is kept as it is.

    Args:
        old: the world that is replaced; nothing happens where there is none.
        new: the finished folder, with its manifest.

    Raises:
        OSError: the disk is full, or the like.
    """
    if not (old / FOLDER).is_dir() or (old / FOLDER).is_symlink():
        return
    after = _manifest(new)
    try:
        before = _manifest(old)
    except WorldError:  # damaged, which is why it is built again: what it was made of cannot be said
        before = after
    same = before.images == after.images and _fingerprint(before) == _fingerprint(after)
    old_names, new_names = ([], []) if same else (_names(old, before), _names(new, after))
    (new / FOLDER).mkdir(exist_ok=True)
    for file in sorted((old / FOLDER).glob(f"*{_SUFFIX}")):
        if file.is_symlink() or not file.is_file():
            continue
        stored = _read(file, before.images)
        if stored is None or not (old_names and new_names) or stored.names != _fingerprint(before):
            shutil.copyfile(file, new / FOLDER / file.name)
            continue
        wanted = {old_names[image] for image in stored.images}
        images = np.array([i for i, name in enumerate(new_names) if name in wanted], np.int32)
        _write(new / FOLDER / file.name, _Stored(stored.name, images, after.images, _fingerprint(after)))


def is_selection(path: str) -> bool:
    """Whether a file of a world, by its path within it, is a selection, or what a kill left of writing one."""
    return re.fullmatch(rf"{FOLDER}/[^/]+{re.escape(_SUFFIX)}(\.\d+\.partial)?", path) is not None


def checked_name(name: str) -> str:
    """A name without spaces around it.

    Raises:
        SelectionError: nothing is left, it is too long, or holds what no eye can see.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise SelectionError(f"a selection needs a name of 1 to {LONGEST} characters, found {name[:LONGEST]!r}")
    return name


def _file(world: Path, name: str) -> Path:
    """Where a selection lies: readable, and never two names in one file, on any system."""
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
    return world / FOLDER / f"{slug(name)}-{digest}{_SUFFIX}"


def slug(name: str) -> str:
    """A name in letters, digits and hyphens, for files: "Sea lions!" is sea-lions; "selection" when none is left."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40].strip("-") or "selection"


def _read(file: Path, images: int) -> _Stored | None:
    """What a file holds; None for one that is not ours, is damaged, or is not of ``images`` images."""
    try:
        if file.is_symlink() or file.stat().st_size > 4 * images + _SPARE:
            return None
        data = file.read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                return None  # ours are not compressed: what unpacks to more than it is long is not read
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            found = np.asarray(arrays["images"])
            stored = _Stored(
                checked_name(str(arrays["name"])), found.astype(np.int32), int(arrays["total"]), str(arrays["names"])
            )
    except Exception:  # zipfile and numpy raise nearly anything on bytes that are not what they seem
        return None
    whole = found.ndim == 1 and found.dtype == np.int32 and bool(np.all(np.diff(found) > 0))
    inside = whole and (len(found) == 0 or (found[0] >= 0 and found[-1] < images))
    return stored if inside and stored.total == images else None


def _write(file: Path, stored: _Stored) -> None:
    """Write a file at once: under another name first."""
    file.parent.mkdir(exist_ok=True)
    content = io.BytesIO()
    np.savez(
        content, images=stored.images, name=np.array(stored.name), total=np.array(stored.total),
        names=np.array(stored.names),
    )  # fmt: skip
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    try:
        with open(partial, "wb") as target:
            target.write(content.getvalue())
            sync(target)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def _manifest(world: Path) -> Manifest:
    """The manifest of a world that is known to be one."""
    file = world / MANIFEST_NAME
    try:
        return from_json(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"{file} cannot be read ({error})") from error


def _fingerprint(manifest: Manifest) -> str:
    entry = manifest.files.get("names.json")
    return entry.sha256 if entry is not None else ""


def _names(world: Path, manifest: Manifest) -> list[str]:
    """Names of the images of a world; none where they have none, or they cannot be read."""
    if "names.json" not in manifest.files:
        return []
    try:
        names = json.loads((world / "names.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    return [str(x) for x in names] if isinstance(names, list) and len(names) == manifest.images else []


@contextmanager
def _writing(world: Path) -> Iterator[None]:
    """Turn a failure of the disk into one line."""
    if (world / FOLDER).is_symlink():
        raise SelectionError(f"{world / FOLDER} is a link; selections are kept in a folder of the world's own")
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise SelectionError(
            f"{world / FOLDER} cannot be written ({reason}); export the selection to a file"
        ) from error
