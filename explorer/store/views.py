"""Saved views of a world, kept in ``NAME.world/views.json``, and a basis as text to be copied and pasted.

The views are the person's and not the build's, like named selections: the manifest does not list the file,
``verify`` passes it over, and a build that replaces the world carries it over to the new one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from explorer.errors import ViewError
from explorer.store.files import sync
from explorer.types import DIMS, SHOWN, Float64

NAME = "views.json"
"""Within a world."""

LONGEST = 80
"""Characters of a name."""

_FORMAT = "layerflight views"
_MOST = 16 << 20
"""Bytes of a file: ten thousand views."""
_SLACK = 1e-3
"""How far from orthonormal a basis may be that was typed or rounded; it is then made exact."""


@dataclass(frozen=True, eq=False)
class View:
    """A view to come back to."""

    name: str
    basis: Float64
    """(15, 3) column-orthonormal."""
    layer: str = ""
    """Name of the layer looked at; empty: whichever is looked at."""
    position: Float64 = field(default_factory=lambda: np.zeros(3))
    """(3,) of the camera, in the frame of the layer's node, scene units."""
    orientation: Float64 = field(default_factory=lambda: np.array([0.0, 0.0, 0.0, 1.0]))
    """(4,) quaternion xyzw, camera frame to the node's frame."""
    space: str = "raw"
    """Which map of the 15 dimensions was looked at."""


def to_json(basis: Float64) -> str:
    """A basis (15, 3) as text, one line for each of the 15 axes."""
    rows = ",\n".join(f"  {json.dumps([float(x) for x in row])}" for row in basis)
    return f'{{"basis": [\n{rows}\n]}}'


def from_json(text: str) -> Float64:
    """The basis (15, 3) in a text: what ``to_json`` writes, or the bare rows.

    Raises:
        ViewError: it is no basis.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ViewError("the clipboard holds no JSON; copy a basis first, 15 rows of 3 numbers") from None
    return _basis(data.get("basis") if isinstance(data, dict) else data, "the clipboard")


def read_views(world: Path) -> tuple[View, ...]:
    """The saved views of a world, in their order; none where there is no file.

    Raises:
        ViewError: the file cannot be read, or is not what it should be.
    """
    file = world / NAME
    try:
        if file.stat().st_size > _MOST:
            raise ViewError(f"{file} has more than {_MOST >> 20} MB; these are no views of ours, remove it")
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (ValueError, RecursionError):
        raise ViewError(f"{file} is damaged; remove it to save views again") from None
    except OSError as error:
        raise ViewError(f"{file} cannot be read ({error.strerror})") from None
    views = data.get("views") if isinstance(data, dict) and data.get("format") == _FORMAT else None
    if not isinstance(views, list):
        raise ViewError(f"{file} holds no views of ours; remove it to save views again")
    return tuple(_view(entry, f"view {number} in {file}") for number, entry in enumerate(views, 1))


def write_views(world: Path, views: Sequence[View]) -> None:
    """Keep these views and no others.

    Raises:
        ViewError: the world's folder cannot be written.
    """
    file = world / NAME
    entries = [
        {
            "name": view.name,
            "layer": view.layer,
            "space": view.space,
            "camera": {"position": view.position.tolist(), "orientation": view.orientation.tolist()},
            "basis": view.basis.tolist(),
        }
        for view in views
    ]
    text = json.dumps({"format": _FORMAT, "version": 1, "views": entries}, indent=1, ensure_ascii=False)
    part = file.with_suffix(".json.part")
    try:
        with open(part, "wb") as out:
            out.write(text.encode("utf-8", "replace"))
            sync(out)
        os.replace(part, file)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise ViewError(f"{file} cannot be written ({error.strerror}); the views last until you quit") from None


def carry_views(old: Path, new: Path) -> None:
    """Take the views of a world over to the one that is to replace it."""
    if is_views(old, NAME):
        shutil.copyfile(old / NAME, new / NAME)


def is_views(world: Path, relative: str) -> bool:
    """Whether a file in a world's folder is that of its views, or what a kill left of writing it."""
    return relative in (NAME, f"{NAME}.part") and (world / relative).is_file() and not (world / relative).is_symlink()


def _view(entry: Any, where: str) -> View:
    if not isinstance(entry, dict) or not isinstance(entry.get("camera", {}), dict):
        raise ViewError(f"{where} is damaged; remove the file to save views again")
    camera = entry.get("camera", {})
    words = {key: entry.get(key, default) for key, default in (("name", ""), ("layer", ""), ("space", "raw"))}
    if not all(isinstance(word, str) and len(word) < 1000 for word in words.values()):
        raise ViewError(f"{where} is damaged: expected a name, a layer and a space in words")
    words = {key: word.encode("utf-8", "replace").decode() for key, word in words.items()}  # no halves of characters
    position = _numbers(camera.get("position"), (3,), f"the camera's position of {where}")
    orientation = _numbers(camera.get("orientation"), (4,), f"the camera's orientation of {where}")
    size = float(np.linalg.norm(orientation))
    if not 0.5 < size < 2.0:
        raise ViewError(f"the camera's orientation of {where} is no rotation; remove the file to save views again")
    basis = _basis(entry.get("basis"), where)
    return View(words["name"][:LONGEST], basis, words["layer"], position, orientation / size, words["space"])


def _basis(rows: Any, where: str) -> Float64:
    """The orthonormal basis (15, 3) nearest to what was read."""
    found = _numbers(rows, (DIMS, SHOWN), f"the basis in {where}" if where else "the basis")
    if float(np.abs(found.T @ found - np.eye(SHOWN)).max()) > _SLACK:
        raise ViewError(f"the basis in {where} is not orthonormal: its 3 columns must have length 1 and right angles")
    left, _, right = np.linalg.svd(found, full_matrices=False)
    return np.asarray(left @ right, np.float64)


def _numbers(value: Any, shape: tuple[int, ...], where: str) -> Float64:
    try:
        found = np.array(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        found = np.zeros(0)
    if found.shape != shape or not np.isfinite(found).all() or np.abs(found).max() > 1e9:
        expected = " rows of ".join(str(n) for n in shape) + " numbers"
        raise ViewError(f"{where} is not as expected: {expected}")
    return found
