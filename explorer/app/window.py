"""The real window: pyglet for the window and its events, moderngl for everything inside it.

Importing this module opens the display; nothing else imports pyglet. All drawing goes to a target
of our own; the window only copies it to the screen, so pictures in a window and without one agree
in every pixel.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import moderngl
import pyglet

from explorer.app import events
from explorer.app.clipboard import Clipboard
from explorer.draw.context import check_context
from explorer.draw.target import Target
from explorer.errors import DisplayError

pyglet.options.debug_gl = False  # or pyglet raises GL errors that others left, inside its own resize
pyglet.options.shadow_window = False
pyglet.options.dpi_scaling = "scaled"  # sizes in pixels on every system; ``scale`` says how dense they are

_KEY_NAMES = {"lshift": "shift", "rshift": "shift", "lctrl": "ctrl", "rctrl": "ctrl", "return": "enter"}
_KEY_NAMES |= {"lalt": "alt", "ralt": "alt"}
_BUTTONS = {1: events.LEFT, 4: events.RIGHT, 2: events.MIDDLE}


class Window:
    """A resizable window with a GL 3.3 core context and a queue of events.

    Raises:
        DisplayError: there is no display, or its OpenGL is older than 3.3.
    """

    def __init__(self, title: str, width: int = 1280, height: int = 800) -> None:
        self._window = _open(title, width, height)
        self.ctx = moderngl.create_context(require=330)
        check_context(self.ctx)
        self._queue: list[events.Event] = []
        self._cursor = (0, 0)
        self._skip_delta = False
        self._windowed = (width, height)
        self._shape = "default"
        self._cursors: dict[str, Any] = {"default": None}
        self._clipboard = Clipboard(self._window)
        self.captured = False
        self.focused = True
        self.visible = True
        self._handlers = _Handlers(self)  # pyglet keeps only weak references to methods
        self._window.push_handlers(self._handlers)
        self._window.set_minimum_size(320, 240)

    @property
    def size(self) -> tuple[int, int]:
        """Framebuffer size in pixels, never below 1."""
        width, height = self._window.get_framebuffer_size()
        return max(1, int(width)), max(1, int(height))

    @property
    def scale(self) -> float:
        """How much larger than on a screen of 96 dots per inch text should be."""
        return float(max(1.0, self._window.scale))

    @property
    def _ratio(self) -> float:
        """Framebuffer pixels per unit of pyglet's mouse coordinates."""
        return float(self.size[0] / max(1, self._window.get_size()[0]))

    def pump(self) -> list[events.Event]:
        """What happened since the last call."""
        self._window.switch_to()
        pyglet.app.platform_event_loop.step(0.0)
        self._window.dispatch_events()
        happened, self._queue = self._queue, []
        return happened

    def present(self, target: Target) -> None:
        """Shows a finished picture."""
        target.copy_to_screen(self.size)
        self._window.flip()

    def capture_mouse(self, on: bool) -> None:
        """Hides the cursor and reports only its motion, or gives it back."""
        if on == self.captured:
            return
        self.captured, self._skip_delta = on, on  # the first delta of a captured mouse is garbage
        self._window.set_exclusive_mouse(on)
        if not on:  # the cursor comes back where it went
            self._window.set_mouse_position(int(self._cursor[0]), int(self._cursor[1]))

    def set_cursor(self, shape: str) -> None:
        """The mouse pointer over a panel: "default", "text", "hand", or "size_…" with a direction."""
        if shape != self._shape:
            self._shape = shape
            if shape not in self._cursors:
                self._cursors[shape] = self._window.get_system_mouse_cursor(shape)
            self._window.set_mouse_cursor(self._cursors[shape])

    def set_fullscreen(self, on: bool) -> None:
        """To full screen and back."""
        if on == self._window.fullscreen:
            return
        if on:
            self._windowed = self._window.get_size()
            self._window.set_fullscreen(True)
        else:  # pyglet by itself returns to the size the window was opened with
            self._window.set_fullscreen(False)
            self._window.set_size(*self._windowed)

    @property
    def clipboard(self) -> str:
        """Text on the system's clipboard; empty when there is none."""
        return self._clipboard.read()

    @clipboard.setter
    def clipboard(self, text: str) -> None:
        self._clipboard.write(text)

    def close(self) -> None:
        """Closes the window for good."""
        self._window.close()

    def say(self, event: events.Event) -> None:
        """Puts an event into the queue."""
        self._queue.append(event)

    def on_focus(self, on: bool) -> None:
        """The window got or lost the keyboard."""
        self.focused = on
        self.say(events.Focus(on))

    def place(self, x: float, y: float) -> tuple[float, float]:
        """The centre of a pixel in pyglet's window units (origin bottom left) in framebuffer pixels (top left)."""
        ratio = self._ratio
        return (x + 0.5) * ratio, self.size[1] - (y + 0.5) * ratio

    def digit(self, symbol: int) -> int:
        """The digit whose key prints a sign with Shift; any other symbol itself. X11 tells the sign alone."""
        display = getattr(self._window, "_x_display", None)
        if display is None:
            return symbol
        x11: Any = importlib.import_module("pyglet.libs.x11.xlib")  # loaded long since, on systems that have it
        plain = int(x11.XKeycodeToKeysym(display, x11.XKeysymToKeycode(display, symbol), 0))
        return plain if ord("0") <= plain <= ord("9") else symbol

    def moved(self, x: int, y: int, dx: int, dy: int) -> None:
        """The mouse moved, in pyglet's units."""
        if not self.captured:
            self._cursor = (x, y)
        if self._skip_delta:
            self._skip_delta = False
            return
        ratio = self._ratio
        self.say(events.MouseMove(*self.place(x, y), dx * ratio, -dy * ratio))


