"""Intents about what is shown of the images."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SetImages:
    """Thumbnails instead of dots; None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class SetPointSize:
    """Factor on the usual size of points and thumbnails."""

    factor: float


@dataclass(frozen=True)
class Hover:
    """The image under the cursor, or None; ``node`` is the cloud it was seen in."""

    image: int | None
    node: int | None = None


@dataclass(frozen=True)
class Pin:
    """Keep an image in the inspector, or None to let go."""

    image: int | None


@dataclass(frozen=True)
class LetGo:
    """Esc: leave flight mode, else unpin, else end a filter."""


@dataclass(frozen=True)
class ColourBy:
    """Colour the points by another property; every category of it is shown."""

    colouring: int
    """Index among the scene's colourings."""


@dataclass(frozen=True)
class ToggleClass:
    """Show or hide one class, or whatever the points are coloured by."""

    label: int


@dataclass(frozen=True)
class IsolateClass:
    """Show one class alone; the same again shows all."""

    label: int


@dataclass(frozen=True)
class ShowAllClasses:
    """Show every class."""


ShowIntent = SetImages | SetPointSize | Hover | Pin | LetGo | ColourBy | ToggleClass | IsolateClass | ShowAllClasses
