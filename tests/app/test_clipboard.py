"""The system's clipboard: shared with other programs, whatever these do; letters that are typed never ask for it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from explorer.app.window import Window
from explorer.world import intents as say
from tests.app.pilot import Pilot

TEXT = "zurück µ 猫 {}"

SILENT = """
import ctypes, time
x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
x.XDefaultRootWindow.restype = x.XCreateSimpleWindow.restype = x.XInternAtom.restype = ctypes.c_ulong
display, long = ctypes.c_void_p(x.XOpenDisplay(None)), ctypes.c_ulong
root = long(x.XDefaultRootWindow(display))
window = long(x.XCreateSimpleWindow(display, root, 0, 0, 9, 9, 0, long(0), long(0)))
x.XSetSelectionOwner(display, long(x.XInternAtom(display, b"CLIPBOARD", 0)), window, long(0))
x.XSync(display, 0)
print("ready", flush=True)
time.sleep(60)
"""
"""A program that owns the clipboard and never answers."""

OTHER = f"""
import time
from explorer.app.window import Window
window = Window("another")
print(ascii(window.clipboard), flush=True)
window.clipboard = {TEXT!r}
print("ready", flush=True)
while True:
    window.pump()
    time.sleep(0.005)
"""
"""A program that reads the clipboard, then puts something there."""


@contextmanager
def program(code: str) -> Iterator[subprocess.Popen[str]]:
    """Another program, until it is no longer needed."""
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def line(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


@pytest.fixture
def query(pilot: Pilot) -> Callable[[], str]:
    """The window with the cursor in the field for queries; answers its text."""
    session = pilot.flight.session
    session.also(say.PauseTour(True))
    for widget in ("toolbar/Selection", "selection/query"):
        pilot.frames(12)
        left, top, right, bottom = session.hud.ui.find(widget)
        pilot.hands("mousemove", round((left + right) / 2), round((top + bottom) / 2), "click", 1)
    pilot.until(lambda: session.hud.wants_keyboard)
    return lambda: session.hud._memory.selection.query


def test_a_program_that_never_answers_is_not_waited_for(display: str) -> None:
    window = Window("layerflight")
    with program(SILENT) as silent:
        assert line(silent) == "ready"
        began = time.monotonic()
        assert window.clipboard == ""
        assert time.monotonic() - began < 1.0
    window.close()


def test_texts_go_to_other_programs_and_come_from_them_whole(display: str) -> None:
    window = Window("layerflight")
    window.clipboard = TEXT
    assert window.clipboard == TEXT
    with program(OTHER) as other:
        for _ in range(1000):
            window.pump()
            time.sleep(0.005)
            if window._window._clipboard_str is None:  # the other one has taken it
                break
        assert line(other) == ascii(TEXT)
        assert line(other) == "ready"
        assert window.clipboard == TEXT
    window.close()


def test_only_the_keys_that_paste_ask_for_the_clipboard(
    pilot: Pilot, query: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def told(window: Window) -> str:
        asked.append(True)
        return "abc"

    monkeypatch.setattr(Window, "clipboard", property(told, lambda window, text: None))
    pilot.hands("key", "v")
    pilot.until(lambda: query() == "v")
    assert not asked
    pilot.hands("key", "ctrl+v")
    pilot.until(lambda: query() == "vabc")
    assert asked
    assert pilot.state.pastes == 0  # the basis is not pasted meanwhile


def test_commands_with_ctrl_are_heard_while_typing_and_letters_are_not(pilot: Pilot, query: Callable[[], str]) -> None:
    layer, tool = pilot.state.layer, pilot.state.selecting.tool
    pilot.hands("type", "jsrdx12")
    pilot.until(lambda: query() == "jsrdx12")
    assert (pilot.state.layer, pilot.state.selecting.tool, pilot.state.recording) == (layer, tool, False)
    pilot.hands("key", "ctrl+i")
    pilot.until(lambda: pilot.state.selection.count == 400)
    pilot.hands("key", "ctrl+q")
    pilot.until(lambda: pilot.state.quitting)


def test_a_digit_with_shift_is_let_go_whatever_sign_it_prints(pilot: Pilot) -> None:
    pilot.hands("keydown", "shift", "keydown", "3", "keyup", "3", "keyup", "shift")
    pilot.until(lambda: not pilot.flight.controls._held)
    layer = pilot.state.layer
    pilot.hands("key", "2")  # a plain digit again: a shift that was held on would centre a handle instead
    pilot.until(lambda: pilot.state.layer != layer)
    assert pilot.state.layer == 1
