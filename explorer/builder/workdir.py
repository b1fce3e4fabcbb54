"""The folder a build works in: what is finished there is found again by the next run.

``NAME.world.partial/`` holds the lock, ``world/`` (the world as far as it is made), ``work/`` (features) with
``extract.json`` when the pass over the images is complete, and ``embedded/KEY.npz``, one per finished layer.
A key is a hash of everything the thing was computed from, so nothing stale is ever used.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from explorer.builder.activations.extract import Extraction
from explorer.builder.activations.sinks import Extracted
from explorer.builder.embedding.align import AlignedLayer
from explorer.store.files import sync


def key_of(**parts: Any) -> str:
    """Hash of named values that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


_DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)
"""What reading a file raises that a power cut left empty or half-written: it is made again."""


class WorkDir:
    """One build's folder, locked by the caller. As a context manager it leaves nothing when nothing was finished."""

    def __init__(self, partial: Path) -> None:
        self._partial = partial
        self.world = partial / "world"
        self.work = partial / "work"
        self._embedded = partial / "embedded"
        self._embedded.mkdir(exist_ok=True)

    def __enter__(self) -> WorkDir:
        return self

    def __exit__(self, *exception: object) -> None:
        if not (self.work / "extract.json").exists() and not any(self._embedded.glob("*.npz")):
            self.discard()

    def discard(self) -> None:
        """Remove the folder with everything in it."""
        shutil.rmtree(self._partial, ignore_errors=True)

    def begin_extraction(self) -> None:
        """Throw away what another build, or an incomplete pass, left of pictures, maps and features."""
        for folder in (self.world, self.work):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)

    def saved_extraction(self, key: str) -> Extraction | None:
        """The finished pass with this key, None when there is none."""
        try:
            data = json.loads((self.work / "extract.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        # A run killed after its world was renamed away left the mark but not the maps that belong to it.
        if data.get("key") != key or not (self.world / "thumbnails.npy").exists():
            return None
        try:
            with np.load(self.work / "answers.npz", allow_pickle=False) as file:
                arrays = dict(file)
            kept = arrays["kept"]
        except _DAMAGED:
            return None
        return Extraction(
            kept=kept,
            skipped=[(str(n), str(w)) for n, w in data["skipped"]],
            classes=arrays.get("classes"),
            confidences=arrays.get("confidences"),
            outputs=data["outputs"],
            layers=[
                Extracted(**(x | {"map_shape": tuple(x["map_shape"]) if x["map_shape"] else None}))
                for x in data["layers"]
            ],
        )

    def save_extraction(self, key: str, found: Extraction) -> None:
        """Mark the pass as complete; the last thing written."""
        arrays: dict[str, Any] = {"kept": found.kept}
        if found.classes is not None and found.confidences is not None:
            arrays |= {"classes": found.classes, "confidences": found.confidences}
        with open(self.work / "answers.npz", "wb") as file:
            np.savez(file, **arrays)
            sync(file)
        data = {
            "key": key, "skipped": found.skipped, "outputs": found.outputs,
            "layers": [asdict(x) for x in found.layers],
        }  # fmt: skip
        temporary = self.work / "extract.json.new"
        temporary.write_text(json.dumps(data), encoding="utf-8")
        temporary.replace(self.work / "extract.json")

    def saved_layer(self, key: str) -> tuple[AlignedLayer, str] | None:
        """The finished layer with this key and how it was embedded."""
        try:
            with np.load(self._embedded / f"{key}.npz", allow_pickle=False) as data:
                layer = AlignedLayer(data["points"], float(data["residual"]), float(data["radius"]))
                return layer, str(data["method"])
        except _DAMAGED:
            return None

    def save_layer(self, key: str, layer: AlignedLayer, method: str) -> None:
        """Keep a finished layer for a later run."""
        temporary = self._embedded / f"{key}.new"
        with open(temporary, "wb") as file:
            np.savez(file, points=layer.points, residual=layer.residual, radius=layer.radius, method=method)
            sync(file)
        temporary.replace(self._embedded / f"{key}.npz")
