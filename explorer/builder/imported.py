"""Makes a world from embeddings computed elsewhere: one (N, 15) array per layer, no model."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.builder.embedding.align import aligned
from explorer.builder.images.labels import Labels, read_labels
from explorer.builder.images.npyfile import load_npy
from explorer.builder.progress import Progress, Silent
from explorer.errors import ImagesError
from explorer.store.phrases import counted
from explorer.store.write import LayerArrays, WorldArrays, write_world
from explorer.types import DIMS, Float32

_PREFIX = re.compile(r"^(\d+)[-_. ]+(.+)$")


def import_world(
    embeddings: Path,
    output: Path,
    labels: Path | None = None,
    class_names: Path | None = None,
    label_column: str | None = None,
    align: bool = True,
    progress: Progress | None = None,
) -> Path:
    """Write a world from a folder of embeddings.

    Args:
        embeddings: folder of ``NN-Name.npy``, each (N, 15) of any float dtype; NN gives the order.
        output: the world to write, NAME.world; a world there is replaced when the new one is complete.
        labels: a label per row: .npy, .txt or .csv (see ``read_labels``).
        class_names: names of the label values, a line each or a JSON list.
        label_column: the CSV column that holds the label.
        align: turn every layer onto the one before by orthogonal Procrustes.
        progress: told how far it is.

    Returns:
        ``output``.

    Raises:
        ImagesError: arrays or labels that do not fit, with the file's name.
        WorldError: the output cannot be written.
    """
    progress = progress or Silent()
    files = _layer_files(Path(embeddings))
    names = _layer_names(files)
    found = read_labels(Path(labels), class_names, label_column) if labels else None
    layers: list[LayerArrays] = []
    progress.start("import", len(files))
    for file, name in zip(files, names, strict=True):
        points = _read_points(file, len(layers[0].embedding) if layers else None, files[0])
        previous = layers[-1].embedding if layers and align else None
        result = aligned(points, previous)
        rotation = result.rotation if align else None
        kind = _bare_name(file)
        layers.append(LayerArrays(name, result.points, kind=kind, residual=result.residual, rotation=rotation))
        progress.advance(1, name)
    progress.finish()
    count = len(layers[0].embedding)
    if found is not None and len(found.values) != count:
        raise ImagesError(f"{labels} has {len(found.values)} labels, the embeddings have {count} rows")
    path = write_world(Path(output), _arrays(Path(embeddings), Path(output), layers, found, align))
    progress.note(f"{path}: {counted(count, 'image')} in {counted(len(layers), 'layer')}")
    return path


def _arrays(
    embeddings: Path, output: Path, layers: list[LayerArrays], labels: Labels | None, align: bool
) -> WorldArrays:
    return WorldArrays(
        title=output.stem,
        layers=layers,
        labels=labels.values if labels else None,
        class_names=labels.names if labels else (),
        sources={"embeddings": embeddings.name},
        parameters={"align": align, "imported": True},
    )


def _layer_files(folder: Path) -> list[Path]:
    """The arrays in the order of their numbers; files without a number are not layers."""
    if not folder.is_dir():
        raise ImagesError(f"{folder} is not a folder; --embeddings takes a folder of NN-Name.npy files")
    numbered = [(int(m[1]), x) for x in sorted(folder.glob("*.npy")) if (m := _PREFIX.match(x.stem))]
    if not numbered:
        raise ImagesError(f"{folder} holds no NN-Name.npy files (as in 03-conv2.npy); rename the layers so")
    numbers = [n for n, _ in numbered]
    twice = next((n for n in numbers if numbers.count(n) > 1), None)
    if twice is not None:
        both = " and ".join(x.name for n, x in numbered if n == twice)
        raise ImagesError(f"{folder} has two layers with the number {twice}: {both}; give each its own")
    return [x for _, x in sorted(numbered)]


def _bare_name(file: Path) -> str:
    match = _PREFIX.match(file.stem)
    return match[2] if match else file.stem


def _layer_names(files: list[Path]) -> list[str]:
    """Names without the number, with it where two layers would share a name."""
    bare = [_bare_name(x) for x in files]
    return [file.stem if bare.count(name) > 1 else name for file, name in zip(files, bare, strict=True)]


def _read_points(file: Path, rows: int | None, first: Path) -> Float32:
    """One layer (N, 15) float32, checked."""
    points: NDArray[np.generic] = load_npy(file)
    if points.ndim != 2 or points.dtype.kind not in "fiu":
        raise ImagesError(f"{file} should be (N, {DIMS}) numbers, found {points.shape} {points.dtype}")
    if points.shape[1] != DIMS:
        raise ImagesError(
            f"{file} has {points.shape[1]} columns, expected {DIMS}: embed with n_components={DIMS}"
            + (f", or pad with {DIMS - points.shape[1]} columns of zeros" if points.shape[1] < DIMS else "")
        )
    if rows is not None and len(points) != rows:
        raise ImagesError(f"{file} has {len(points)} rows, {first.name} has {rows}; all layers need the same images")
    if len(points) < 2:
        raise ImagesError(f"{file} has {len(points)} rows; at least 2 images are needed")
    result: Float32 = np.asarray(points, np.float32)  # (N, 15)
    bad = int(np.count_nonzero(~np.isfinite(result).all(axis=1)))
    if bad:
        raise ImagesError(f"{file} has NaN or infinite values in {bad} of {len(result)} rows; repair the embedding")
    return result
