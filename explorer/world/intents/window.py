"""Intents about the panels, the window and its files."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.types import Viewport


@dataclass(frozen=True)
class SetPanel:
    """Show or hide a panel; None toggles."""

    name: str
    visible: bool | None = None


@dataclass(frozen=True)
class SetLabels:
    """Show or hide the names of the layers; None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class SetHud:
    """Show or hide every panel at once (the layers keep their names); None toggles."""

    visible: bool | None = None


@dataclass(frozen=True)
class Resize:
    """The framebuffer, or its uncovered part, changed."""

    viewport: Viewport


@dataclass(frozen=True)
class SetFullscreen:
    """None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class SetRecording:
    """Record what is seen; None toggles."""

    on: bool | None = None


@dataclass(frozen=True)
class TakeScreenshot:
    """Write what is seen to a PNG file."""


@dataclass(frozen=True)
class Notify:
    """Tell the person something in one line for a few seconds."""

    text: str


@dataclass(frozen=True)
class CopyBasis:
    """The tour's basis to the clipboard, as JSON."""


@dataclass(frozen=True)
class AskPaste:
    """Go to the basis on the clipboard; the window answers with ``PasteBasis``."""


@dataclass(frozen=True)
class Quit:
    """Close the window."""


WindowIntent = (
    SetPanel
    | SetLabels
    | SetHud
    | Resize
    | SetFullscreen
    | SetRecording
    | TakeScreenshot
    | Notify
    | CopyBasis
    | AskPaste
    | Quit
)
