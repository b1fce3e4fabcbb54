"""What else is known of each image besides its label: columns of tables, arrays, features of a dataset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True)
class Attribute:
    """One value per image, by which points can be coloured."""

    name: str
    values: NDArray[Any]
    """(N,) int32 indices into ``names``, -1 unknown; or, without names, float32 numbers, NaN unknown."""
    names: tuple[str, ...] = ()
    """Names of the values of a categorical attribute, empty for a continuous one."""

    def take(self, rows: NDArray[Any]) -> Attribute:
        """The values of these rows only, in this order."""
        return replace(self, values=self.values[rows])
