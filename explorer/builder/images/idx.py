"""Images in IDX files as MNIST has them, with the labels beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer.builder.images.arrays import StoredImages, stored_images
from explorer.builder.images.base import RawImages
from explorer.builder.images.splits import pick_split
from explorer.builder.images.stored import stored_array
from explorer.builder.images.words import printable
from explorer.errors import ImagesError


def find_idx(folder: Path, split: str | None) -> Path | None:
    """The file of images in a folder of IDX files: of a training and a test set, the test set.

    Raises:
        ImagesError: there is no such split.
    """
    found = sorted(x for x in folder.iterdir() if "images" in x.name and "idx3" in x.name)
    if not found:
        return None
    named = {x.name.split("-")[0].lower(): x for x in found}
    asked = "t10k" if split == "test" and "test" not in named else split
    return named[pick_split(named, asked, printable(folder))]


def open_idx(path: Path, scratch: Path | None) -> RawImages:
    """The images of an IDX file, and their labels where a file of them lies beside it.

    Raises:
        ImagesError: damaged, or no images.
    """
    images: StoredImages = stored_images(path, "", scratch)
    other = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    near = [x for x in (other, other.with_name(other.name + ".gz"), other.with_suffix("")) if x.is_file()]
    labels = None
    if near and near[0] != path:
        stored = stored_array(near[0], "", scratch)
        if stored.shape != (len(images.names),):
            raise ImagesError(f"{printable(path)} has {stored.shape[0]} labels for {len(images.names)} images")
        labels = stored.rows(range(stored.shape[0])).astype(np.int64)
    return RawImages(images, labels, (), printable(path.name))
