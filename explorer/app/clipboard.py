"""Text on the system's clipboard, both ways. Under X11 it is another program that answers, or never does."""

from __future__ import annotations

import ctypes
import importlib
import time
from typing import Any

_PATIENCE = 0.2
"""Seconds that another program has to answer: pyglet by itself waits for ever."""
_POLL = 0.002


class Clipboard:
    """The clipboard as a window sees it.

    Args:
        window: of pyglet.
    """

    def __init__(self, window: Any) -> None:
        self._window = window
        self._x11 = getattr(window, "_x_display", None) is not None

    def read(self) -> str:
        """What is there; empty when there is no text, or nobody hands it over in time."""
        try:
            return _asked_for(self._window) if self._x11 else str(self._window.get_clipboard_text() or "")
        except Exception:  # what other programs put there is not in our hands
            return ""

    def write(self, text: str) -> None:
        """Puts a text there."""
        self._window.set_clipboard_text(text)
        if self._x11 and self._window._clipboard_str is not None:
            self._window._clipboard_str = _Bytewise(text)


class _Bytewise(str):
    """A text that is as long as its UTF-8: pyglet hands over that many bytes, and would cut off the rest."""

    __slots__ = ()

    def __len__(self) -> int:
        return len(self.encode())


def _asked_for(window: Any) -> str:
    """What the program that owns the clipboard answers; this one's own text where that is it."""
    own = window._clipboard_str
    if own is not None:
        return str(own)
    x11: Any = importlib.import_module("pyglet.libs.x11.xlib")  # loaded long since
    display, clipboard, utf8 = window._x_display, window._clipboard_atom, window._utf8_atom
    if x11.XGetSelectionOwner(display, clipboard) in (0, window._window):
        return ""
    x11.XConvertSelection(display, clipboard, utf8, clipboard, window._window, x11.CurrentTime)
    event, end = x11.XEvent(), time.perf_counter() + _PATIENCE
    while not x11.XCheckTypedWindowEvent(display, window._window, x11.SelectionNotify, ctypes.byref(event)):
        if time.perf_counter() > end:
            return ""
        time.sleep(_POLL)
    if not event.xselection.property:
        return ""
    data, size, kind = window.get_single_property(window._window, event.xselection.property, utf8)
    text = ctypes.string_at(data, size).decode("utf-8", "replace") if kind == utf8 and data else ""
    x11.XFree(data)
    return text