class _Handlers:
    """pyglet's callbacks, turned into our events. Truthy answers stop pyglet's own handlers."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def on_key_press(self, symbol: int, modifiers: int) -> bool:
        self._window.say(events.Key(_key_name(self._window.digit(symbol)), True))
        return True  # or Esc closes the window

    def on_key_release(self, symbol: int, modifiers: int) -> None:
        self._window.say(events.Key(_key_name(self._window.digit(symbol)), False))

    def on_text(self, text: str) -> None:
        self._window.say(events.Text(text))

    def on_mouse_motion(self, x: int, y: int, dx: int, dy: int) -> None:
        self._window.moved(x, y, dx, dy)

    def on_mouse_drag(self, x: int, y: int, dx: int, dy: int, buttons: int, modifiers: int) -> None:
        self._window.moved(x, y, dx, dy)

    def on_mouse_press(self, x: int, y: int, button: int, modifiers: int) -> None:
        self._window.say(events.MouseButton(_BUTTONS.get(button, events.MIDDLE), True, *self._window.place(x, y)))

    def on_mouse_release(self, x: int, y: int, button: int, modifiers: int) -> None:
        self._window.say(events.MouseButton(_BUTTONS.get(button, events.MIDDLE), False, *self._window.place(x, y)))

    def on_mouse_scroll(self, x: int, y: int, scroll_x: float, scroll_y: float) -> None:
        self._window.say(events.Wheel(*self._window.place(x, y), float(scroll_y)))

    def on_mouse_leave(self, x: int, y: int) -> None:
        self._window.say(events.MouseLeave())

    def on_activate(self) -> None:
        self._window.on_focus(True)

    def on_deactivate(self) -> None:
        self._window.on_focus(False)

    def on_hide(self) -> None:
        self._window.visible = False

    def on_show(self) -> None:
        self._window.visible = True

    def on_close(self) -> bool:
        self._window.say(events.Close())
        return True  # the loop closes the window, after the recording was finished


def check_display() -> None:
    """Tells at once, before a world is built, that no window can be opened.

    Raises:
        DisplayError: there is no display.
    """
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        raise DisplayError(_NO_DISPLAY)


def _open(title: str, width: int, height: int) -> Any:
    """A pyglet window with a GL 3.3 core context."""
    try:
        make_config: Any = pyglet.gl.Config  # typed as abstract, but this is how pyglet has it made
        config = make_config(
            double_buffer=True, major_version=3, minor_version=3, forward_compatible=True, depth_size=0
        )
        return pyglet.window.Window(width, height, title, resizable=True, config=config, vsync=True)
    except (pyglet.window.NoSuchConfigException, pyglet.gl.ContextException):
        raise DisplayError("expected OpenGL 3.3, which this display does not offer; update the driver") from None
    except Exception as error:  # each platform's windows raise their own
        if type(error).__name__ in {"NoSuchDisplayException", "NoSuchScreenModeException"}:
            raise DisplayError(_NO_DISPLAY) from None
        raise DisplayError(f"no window could be opened ({error}); `layerflight record` needs none") from None


_NO_DISPLAY = "no display to open a window on; set DISPLAY, or use `layerflight record`, which needs none"


def _key_name(symbol: int) -> str:
    """Our name of a pyglet key symbol."""
    name = pyglet.window.key.symbol_string(symbol).lower().lstrip("_")
    return _KEY_NAMES.get(name, name)
