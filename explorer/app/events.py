"""What a window tells us, without any window library: pixels from the top left, keys by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """A key went down or up. Names are lower case: "a", "1", "space", "pagedown", "f12", "shift"."""

    name: str
    down: bool


@dataclass(frozen=True)
class Text:
    """Characters typed, after the keyboard layout and input method had their say."""

    text: str


@dataclass(frozen=True)
class MouseMove:
    """The cursor moved. While the mouse is captured only the deltas mean anything."""

    x: float
    y: float
    dx: float
    dy: float


@dataclass(frozen=True)
class MouseButton:
    """A button went down or up: 0 left, 1 right, 2 middle."""

    button: int
    down: bool
    x: float
    y: float


@dataclass(frozen=True)
class MouseLeave:
    """The cursor left the window."""


@dataclass(frozen=True)
class Wheel:
    """The wheel turned; positive is away from the hand."""

    x: float
    y: float
    steps: float


@dataclass(frozen=True)
class Focus:
    """The window got or lost the keyboard."""

    on: bool


@dataclass(frozen=True)
class Close:
    """The person asked the window to close."""


KEYS = frozenset(
    (
        *"abcdefghijklmnopqrstuvwxyz0123456789", *(f"f{n}" for n in range(1, 13)), "space", "enter", "tab", "escape",
        "backspace", "delete", "insert", "home", "end", "pageup", "pagedown", "up", "down", "left", "right", "plus",
        "minus", "equal", "bracketleft", "bracketright", "question", "slash", "backslash", "comma", "period",
        "semicolon", "apostrophe", "grave", "num_add", "num_subtract", "num_multiply", "num_divide", "num_enter",
        "shift", "ctrl",
    )
)  # fmt: skip
"""Names of the keys that can be bound."""

MODIFIERS = ("shift", "ctrl", "alt")
"""Names of the keys that change what others mean."""

Event = Key | Text | MouseMove | MouseButton | MouseLeave | Wheel | Focus | Close
LEFT, RIGHT, MIDDLE = 0, 1, 2
