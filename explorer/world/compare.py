"""Compares the properties of all images at once: words, numbers, flags and texts, each with what it can be."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.world.properties import Bool, Flags, Numbers, Property, Texts, Words

Value = Property | str | bool | int | float | None | tuple[Any, ...]
"""What a part of a query stands for; the last is a list of such."""

_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt,
    "GtE": operator.ge,
}  # fmt: skip

_SIGNS = {
    "Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "In": "in", "NotIn": "not in",
    "Like": "~", "StartsWith": "startswith", "Is": "is", "IsNot": "is not",
}  # fmt: skip

_MIRRORED = {"Eq": "Eq", "NotEq": "NotEq", "Lt": "Gt", "LtE": "GtE", "Gt": "Lt", "GtE": "LtE"}
_OPPOSITE = {"NotEq": "Eq", "NotIn": "In"}


def compared(sign: str, left: Value, right: Value) -> Bool:
    """Which images (N,) a comparison holds for.

    What is not known is equal to nothing but ``none``, neither less nor more than anything.

    Args:
        sign: name of the node of Python's tree ("Eq", "In", ...), or "Like", "StartsWith".
        left: one side.
        right: the other.

    Raises:
        QueryError: two things that cannot be compared so.
    """
    if sign in _OPPOSITE:
        return ~compared(_OPPOSITE[sign], left, right)
    if sign == "In":
        return _among(left, right)
    if not isinstance(left, Property) and sign in _MIRRORED:
        sign, left, right = _MIRRORED[sign], right, left
    match left, right:
        case Words(), Words() if sign == "Eq":
            return _same(left, right)
        case Words(), str() | int() | float() | None if not isinstance(right, bool):
            return _of_words(sign, left, right)
        case Texts(), str():
            return _of_texts(sign, left, right)
        case Texts(), Texts() if sign in _ORDER:
            return np.asarray(_ORDER[sign](left.values, right.values))
        case Flags(), bool() | int() if sign == "Eq" and right in (0, 1):
            return np.asarray(left.values == bool(right))
        case Flags(), Flags() if sign == "Eq":
            return np.asarray(left.values == right.values)
        case Numbers(), None if sign == "Eq":
            return np.asarray(np.isnan(left.values))
        case Numbers(), Numbers() | int() | float() if sign in _ORDER and not isinstance(right, bool):
            return np.asarray(_ORDER[sign](left.values, numbers(right)))
    raise QueryError(f"{_told(left)} cannot be compared by {_SIGNS.get(sign, sign)} with {_told(right)}")


def flags(value: Value) -> Bool:
    """A part of a query that is yes or no for every image (N,)."""
    if isinstance(value, Flags):
        return value.values
    raise QueryError(f'{_told(value)} alone is neither yes nor no; compare it, as in label == "cat" or index < 100')


def numbers(value: Value) -> NDArray[Any] | float:
    """A part of a query that is a number: (N,) for every image, or one for all."""
    if isinstance(value, Numbers):
        return value.values
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise QueryError(f"{_told(value)} is no number")


def _among(left: Value, right: Value) -> Bool:
    """``label in ("cat", "dog")``, or ``"tail" in file``."""
    if isinstance(left, Property) and isinstance(right, tuple):
        if not right:
            raise QueryError("the list after in is empty")
        return reduce(np.logical_or, (compared("Eq", left, one) for one in dict.fromkeys(right)))
    if isinstance(left, str) and isinstance(right, Words):
        return right.where(lambda name: left in name)
    if isinstance(left, str) and isinstance(right, Texts):
        return np.asarray(np.strings.find(right.values, left) >= 0)
    raise QueryError(f'{_told(left)} in {_told(right)} means nothing; write label in ("cat", "dog") or "tail" in file')


def _same(left: Words, right: Words) -> Bool:
    """Where two categories are the same, at the finest level they share; what is not known is not."""
    for codes, names in left.levels:
        for others, other_names in right.levels:
            if names == other_names:
                return np.asarray((codes == others) & (codes >= 0))
    raise QueryError("these two have no names in common, so they are never the same")


def _of_words(sign: str, words: Words, wanted: str | int | float | None) -> Bool:
    if wanted is None and sign == "Eq":
        return ~words.known()
    text = str(wanted)
    if sign == "Like":
        return words.where(lambda name: bool(_like(np.array([name], np.dtypes.StringDType()), text)[0]))
    if sign == "StartsWith":
        return words.where(lambda name: name.startswith(text))
    if sign != "Eq":
        raise QueryError(f"names have no order: {_SIGNS.get(sign, sign)} compares numbers")
    if text not in words.names:
        close = difflib.get_close_matches(text, words.names, 3, 0.5) or sorted(words.names)[:5]
        raise QueryError(f'no image can be "{text}" there; it could be {", ".join(close)}')
    return words.where(lambda name: name == text)


def _of_texts(sign: str, texts: Texts, wanted: str) -> Bool:
    if sign == "Like":
        return _like(texts.values, wanted)
    if sign == "StartsWith":
        return np.asarray(np.strings.startswith(texts.values, wanted))
    if sign in _ORDER:
        return np.asarray(_ORDER[sign](texts.values, np.array(wanted, texts.values.dtype)))
    raise QueryError(f"texts cannot be compared by {_SIGNS.get(sign, sign)}")


def _like(values: NDArray[Any], pattern: str) -> Bool:
    """Which texts (N,) a pattern fits, ``*`` standing for anything: every piece at its first place, in turn."""
    first, *rest = pattern.split("*")
    if not rest:
        return np.asarray(values == np.array(pattern, values.dtype))
    rows = np.flatnonzero(np.strings.startswith(values, first))  # (n,) that fit so far: no others are searched
    place = np.full(len(rows), len(first))  # (n,) where the pieces so far end
    for piece in filter(None, rest[:-1]):
        at = np.strings.find(values[rows], piece, place)
        rows, place = rows[at >= 0], at[at >= 0] + len(piece)
    found = np.zeros(len(values), bool)
    found[rows] = np.strings.endswith(values[rows], rest[-1], place)
    return found


def _told(value: Value) -> str:
    """A value as it is called in a message."""
    match value:
        case Words():
            return "a category"
        case Numbers():
            return "a number"
        case Flags():
            return "a yes or no"
        case Texts():
            return "a file name"
        case None:
            return "none"
        case tuple():
            return "a list"
    return f'"{value}"' if isinstance(value, str) else str(value)
