"""Checks every byte of a world: hashes, lengths, missing and extra files, and that the arrays make sense."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import WorldError
from explorer.store.arrays import unreadable
from explorer.store.files import sums
from explorer.store.folder import damaged_files, read_manifest
from explorer.store.manifest import MANIFEST_NAME, SUMS_NAME, Manifest
from explorer.store.read import World, open_world
from explorer.store.selections import is_selection
from explorer.store.stack import Stack
from explorer.store.views import is_views

_ROWS = 1 << 16
"""Rows checked at a time: memory does not grow with the world."""


def faults(path: Path, advance: Callable[[int], None] = lambda _: None) -> Iterator[str]:
    """A line for everything that is wrong with a world; none when it is all right.

    Args:
        path: the world.
        advance: told how many bytes of the listed files were checked since the last time.

    Raises:
        WorldError: there is no world, or its manifest cannot be read, so that nothing can be checked.
    """
    path = Path(path)
    manifest = read_manifest(path)
    yield from _wrong_sums(path, manifest)
    yield from _extra_files(path, manifest)
    damaged = False
    for fault in damaged_files(path, manifest, advance):
        damaged = True
        yield fault
    if damaged:  # what the arrays hold is known to be wrong, or cannot be opened
        return
    try:
        world = open_world(path)
    except WorldError as error:
        yield str(error)
        return
    yield from _wrong_values(world)


def _wrong_sums(path: Path, manifest: Manifest) -> Iterator[str]:
    """The manifest itself, by the list of hashes beside it (worlds of version 1 have none)."""
    file = path / SUMS_NAME
    if manifest.version < 2:
        return
    try:
        listed = file.read_bytes()
        expected = sums(manifest, (path / MANIFEST_NAME).read_bytes())
    except FileNotFoundError:
        yield f"{file} is missing; the world is incomplete, build it again"
    except OSError as error:
        yield str(unreadable(file, error))
    else:
        if listed != expected:
            yield f"{path}/{MANIFEST_NAME} or {SUMS_NAME} was changed since it was written; build the world again"


def _extra_files(path: Path, manifest: Manifest) -> Iterator[str]:
    known = {*manifest.files, MANIFEST_NAME, SUMS_NAME}
    for folder, folders, files in os.walk(path):
        links = [x for x in folders if os.path.islink(os.path.join(folder, x))]
        for name in sorted(files + links):
            relative = Path(folder, name).relative_to(path).as_posix()
            if relative not in known and not is_selection(relative) and not is_views(path, relative):
                yield f"{path}/{relative} does not belong to the world; remove it"


def _wrong_values(world: World) -> Iterator[str]:
    """What the hashes cannot tell: whether that which was written made sense."""
    n, classes = world.manifest.images, len(world.manifest.class_names)
    fine = len(world.manifest.fine_names)
    for index in range(world.stacks):
        stack = world.stack(index)
        for layer, entry in enumerate(stack.layers):
            if not _all(stack.embedding(layer), np.isfinite):
                yield f"{world.path}/{entry.embedding} holds values that are not finite"
            reduced, neighbours = stack.reduced(layer), stack.neighbours(layer)
            if reduced is not None and not _all(reduced, np.isfinite):
                yield f"{world.path}/{entry.reduced} holds values that are not finite"
            if neighbours is not None:
                yield from _outside(f"{world.path}/{entry.neighbours}", neighbours, 0, n)
            yield from _wrong_maps(world.path, stack, layer)
        answers = stack.answers
        where = f"{world.path}: predictions of stack {index}"
        yield from _outside(where, answers.predictions, -1, classes)
        yield from _outside(f"{where} (fine)", answers.fine_predictions, -1, fine)
    yield from _outside(f"{world.path}/labels.npy", world.labels, -1, classes)
    yield from _outside(f"{world.path}/fine_labels.npy", world.fine_labels, -1, fine)
    for index, attribute in enumerate(world.manifest.attributes):
        if attribute.names:
            yield from _outside(f"{world.path}/{attribute.path}", world.attribute(index), -1, len(attribute.names))


def _wrong_maps(path: Path, stack: Stack, layer: int) -> Iterator[str]:
    files = stack.map_files(layer)
    if files is None:
        return
    streams, offsets, scales, zeros = files
    starts = offsets.mapped()
    steps = bool(starts[0] == 0 and starts[-1] == streams.shape[0] and np.all(starts[1:] >= starts[:-1]))
    if not steps:
        yield f"{offsets.path} does not rise from 0 to the {streams.shape[0]} bytes of the streams"
    if not _all(scales.mapped(), np.isfinite):
        yield f"{scales.path} holds values that are not finite"
    if not _all(zeros.mapped(), lambda x: (x >= 0) & (x <= 1)):
        yield f"{zeros.path} holds shares that are not from 0 to 1"
    if steps:
        try:
            for image in (0, len(starts) // 2, len(starts) - 2):
                stack.maps(layer, image)
        except WorldError as error:
            yield str(error)


def _outside(where: str, values: NDArray[np.int32] | None, low: int, stop: int) -> Iterator[str]:
    if values is not None and not _all(values, lambda x: (x >= low) & (x < stop)):
        yield f"{where} holds values that are not from {low} to {stop - 1}"


def _all(values: NDArray[Any], right: Callable[[NDArray[Any]], NDArray[np.bool_]]) -> bool:
    return all(bool(np.all(right(values[i : i + _ROWS]))) for i in range(0, len(values), _ROWS))
