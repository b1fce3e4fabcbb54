"""Takes values out of foreign JSON: each of the type wanted, or a line that says what was found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, TypeVar

from explorer.errors import WorldError

LONGEST = 500
"""Characters of a text that is shown to people; the rest is cut off."""

_T = TypeVar("_T")


class Fields:
    """One JSON object, its values taken out by name.

    Every method raises ``WorldError`` for a value that is missing or of another type; those with a default
    give it for a missing one.
    """

    def __init__(self, data: Any, where: str) -> None:
        """Wrap ``data``; ``where`` is how to call it in an error."""
        if not isinstance(data, Mapping):
            raise WorldError(f"{where} should be an object, found {data!r:.60}; build the world again")
        self.data, self.where = data, where

    def get(self, name: str, kind: type[_T], default: _T | None = None) -> _T:
        """A value of exactly that type (a bool is no int)."""
        value = self.data.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.wrong(name, kind.__name__)
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """A text to be shown to people, without control characters and of bounded length."""
        return shown(self.get(name, str, default))

    def number(self, name: str, low: float = -math.inf, high: float = math.inf, default: float | None = None) -> float:
        """A finite number from ``low`` to ``high``."""
        value: Any = self.data.get(name)
        if value is None and default is not None:
            return default
        if not is_number(value) or not low <= value <= high:
            raise self.wrong(name, _range("a number", low, high))
        return float(value)

    def count(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from ``low`` to ``high``."""
        value = self.get(name, int, default)
        if not low <= value <= high:
            raise self.wrong(name, _range("a whole number", low, high))
        return value

    def items(self, name: str, default: list[Any] | None = None) -> list[Any]:
        """A list of anything."""
        return self.get(name, list, default)

    def ints(self, name: str, default: list[Any] | None = None) -> tuple[int, ...]:
        """A list of whole numbers."""
        values = self.get(name, list, default)
        if not all(isinstance(x, int) and not isinstance(x, bool) for x in values):
            raise self.wrong(name, "whole numbers")
        return tuple(values)

    def numbers(self, name: str) -> tuple[float, ...]:
        """A list of finite numbers."""
        values = self.get(name, list)
        if not all(is_number(x) for x in values):
            raise self.wrong(name, "finite numbers")
        return tuple(float(x) for x in values)

    def texts(self, name: str, default: list[Any] | None = None) -> tuple[str, ...]:
        """A list of texts to be shown to people."""
        values = self.get(name, list, default)
        if not all(isinstance(x, str) for x in values):
            raise self.wrong(name, "strings")
        return tuple(shown(x) for x in values)

    def path(self, name: str) -> str:
        """A path of a file that lies in the world."""
        value = self.get(name, str)
        if not is_inside(value):
            raise WorldError(f"{self.where} names {value!r:.200}, which lies outside the world; do not trust it")
        return value

    def optional_path(self, name: str) -> str | None:
        """The same, None when there is none."""
        return None if self.data.get(name) is None else self.path(name)

    def wrong(self, name: str, wanted: str) -> WorldError:
        """The error for a value that is not what was wanted."""
        found = self.data.get(name)
        return WorldError(f"{self.where}: {name!r} should be {wanted}, found {found!r:.60}; build the world again")


def _range(what: str, low: float, high: float) -> str:
    if math.isfinite(high):
        return f"{what} from {low:g} to {high:g}"
    return f"{what} of at least {low:g}" if math.isfinite(low) else what


def is_number(value: Any) -> bool:
    """Whether a JSON value is a finite number that a float holds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond any float
        return False


def is_inside(name: str) -> bool:
    """Whether a path is relative, stays in its folder and is written as docs/format.md has it."""
    path = PurePosixPath(name)
    plain = name.isprintable() and not set(name) & set('\\:*?"<>|')
    return plain and str(path) == name and name != "." and not path.is_absolute() and ".." not in path.parts


def shown(text: str) -> str:
    """A text safe to print: no control characters (they can drive a terminal), and of bounded length."""
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    if text.isprintable():
        return text
    return "".join(x if x.isprintable() else " " if x.isspace() else "\N{REPLACEMENT CHARACTER}" for x in text)
