"""Compares what the network says with what the images are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.builder.images.image_set import ImageSet
from explorer.errors import ImagesError
from explorer.store.phrases import counted
from explorer.types import Int32


@dataclass(frozen=True)
class Answers:
    """Labels and answers in the shape a world stores them."""

    class_names: tuple[str, ...]
    predictions: Int32 | None
    """(N,) in the classes of the labels; None when the two cannot be compared."""
    fine_names: tuple[str, ...]
    fine_labels: Int32 | None
    fine_predictions: Int32 | None
    accuracy: float | None
    note: str
    """Why there is no accuracy; empty when there is one."""


def judge(images: ImageSet, classes: NDArray[np.int64] | None, outputs: int, offset: int) -> Answers:
    """Compare the network's answers with the labels.

    Args:
        images: N images with labels and, where known, the class the network should give.
        classes: (N,) index of the network's largest output, None when it does not end in a vector.
        outputs: length of that vector.
        offset: output i stands for class i - offset.

    Raises:
        ImagesError: the offset leaves no classes.
    """
    if classes is None:
        return _incomparable(images, None, "the network does not end in a vector of class scores")
    if not 0 <= offset < outputs:
        raise ImagesError(f"--label-offset should be 0 to {outputs - 1} for {outputs} outputs, found {offset}")
    said = np.maximum(classes - offset, -1).astype(np.int32)  # (N,)
    known = outputs - offset
    if images.targets is None:
        return _incomparable(images, said, "the images have no labels")
    if images.named_only and len(images.class_names) != known:
        count = len(images.class_names)
        return _incomparable(
            images,
            said,
            f"{counted(count, 'named class')} and {counted(known, 'output')}; give --class-names, the names of all "
            f"{known} in the network's order, or a --labels CSV with a column 'index'",
        )
    top = int(images.targets.max(initial=-1))
    if top >= known:
        return _incomparable(images, said, f"label {top} is beyond the network's {known} classes")
    judged = images.targets >= 0
    accuracy = float(np.mean(said[judged] == images.targets[judged])) if judged.any() else None
    note = "" if judged.any() else "the images have no labels"
    if images.groups is not None:
        groups = np.append(images.groups, -1)  # the last stands for unknown
        inside = (said >= 0) & (said < len(images.groups))
        coarse = groups[np.where(inside, said, -1)].astype(np.int32)
        return Answers(images.class_names, coarse, _long(images.fine_names, said), images.targets, said, accuracy, note)
    return Answers(_long(images.class_names, said), said, (), None, None, accuracy, note)


def _incomparable(images: ImageSet, said: Int32 | None, why: str) -> Answers:
    """The answers kept as the network's own classes, beside the labels."""
    names = _long(images.fine_names, said) if said is not None else images.fine_names
    return Answers(images.class_names, None, names, None, said, None, why)


def _long(names: tuple[str, ...], said: Int32) -> tuple[str, ...]:
    """Names for every answer given: those beyond the list are called by their number."""
    return names + tuple(str(i) for i in range(len(names), int(said.max(initial=-1)) + 1))
