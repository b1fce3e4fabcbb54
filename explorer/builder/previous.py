"""The world that a build is to replace, as far as its parts are still right: they are taken over, not made again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from explorer.builder.activations.merge import Activations, Outputs
from explorer.builder.embedding.align import AlignedLayer
from explorer.builder.embedding.stack import LayerResult
from explorer.errors import WorldError
from explorer.store.files import hash_file
from explorer.store.manifest import MANIFEST_NAME, LayerEntry, Manifest
from explorer.store.maps import MapWriter
from explorer.store.parse import from_json
from explorer.store.write import layer_path


class Previous:
    """A world on disk seen as a store of finished parts, each under the key it was made for."""

    def __init__(self, path: Path) -> None:
        """Look at ``path``; where there is no world, or a damaged one, there are no parts."""
        self._path = path
        self._manifest = _manifest(path)
        self._stacks: list[tuple[dict[str, Any], tuple[LayerEntry, ...]]] = []
        if self._manifest is not None:
            self._stacks = [(self._manifest.parameters, self._manifest.layers)]
            self._stacks += [(x.parameters, x.layers) for x in self._manifest.stacks]

    def activations(self, key: str, world: Path, reduced: str, maps: str) -> Activations | None:
        """Take over one layer's activations.

        Args:
            key: of the activations.
            world: folder of the world being made.
            reduced: path of the reduced features in it.
            maps: stem of the maps in it.
        """
        for _, layers in self._stacks:
            for entry in layers:
                if entry.reduction.get("key") == key and entry.reduced is not None:
                    names = {entry.reduced: reduced}
                    if entry.maps is not None:
                        names |= dict(zip(MapWriter.paths(entry.maps), MapWriter.paths(maps), strict=True))
                    if self._take(names, world):
                        return _activations(entry)
        return None

    def pictures(self, key: str, world: Path) -> list[str] | None:
        """Take over thumbnails and previews; returns their files."""
        for parameters, _ in self._stacks[:1]:
            if _keys(parameters).get("pictures") == key and self._manifest is not None:
                names = ("thumbnails.npy", "previews.bin", "previews.offsets.npy")
                there = [x for x in names if x in self._manifest.files]
                if self._take({x: x for x in there}, world):
                    return there
        return None

    def answers(self, key: str, total: int) -> Outputs | None:
        """The network's answers to ``total`` images."""
        for stack, (parameters, _) in enumerate(self._stacks):
            if _keys(parameters).get("answers") != key:
                continue
            folder = f"stacks/{stack:02d}/" if stack else ""
            try:
                skipped = tuple((str(a), str(b)) for a, b in parameters["skipped"])
                kept = np.setdiff1d(np.arange(total), np.array(parameters["skipped_rows"], np.int64))
                outputs = int(parameters["outputs"])
                classes = confidences = None
                if outputs:
                    classes = self._array(f"{folder}outputs.npy").astype(np.int64)
                    confidences = self._array(f"{folder}confidences.npy").astype(np.float32)
                return Outputs(kept, skipped, classes, confidences, outputs)
            except (KeyError, TypeError, ValueError, OSError):
                return None
        return None

    def embeddings(self, keys: Sequence[str], stack: int, world: Path) -> list[tuple[LayerResult, AlignedLayer]] | None:
        """Take over all embeddings of one network, in the frames they were turned into, with their neighbours.

        All or none: a layer's frame hangs on those before it.

        Args:
            keys: of the embeddings, in order.
            stack: place of the network among those of the build.
            world: folder of the world being made.
        """
        if stack >= len(self._stacks):
            return None
        layers = self._stacks[stack][1]
        turned = ["alignments.npy"] if stack == 0 and self._lists("alignments.npy") else []
        if [x.key for x in layers] != list(keys) or not self._sound([*(x.embedding for x in layers), *turned]):
            return None
        near = {x.neighbours: layer_path("neighbours", i, stack) for i, x in enumerate(layers) if x.neighbours}
        if len(near) != len(layers) or not self._take(near, world):
            return None
        turns = [*self._array(turned[0])] if turned else []
        if len(turns) != len(layers):  # a world that does not tell
            turns = [None] * len(layers)
        found = []
        for entry, turn in zip(layers, turns, strict=True):
            points = np.load(self._path / entry.embedding, allow_pickle=False)
            aligned = AlignedLayer(points, entry.residual, entry.radius, turn)
            found.append((LayerResult(points, entry.method, entry.key), aligned))
        return found

    def alignment(self, stack: int) -> tuple[tuple[int, ...], tuple[tuple[float, ...], ...]]:
        """How a further network of that world is turned onto the first: layers, and all residuals."""
        if self._manifest is None:
            raise ValueError("there is no world to take an alignment from")
        entry = self._manifest.stacks[stack - 1]
        return entry.aligned_to, entry.residuals

    def _lists(self, name: str) -> bool:
        return self._manifest is not None and name in self._manifest.files

    def _array(self, name: str) -> Any:
        if self._manifest is None or not self._sound([name]):
            raise KeyError(name)
        return np.load(self._path / name, allow_pickle=False)

    def _take(self, names: dict[str, str], world: Path) -> bool:
        """Link files into the new world under new names, all or none; damaged ones are not taken."""
        if not self._sound(names):
            return False
        for old, new in names.items():
            target = world / new
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(self._path / old, target)
            except OSError:  # a file system without links, or another one
                shutil.copyfile(self._path / old, target)
        return True

    def _sound(self, names: Iterable[str]) -> bool:
        files = {} if self._manifest is None else self._manifest.files
        try:
            return all(x in files and hash_file(self._path / x) == files[x] for x in names)
        except OSError:
            return False


def _manifest(path: Path) -> Manifest | None:
    file = path / MANIFEST_NAME
    try:
        return from_json(file.read_text(encoding="utf-8"), str(file))
    except (OSError, ValueError, WorldError):
        return None


def _keys(parameters: dict[str, Any]) -> dict[str, Any]:
    keys = parameters.get("keys")
    return keys if isinstance(keys, dict) else {}


def _activations(entry: LayerEntry) -> Activations:
    how = entry.reduction
    return Activations(
        str(how["pooling"]), int(how["features"]), int(how["components"]), float(how["explained"]),
        entry.quality.get("reduction_recall", 1.0), entry.map_shape, entry.map_range,
    )  # fmt: skip
