"""Intents about handles: the groups of images one can take hold of and pull."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.world.handles import Key


@dataclass(frozen=True)
class HoverHandle:
    """The handle under the cursor, or None."""

    key: Key | None
    named: Key | None = None
    """The one whose name is under the cursor instead, where that can be edited."""


@dataclass(frozen=True)
class GrabHandle:
    """Take hold of a handle with the mouse."""

    key: Key
    x: float
    """Cursor, pixels."""
    y: float


@dataclass(frozen=True)
class PullHandle:
    """The mouse that holds a handle moved."""

    x: float
    """Cursor, pixels."""
    y: float
    deep: bool = False
    """Up and down move it away from the camera and nearer, instead of across the picture."""


@dataclass(frozen=True)
class DropHandle:
    """Let go of the handle that is held; the tour goes on from there."""


@dataclass(frozen=True)
class PinHandle:
    """Pin a handle, so that it stays in place while others are pulled, or unpin it."""

    key: Key


@dataclass(frozen=True)
class ToggleHandle:
    """Show or hide the handle of one category of what the points are coloured by."""

    label: int


@dataclass(frozen=True)
class ShowHandles:
    """Which categories have a handle shown: "all", "none", or the "largest" as in the beginning."""

    which: str


@dataclass(frozen=True)
class SetHandles:
    """Handles in the picture; None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class AddHandle:
    """A handle of the selected images."""


@dataclass(frozen=True)
class RemoveHandle:
    """Take away the latest handle made of a selection."""


@dataclass(frozen=True)
class RenameHandle:
    """Give a handle made of a selection another name."""

    key: Key
    name: str


@dataclass(frozen=True)
class CentreHandle:
    """Ease the camera until a handle is in the middle."""

    number: int
    """0 for the first of those shown."""


HandleIntent = (
    HoverHandle
    | GrabHandle
    | PullHandle
    | DropHandle
    | PinHandle
    | ToggleHandle
    | ShowHandles
    | SetHandles
    | AddHandle
    | RemoveHandle
    | RenameHandle
    | CentreHandle
)
