"""What the points can be coloured by: class, prediction, right or wrong, or any attribute of the images.

A colouring gives every image an index into a list of colours; the last colour is for images of which the
property is not known. Continuous values are indices into a ramp of ``STEPS`` colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.geometry.colour import UNLABELLED, class_colours, oklch_to_srgb
from explorer.store.manifest import AttributeEntry
from explorer.store.read import World
from explorer.types import Float64, Int32

STEPS = 256
"""Colours of the ramp of a continuous property."""

CLASS = "class"
"""Key of the colouring every world has."""

_FINE_CLASS, _PREDICTION, _FINE_PREDICTION, _CORRECT, _ATTRIBUTE = (
    "fine class", "prediction", "fine prediction", "correct", "attribute:",
)  # fmt: skip

_ALL = slice(None)
# Told apart by lightness alone, too: what is wrong is what one looks for, so it is the brightest.
_VERDICTS = np.array([(1.0, 0.62, 0.25), (0.72, 0.76, 0.88), (0.16, 0.44, 0.60)])

# Viridis (van der Walt and Smith 2015) in OKLab (lightness, a, b), from where it shows on a dark ground.
_RAMP = ((0.40, 0.030, -0.125), (0.50, -0.025, -0.080), (0.60, -0.085, -0.015), (0.74, -0.135, 0.085),
         (0.92, -0.040, 0.180))  # fmt: skip


@dataclass(frozen=True)
class Colouring:
    """One property of the images as colours."""

    key: str
    """What ``indices`` takes."""
    title: str
    """Shown to people."""
    names: tuple[str, ...]
    """Of the categories; empty for a continuous property."""
    counts: tuple[int, ...]
    """Images per category, or per step of the ramp."""
    colours: Float64
    """(K + 1, 3) RGB 0 to 1, K categories or ``STEPS``; the last row is for images of which it is not known."""
    unknown: str = "not known"
    """What to call those."""
    limits: tuple[float, float] | None = None
    """Values at both ends of the ramp; None for categories."""
    plural: str = "values"
    """What to call the categories."""

    @property
    def continuous(self) -> bool:
        """Whether it is a number and not a category."""
        return self.limits is not None

    def step(self, value: float) -> int:
        """The index of a value on the ramp; -1 for one that is not finite."""
        return int(_steps(np.array([value], np.float32), self.limits or (0.0, 0.0))[0])


def colourings(world: World) -> tuple[Colouring, ...]:
    """Everything the points of a world can be coloured by; the first is the class."""
    manifest = world.manifest
    names, fine = manifest.class_names, manifest.fine_names
    group, groups = ("Group", "groups") if fine else ("Class", "classes")
    found = [_categories(world, CLASS, group, names, "no label", groups)]
    if fine and world.fine_labels is not None:
        found.append(_categories(world, _FINE_CLASS, "Class", fine, "no label", "classes"))
    if world.predictions is not None:
        found.append(_categories(world, _PREDICTION, f"Predicted {group.lower()}", names, "none of them", groups))
    if fine and world.fine_predictions is not None:
        found.append(_categories(world, _FINE_PREDICTION, "Predicted class", fine, "none of them", "classes"))
    if world.predictions is not None and np.any(world.labels >= 0):
        found.append(_verdicts(world))
    for index, entry in enumerate(manifest.attributes):
        found.append(_attribute(world, index, entry))
    return tuple(found)


def indices(world: World, key: str, part: slice = _ALL) -> Int32:
    """The index (N,) int32 of every image, or of some, into the colours of a colouring; -1 where it is not known."""
    if key == CLASS:
        return world.labels[part]
    if key == _CORRECT:
        return _verdict_indices(world, part)
    if key.startswith(_ATTRIBUTE):
        index = int(key.removeprefix(_ATTRIBUTE))
        entry, values = world.manifest.attributes[index], world.attribute(index)[part]
        return np.asarray(values if entry.names else _steps(values, _limits(entry)), np.int32)
    arrays = {
        _FINE_CLASS: world.fine_labels,
        _PREDICTION: world.predictions,
        _FINE_PREDICTION: world.fine_predictions,
    }
    found = arrays[key]
    return np.full(world.manifest.images, -1, np.int32)[part] if found is None else np.asarray(found[part])


def index_of(world: World, key: str, image: int) -> int:
    """The same for one image."""
    return int(indices(world, key, slice(image, image + 1))[0])


def attribute_text(world: World, colouring: Colouring, image: int) -> str:
    """An attribute of an image in words, as in "brightness 0.43"; empty when the colouring is no attribute."""
    if not colouring.key.startswith(_ATTRIBUTE):
        return ""
    value = world.attribute(int(colouring.key.removeprefix(_ATTRIBUTE)))[image]
    if not colouring.continuous:
        known = 0 <= value < len(colouring.names)
        return f"{colouring.title}: {colouring.names[value] if known else colouring.unknown}"
    return f"{colouring.title} {value:.3g}" if np.isfinite(value) else f"{colouring.title}: {colouring.unknown}"


@lru_cache(maxsize=1)
def ramp() -> Float64:
    """(STEPS, 3) sRGB 0 to 1: lightness rises linearly, all of it visible on a dark ground."""
    lightness, a, b = np.array(_RAMP).T
    along = np.linspace(lightness[0], lightness[-1], STEPS)
    green_red, blue_yellow = np.interp(along, lightness, a), np.interp(along, lightness, b)
    chroma, hue = np.hypot(green_red, blue_yellow), np.arctan2(blue_yellow, green_red)
    return oklch_to_srgb(np.stack([along, chroma, hue], axis=1))


def _categories(
    world: World, key: str, title: str, names: tuple[str, ...], unknown: str, plural: str = "values"
) -> Colouring:
    counts = _counts(indices(world, key), len(names))
    return Colouring(key, title, names, counts, class_colours(len(names)), unknown, plural=plural)


def _verdicts(world: World) -> Colouring:
    groups = _has_groups(world)
    names = ("wrong", "right group", "right") if groups else ("wrong", "right")
    colours = np.vstack([_VERDICTS if groups else _VERDICTS[[0, 2]], UNLABELLED])
    return Colouring(_CORRECT, "Right or wrong", names, _counts(indices(world, _CORRECT), len(names)), colours)


def _attribute(world: World, index: int, entry: AttributeEntry) -> Colouring:
    key = f"{_ATTRIBUTE}{index}"
    if entry.names:
        return _categories(world, key, entry.name, entry.names, "not known")
    colours = np.vstack([ramp(), UNLABELLED])  # (STEPS + 1, 3)
    return Colouring(key, entry.name, (), _counts(indices(world, key), STEPS), colours, limits=_limits(entry))


def _has_groups(world: World) -> bool:
    """Whether the network can be right about the group and wrong about the class in it."""
    return world.fine_labels is not None and world.fine_predictions is not None


def _verdict_indices(world: World, part: slice = _ALL) -> Int32:
    """0 wrong, 1 right; with groups 1 right about the group alone, 2 right; -1 where label or answer is not known."""
    labels = world.labels[part]
    if world.predictions is None:
        return np.full(len(labels), -1, np.int32)
    predictions = np.asarray(world.predictions[part])
    found = (labels == predictions).astype(np.int32)  # (N,)
    if world.fine_labels is not None and world.fine_predictions is not None:
        found += found & (np.asarray(world.fine_labels[part]) == np.asarray(world.fine_predictions[part]))
    known = (labels >= 0) & (predictions >= 0)
    return np.where(known, found, -1).astype(np.int32)


def _counts(found: Int32, categories: int) -> tuple[int, ...]:
    known = found[(found >= 0) & (found < categories)]
    return tuple(int(n) for n in np.bincount(known, minlength=categories)[:categories])


def _limits(entry: AttributeEntry) -> tuple[float, float]:
    return entry.minimum, entry.maximum


def _steps(values: NDArray[np.float32], limits: tuple[float, float]) -> Int32:
    """Where numbers stand on the ramp, 0 to STEPS - 1; -1 for those that are not finite."""
    low, high = limits
    share = (np.asarray(values, np.float64) - low) / ((high - low) or 1.0)
    steps = np.clip(np.nan_to_num(share, posinf=1.0, neginf=0.0) * STEPS, 0, STEPS - 1).astype(np.int32)
    return np.where(np.isfinite(values), steps, -1).astype(np.int32)
