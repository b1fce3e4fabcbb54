"""What the points can be coloured by: class, prediction, right or wrong, confidence, or any attribute of the images.

A colouring gives every image an index into a list of colours; the last colour is for images of which the
property is not known. Continuous values are indices into a ramp of ``STEPS`` colours. What is not stored but
worked out while one looks (``world.live``) carries its values with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.geometry.colour import UNLABELLED, class_colours
from explorer.store.manifest import AttributeEntry
from explorer.store.read import World
from explorer.types import Float32, Float64, Int32
from explorer.world.ramps import STEPS, ramp, steps

CLASS = "class"
"""Key of the colouring every world has."""

LIVE = "live:"
"""What the keys of colourings begin with whose values are worked out while one looks."""

_FINE_CLASS, _PREDICTION, _FINE_PREDICTION, _CORRECT, _CONFIDENCE, _ATTRIBUTE = (
    "fine class", "prediction", "fine prediction", "correct", "confidence", "attribute:",
)  # fmt: skip

_ALL = slice(None)
# Told apart by lightness alone, too: what is wrong is what one looks for, so it is the brightest.
_VERDICTS = np.array([(1.0, 0.62, 0.25), (0.72, 0.76, 0.88), (0.16, 0.44, 0.60)])


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
    accuracy: tuple[float, ...] = ()
    """Share of each category of which the network is right, NaN for empty ones; empty when nobody knows."""
    percent: bool = False
    """Whether the number is a share of 1."""
    values: Float32 | None = field(default=None, repr=False, compare=False)
    """(N,) of a live colouring, NaN where it is not known; None for stored ones and while it is worked out."""
    rows: Int32 | None = field(default=None, repr=False, compare=False)
    """(N,) int32 index of every image that goes with ``values``, -1 where it is not known."""
    note: str = ""
    """What must be said of a live colouring: what it is of, or why there is nothing to show."""

    @property
    def continuous(self) -> bool:
        """Whether it is a number and not a category."""
        return self.limits is not None

    @property
    def live(self) -> bool:
        """Whether its values are worked out while one looks."""
        return self.key.startswith(LIVE)

    def step(self, value: float) -> int:
        """The index of a value on the ramp; -1 for one that is not finite."""
        return int(steps(np.array([value], np.float32), self.limits or (0.0, 0.0))[0])


def colourings(world: World) -> tuple[Colouring, ...]:
    """Everything stored that the points of a world can be coloured by; the first is the class."""
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
    if world.confidences is not None:
        found.append(_confidence(world))
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
        return np.asarray(values if entry.names else steps(values, _limits(entry)), np.int32)
    if key == _CONFIDENCE and world.confidences is not None:
        return steps(np.asarray(world.confidences[part]), (0.0, 1.0))
    arrays = {
        _FINE_CLASS: world.fine_labels,
        _PREDICTION: world.predictions,
        _FINE_PREDICTION: world.fine_predictions,
    }
    found = None if key.startswith(LIVE) else arrays[key]
    return np.full(world.manifest.images, -1, np.int32)[part] if found is None else np.asarray(found[part])


def values(world: World, key: str) -> NDArray[Any]:
    """What a stored colouring shows of every image (N,), as it is: int32 categories, -1 unknown; or float32, NaN.

    A category beyond the names of its colouring counts as unknown.
    """
    if key == _CONFIDENCE and world.confidences is not None:
        return world.confidences
    if key.startswith(_ATTRIBUTE):
        return world.attribute(int(key.removeprefix(_ATTRIBUTE)))
    return indices(world, key)


def index_of(world: World, colouring: Colouring, image: int) -> int:
    """The index of one image into the colours of a colouring; -1 where it is not known."""
    if colouring.rows is not None:
        return int(colouring.rows[image])
    return int(indices(world, colouring.key, slice(image, image + 1))[0])


def value_text(world: World, colouring: Colouring, image: int) -> str:
    """What an image has beside its class, as in "brightness 0.43"; empty where the cards say it in any case."""
    key = colouring.key
    if colouring.live:
        value = np.nan if colouring.values is None else colouring.values[image]
    elif key.startswith(_ATTRIBUTE):
        value = values(world, key)[image]
    else:
        return ""
    title = colouring.title
    if not colouring.continuous:
        known = 0 <= value < len(colouring.names)
        return f"{title}: {colouring.names[int(value)] if known else colouring.unknown}"
    if not np.isfinite(value):
        return f"{title}: {colouring.unknown}"
    joint = ": " if colouring.live else " "
    return f"{title}{joint}{value:.0%}" if colouring.percent else f"{title}{joint}{value:.3g}"


def _categories(
    world: World, key: str, title: str, names: tuple[str, ...], unknown: str, plural: str = "values"
) -> Colouring:
    found = indices(world, key)
    counts, colours = _counts(found, len(names)), class_colours(len(names))
    return Colouring(
        key, title, names, counts, colours, unknown, plural=plural, accuracy=_accuracy(world, found, counts)
    )


def _verdicts(world: World) -> Colouring:
    groups = _has_groups(world)
    names = ("wrong", "right group", "right") if groups else ("wrong", "right")
    colours = np.vstack([_VERDICTS if groups else _VERDICTS[[0, 2]], UNLABELLED])
    return Colouring(_CORRECT, "Right or wrong", names, _counts(indices(world, _CORRECT), len(names)), colours)


def _confidence(world: World) -> Colouring:
    counts = _counts(indices(world, _CONFIDENCE), STEPS)
    colours = np.vstack([ramp(), UNLABELLED])  # (STEPS + 1, 3)
    return Colouring(_CONFIDENCE, "Confidence", (), counts, colours, limits=(0.0, 1.0), percent=True)


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


def _accuracy(world: World, found: Int32, counts: tuple[int, ...]) -> tuple[float, ...]:
    """The share of each category of which the network is right, among those where that is known."""
    if world.predictions is None or not counts:
        return ()
    verdicts = _verdict_indices(world)  # (N,)
    known = (verdicts >= 0) & (found >= 0) & (found < len(counts))  # (N,)
    right = verdicts == (2 if _has_groups(world) else 1)
    judged = np.bincount(found[known], minlength=len(counts))  # (K,)
    with np.errstate(invalid="ignore"):
        shares = np.bincount(found[known], right[known], minlength=len(counts)) / judged
    return tuple(float(x) for x in shares) if judged.any() else ()


def _limits(entry: AttributeEntry) -> tuple[float, float]:
    return entry.minimum, entry.maximum
