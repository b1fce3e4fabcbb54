"""What is asked for around the selection that takes longer than a frame or touches the disk: plain values.

The state lists them, ``app.errands`` runs them one after the other, and the intent ``FinishErrand`` says what came
of each.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.world.selection import Selection


@dataclass(frozen=True)
class ListSaved:
    """Which selections are kept with the world?"""


@dataclass(frozen=True)
class Save:
    """Keep the selection under a name."""

    name: str
    selection: Selection


@dataclass(frozen=True)
class Load:
    """Select what is kept under a name."""

    name: str
    how: str


@dataclass(frozen=True)
class Rename:
    """Give what is kept another name."""

    old: str
    new: str


@dataclass(frozen=True)
class Delete:
    """Keep it no longer."""

    name: str


@dataclass(frozen=True)
class Export:
    """Write the selection as a table."""

    stem: str
    """Of the file's name."""
    suffix: str
    """".csv" or ".parquet"."""
    selection: Selection


@dataclass(frozen=True)
class Import:
    """Select what a table lists."""

    path: str
    how: str


@dataclass(frozen=True)
class Grow:
    """Add the nearest neighbours of every selected image."""

    layer: int
    selection: Selection


@dataclass(frozen=True)
class Shrink:
    """Take away the images that have a neighbour outside of the selection."""

    layer: int
    selection: Selection


Job = ListSaved | Save | Load | Rename | Delete | Export | Import | Grow | Shrink


@dataclass(frozen=True)
class Errand:
    """A job with its number."""

    number: int
    job: Job
