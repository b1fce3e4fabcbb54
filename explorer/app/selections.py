"""Selections for scripts: the ones kept with a world as a dictionary, queries, tables."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.errors import SelectionError
from explorer.store import selections as files
from explorer.store.exchange import export_selection, import_selection
from explorer.store.read import World, open_world
from explorer.world.properties import properties
from explorer.world.query import matching

Images = NDArray[np.int32]


class Selections(MutableMapping[str, Images]):
    """The selections kept with a world, by name: arrays of image numbers. What is set is written at once.

    >>> kept = explorer.selections("my.world")
    >>> kept["sure but wrong"] = kept.where('wrong and confidence > 0.9')
    >>> kept.export("sure but wrong", "check.csv")

    Args:
        world: an open world.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, name: str) -> Images:
        if name not in self:
            raise KeyError(name)
        return files.load_selection(self._world.path, name)

    def __setitem__(self, name: str, images: ArrayLike) -> None:
        """Keep images under a name: their numbers (n,), or a mask (N,) of bool."""
        files.save_selection(self._world.path, name, numbers(self._world, np.asarray(images)))

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        files.delete_selection(self._world.path, name)

    def __iter__(self) -> Iterator[str]:
        return (saved.name for saved in files.list_selections(self._world.path))

    def __len__(self) -> int:
        return len(files.list_selections(self._world.path))

    def __contains__(self, name: object) -> bool:
        return any(kept == name for kept in self)

    def rename(self, old: str, new: str) -> None:
        """Give a selection another name.

        Raises:
            SelectionError: there is none of the old name, or one of the new.
        """
        files.rename_selection(self._world.path, old, new)

    def where(self, query: str) -> Images:
        """The images (n,) int32 that a query describes, as in ``label == "cat" and wrong``.

        Raises:
            QueryError: what is wrong with it, and which names there are.
        """
        return np.flatnonzero(matching(query, properties(self._world))).astype(np.int32)

    def export(self, selection: str | ArrayLike, path: str | Path) -> Path:
        """Write index, file, label and prediction of every image as a table.

        Args:
            selection: name of one that is kept, else a query; or images, as numbers or as a mask.
            path: .csv or .parquet.

        Raises:
            SelectionError: the file cannot be written.
        """
        return export_selection(self._world, images_of(self._world, selection), Path(path))

    def read(self, path: str | Path) -> Images:
        """The images (n,) int32 that a table lists by file or index; those that are not in the world are left out.

        Raises:
            SelectionError: the file cannot be read, or nothing in it is in the world.
        """
        return import_selection(self._world, Path(path)).images


def selections(world: str | Path) -> Selections:
    """The selections kept with a world, by name; and queries, and tables.

    Args:
        world: a world's folder.
    """
    return Selections(open_world(Path(world)))


def images_of(world: World, selection: str | ArrayLike) -> Images:
    """The images (n,) int32 meant by the name of a kept selection, by a query, or by numbers or a mask.

    Raises:
        SelectionError: numbers of no image, or a mask of another length.
        QueryError: a text that is neither a name nor a query.
    """
    if isinstance(selection, str):
        kept = Selections(world)
        return kept[selection] if selection in kept else kept.where(selection)
    return numbers(world, np.asarray(selection))


def numbers(world: World, images: NDArray[np.generic]) -> Images:
    """Image numbers (n,) int32, rising, of numbers (n,) or of a mask (N,) of bool.

    Raises:
        SelectionError: what is neither, or does not fit the world.
    """
    total = world.manifest.images
    if images.dtype == bool:
        if images.shape != (total,):
            raise SelectionError(f"a mask of this world has the shape ({total},), found {images.shape}")
        return np.flatnonzero(images).astype(np.int32)
    if images.size == 0:
        return np.zeros(0, np.int32)
    if images.ndim != 1 or not np.issubdtype(images.dtype, np.integer):
        raise SelectionError(f"a selection is a list of image numbers, found {images.dtype} of shape {images.shape}")
    found = np.unique(images).astype(np.int64)
    if found[0] < 0 or found[-1] >= total:
        wrong = found[0] if found[0] < 0 else found[-1]
        raise SelectionError(f"there is no image {wrong}; the images of this world are 0 to {total - 1}")
    return found.astype(np.int32)
