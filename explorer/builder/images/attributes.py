"""What else is known of each image besides its label: columns of tables, arrays, features of a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.store.write import Attribute

MOST_NUMBERS = 50
"""Whole numbers of up to this many different values are categories, others a scale."""

MOST_WORDS = 1000
"""Words of more different values than this are texts or identifiers, by which nothing can be coloured."""


def take(attribute: Attribute, rows: NDArray[np.int64]) -> Attribute:
    """The values of these rows only, in this order."""
    return replace(attribute, values=attribute.values[rows])


@dataclass
class Column:
    """Gathers the values of one attribute piece by piece, and keeps no more than is needed of them."""

    name: str
    names: tuple[str, ...] = ()
    """Where the values are indices of known names."""
    _pieces: list[NDArray[Any]] = field(default_factory=list)
    _codes: dict[str, int] = field(default_factory=dict)
    _kinds: set[str] = field(default_factory=set)

    def add(self, values: NDArray[Any] | Sequence[Any]) -> None:
        """Further values: numbers, words, booleans; None, NaN and "" are unknown."""
        if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
            self._kinds.add("b" if values.dtype.kind == "b" else "n")
            self._pieces.append(np.asarray(values, np.float64))
            return
        self._add_objects([x.item() if isinstance(x, np.generic) else x for x in values])

    def finish(self) -> tuple[Attribute | None, str]:
        """The attribute, or None and the reason why the points cannot be coloured by it."""
        self._kinds.discard("")
        if len(self._kinds) != 1:
            return None, f"{self.name} is left out: it holds {'values of several kinds' if self._kinds else 'nothing'}"
        values = np.concatenate(self._pieces)  # (N,)
        if np.isnan(values).all() and self._kinds != {"o"}:
            return None, f"{self.name} is left out: it holds nothing"
        if self._kinds == {"o"}:
            return None, f"{self.name} is left out: it holds neither numbers nor words"
        return self._words(values) if self._kinds == {"w"} else (self._numbers(values), "")

    def _add_objects(self, values: list[Any]) -> None:
        """Values one by one; words become codes until there are too many."""
        piece = np.full(len(values), np.nan)
        for row, value in enumerate(values):
            if isinstance(value, bytes):
                value = value.decode("utf-8", "backslashreplace")
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            if isinstance(value, str):
                self._kinds.add("w")
                if len(self._codes) <= MOST_WORDS:
                    piece[row] = self._codes.setdefault(value.strip(), len(self._codes))
            elif isinstance(value, bool | int | float):
                self._kinds.add("b" if isinstance(value, bool) else "n")
                piece[row] = _number(value)
            else:
                self._kinds.add("o")
        self._pieces.append(piece)

    def _words(self, values: NDArray[np.float64]) -> tuple[Attribute | None, str]:
        known = int(np.count_nonzero(~np.isnan(values)))
        if len(self._codes) > MOST_WORDS:
            return None, f"{self.name} is left out: it has more than {MOST_WORDS} different words"
        if len(self._codes) == known and known > 1:
            return None, f"{self.name} is left out: it names every image differently"
        names = sorted(self._codes)
        place = {name: i for i, name in enumerate(names)}
        order = np.array([place[x] for x in self._codes] + [-1], np.int32)  # code to alphabetical index
        return Attribute(self.name, order[_codes(values)], tuple(names)), ""

    def _numbers(self, values: NDArray[np.float64]) -> Attribute:
        if self.names:
            codes = _codes(np.where((values >= 0) & (values < len(self.names)), values, np.nan))
            return Attribute(self.name, codes, self.names)
        known = values[~np.isnan(values)]
        distinct = np.unique(known)
        whole = bool(np.all(np.isfinite(known) & (known == np.floor(known))))
        if not whole or len(distinct) > MOST_NUMBERS or not len(distinct):
            with np.errstate(over="ignore"):  # beyond float32 is infinite, which is not known
                scale = values.astype(np.float32)
            return Attribute(self.name, np.where(np.isfinite(scale), scale, np.float32(np.nan)))
        names = ("false", "true") if self._kinds == {"b"} else tuple(str(int(x)) for x in distinct)
        places = values if self._kinds == {"b"} else np.searchsorted(distinct, values).astype(np.float64)
        return Attribute(self.name, _codes(np.where(np.isnan(values), np.nan, places)), names)


def gathered(columns: Iterable[Column]) -> tuple[tuple[Attribute, ...], tuple[str, ...]]:
    """The attributes of several columns, and a line for each that is left out."""
    found = [x.finish() for x in columns]
    return tuple(x for x, _ in found if x is not None), tuple(note for _, note in found if note)


def _codes(values: NDArray[np.float64]) -> NDArray[np.int32]:
    """Whole numbers as int32, NaN as -1."""
    return np.where(np.isnan(values), -1, values).astype(np.int32)


def _number(value: float) -> float:
    """A number as a float; whole numbers beyond its range are infinite."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")
