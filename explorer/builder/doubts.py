"""What an accuracy that is too low to be true may come from: untrained weights, preprocessing, the classes' order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from explorer.builder.model.source import AS_MADE, RANDOM

_ENOUGH = 10
"""Images for each class from which on an order of the classes can be told from luck."""

_FITS = 0.5
"""Share of the answers that must be right with another offset for it to be named."""

_FITS_ORDER, _FITS_FEW, _FEW = 0.7, 0.9, 5
"""The same in another order, and among few classes, where some order always fits well."""


def doubt(
    said: NDArray[Any], targets: NDArray[Any], names: Sequence[str], weights: str = "", named: bool = False
) -> str:
    """Why a network may be right as rarely as it is, and what to look at; empty where there is no doubt.

    Args:
        said: (N,) classes that the network names, -1 none.
        targets: (N,) classes that it should name, -1 unknown.
        names: of the classes.
        weights: see ``ModelSource.weights``.
        named: whether the classes are numbered by the order of their names alone.
    """
    known = targets >= 0
    said, targets = said[known], targets[known]
    present = np.unique(targets)
    if len(present) < 2:
        return ""
    right, chance = float(np.mean(said == targets)), 1 / len(present)
    other = _other_order(said, targets, present, right, names, named) if weights != RANDOM.name else ""
    if other:
        return other
    luck = max(1.5 * chance, chance + 3 * np.sqrt(chance * (1 - chance) / len(targets)))
    if right > luck:
        return ""
    about = f"an accuracy of {right:.1%} is {'about' if right > chance / 2 else 'below'} chance ({chance:.1%})"
    if weights == RANDOM.name:
        return f"{about}, as that of an untrained network is"
    trained = ", that the weights are trained (--weights)" if weights == AS_MADE else ""
    return (
        f"{about}: check the preprocessing (--input-size, --scale, --mean, --std){trained} and that the classes are "
        "in the network's order (--class-names)"
    )


def _other_order(
    said: NDArray[Any], targets: NDArray[Any], present: NDArray[Any], right: float, names: Sequence[str], named: bool
) -> str:
    """The order of the classes in which most answers would be right, where that is not theirs."""
    if len(targets) < _ENOUGH * len(present) or right >= _FITS:
        return ""
    shifts, counts = np.unique(said - targets, return_counts=True)
    shift = int(shifts[counts.argmax()])
    if shift > 0 and counts.max() / len(targets) >= _FITS:
        return (
            f"{counts.max() / len(targets):.0%} of the answers would be right with a --label-offset greater by {shift}"
        )
    answers, places = np.unique(said, return_inverse=True)
    table = np.zeros((len(answers), len(present)), np.int64)  # answers by classes
    np.add.at(table, (places, np.searchsorted(present, targets)), 1)
    rows, columns = linear_sum_assignment(-table)
    fitting = table[rows, columns].sum() / len(targets)
    wrong = [(int(answers[i]), int(present[j])) for i, j in zip(rows, columns, strict=True) if answers[i] != present[j]]
    if fitting < (_FITS_FEW if len(present) < _FEW else _FITS_ORDER) or not wrong:
        return ""
    output, label = next((x for x in wrong if x[0] >= 0), wrong[0])
    name = names[label] if label < len(names) else str(label)
    way = (
        "give --class-names FILE, the names a line each in the network's order"
        if named
        else "bring the labels, or --class-names, into the network's order"
    )
    return (
        f"the classes seem to be in another order than the network's: {fitting:.0%} of its answers would be right if "
        f"its class {output} were {name!r}, and so on; {way}"
    )
