"""Where images come from: a folder of files, or an array in an IDX, npz or npy file."""

from __future__ import annotations

import gzip
import hashlib
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.base import ImageSource, RawImages
from explorer.builder.images.decode import SUFFIXES, decode_array, decode_file
from explorer.errors import ImagesError
from explorer.types import UInt8


@dataclass(frozen=True)
class FileImages(ImageSource):
    """Image files below a folder."""

    folder: Path
    names: list[str]

    def read(self, index: int) -> UInt8:
        return decode_file(self.folder / self.names[index])

    def stamp(self) -> str:
        digest = hashlib.sha256()
        for name in self.names:
            stat = (self.folder / name).stat()
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class ArrayImages(ImageSource):
    """Images of one array (N, h, w) or (N, h, w, c)."""

    array: NDArray[Any]
    names: list[str]

    def read(self, index: int) -> UInt8:
        return decode_array(self.array[index])

    def stamp(self) -> str:
        digest = hashlib.sha256(f"{self.array.shape} {self.array.dtype}".encode())
        for image in self.array:  # one at a time: the array may be a mapped file larger than memory
            digest.update(image.tobytes())
        return digest.hexdigest()


def open_images(path: Path) -> RawImages:
    """The images at ``path``; labels come from class folders or from the file itself.

    Args:
        path: a folder with a subfolder per class, a flat folder of images, a folder with IDX files, an IDX
            file (.gz or not), an .npz with ``images`` and perhaps ``labels`` and ``names``, or an .npy.

    Raises:
        ImagesError: nothing there that this reads.
    """
    if not path.exists():
        raise ImagesError(f"{path} does not exist; --images takes a folder of images, or an IDX, .npz or .npy file")
    try:
        if path.is_dir():
            return _open_folder(path)
        if path.suffix.lower() == ".npz":
            return _open_npz(path)
        if path.suffix.lower() == ".npy":
            return _array_images(path, np.load(path, mmap_mode="r", allow_pickle=False), None, ())
        if "idx" in path.name:
            return _open_idx(path)
    except (OSError, ValueError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ImagesError(f"{path} is damaged or cannot be read ({error})") from error
    raise ImagesError(f"{path} is not a set of images this reads; give a folder, or an IDX, .npz or .npy file")


def _holds_images(folder: Path) -> bool:
    return not folder.name.startswith(".") and any(_is_image(name) for _, _, files in os.walk(folder) for name in files)


def _open_folder(folder: Path) -> RawImages:
    flat = sorted(x.name for x in folder.iterdir() if _is_image(x.name) and x.is_file())
    folders = [x.name for x in sorted(folder.iterdir()) if x.is_dir() and _holds_images(x)]
    if flat and folders:
        raise ImagesError(
            f"{folder} holds images ({flat[0]}) beside folders of images ({folders[0]}); keep the one or the other"
        )
    if flat:
        return RawImages(FileImages(folder, flat), None, (), folder.name)
    idx = sorted(x for x in folder.iterdir() if "images" in x.name and "idx3" in x.name)
    if idx:
        # Of a training and a test set, the test set: it is what a trained network is looked at with.
        return _open_idx(next((x for x in idx if x.name.startswith(("t10k", "test"))), idx[0]))
    names: list[str] = []
    classes: list[str] = []
    for sub in sorted(x for x in folder.iterdir() if x.is_dir() and not x.name.startswith(".")):
        found = sorted(
            os.path.relpath(os.path.join(base, name), folder)
            for base, _, files in os.walk(sub)
            for name in files
            if _is_image(name) and os.path.isfile(os.path.join(base, name))
        )
        names += found
        classes += [sub.name] * len(found)
    if not names:
        raise ImagesError(f"{folder} holds no images; it should hold image files, or a subfolder of them per class")
    labels = np.array(classes, dtype=str)
    return RawImages(FileImages(folder, names), labels, tuple(sorted(set(classes))), folder.name)


def _is_image(name: str) -> bool:
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES


def _open_npz(path: Path) -> RawImages:
    """``images``; perhaps ``labels``, ``class_names``, and ``names``: of the classes, or a name per image."""
    with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
        if "images" not in archive:
            raise ImagesError(f"{path} has no array 'images'; it has {', '.join(archive.files) or 'nothing'}")
        images, labels, names = archive["images"], archive.get("labels"), archive.get("names")
        classes = archive.get("class_names")
    if labels is not None:
        labels = labels.reshape(-1).astype(np.int64) if labels.dtype.kind in "iu" else labels.reshape(-1)
    if classes is None and names is not None and labels is not None and len(names) != len(labels):
        classes, names = names, None
    per_image = [str(x) for x in names] if names is not None else None
    if classes is None and per_image is not None and labels is not None and labels.dtype.kind in "iu":
        classes = _one_name_per_label(per_image, labels)
        per_image = None if classes is not None else per_image
    class_names = tuple(str(x) for x in classes) if classes is not None else ()
    return _array_images(path, images, labels, class_names, per_image)


def _one_name_per_label(names: list[str], labels: NDArray[np.int64]) -> NDArray[np.str_] | None:
    """The names of the labels, where all images of a label have the same name; else they name the images."""
    pairs = set(zip(labels.tolist(), names, strict=True))
    if len(pairs) != len({label for label, _ in pairs}):
        return None
    by_label = dict(pairs)
    return np.array([by_label.get(i, str(i)) for i in range(max(by_label) + 1)])


def _open_idx(path: Path) -> RawImages:
    images = _read_idx(path)
    if images.ndim < 3:
        raise ImagesError(
            f"{path} holds {images.ndim}-dimensional data; give the images-idx3 file, labels are found beside it"
        )
    other = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    beside = [x for x in (other, other.with_name(other.name + ".gz"), other.with_suffix("")) if x.is_file()]
    labels = _read_idx(beside[0]) if beside and beside[0] != path else None
    return _array_images(path, images, labels, ())


def _read_idx(path: Path) -> NDArray[Any]:
    """An IDX file of unsigned bytes, (N, ...): LeCun's format, yann.lecun.com/exdb/mnist."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb") as file:
        data = file.read()
    if len(data) < 4 or data[:3] != b"\x00\x00\x08":
        raise ImagesError(f"{path} is not an IDX file of bytes (it should begin with 00 00 08)")
    ndim = data[3]
    shape = tuple(int(x) for x in np.frombuffer(data, ">u4", count=ndim, offset=4))
    if len(data) - 4 - 4 * ndim != int(np.prod(shape)):
        raise ImagesError(f"{path} should hold {' x '.join(map(str, shape))} bytes, has {len(data) - 4 - 4 * ndim}")
    return np.frombuffer(data, np.uint8, offset=4 + 4 * ndim).reshape(shape)


def _array_images(
    path: Path,
    images: NDArray[Any],
    labels: NDArray[Any] | None,
    class_names: tuple[str, ...],
    names: list[str] | None = None,
) -> RawImages:
    if images.ndim == 4 and images.shape[3] not in (1, 3, 4) and images.shape[1] in (1, 3, 4):
        images = np.moveaxis(images, 1, 3)  # (N, c, h, w) -> (N, h, w, c)
    fits = images.ndim == 3 or (images.ndim == 4 and images.shape[3] in (1, 3, 4))
    if not fits or images.dtype.kind not in "ufb":
        raise ImagesError(
            f"{path}: images should be (N, h, w) or (N, h, w, 3) uint8, found {images.shape} {images.dtype}"
        )
    if images.dtype.kind == "u" and images.dtype.itemsize > 2:
        raise ImagesError(f"{path}: images should be 8 or 16 bits a value, found {images.dtype}")
    if not images.size:
        raise ImagesError(f"{path} holds no images; its array is {images.shape}")
    if labels is not None and len(labels) != len(images):
        raise ImagesError(f"{path} has {len(labels)} labels for {len(images)} images")
    if names is None:
        names = [f"{path.name.split('.')[0]}/{i:05d}" for i in range(len(images))]
    if len(names) != len(images):
        raise ImagesError(f"{path} has {len(names)} names for {len(images)} images")
    return RawImages(ArrayImages(images, names), labels, class_names, path.name)
