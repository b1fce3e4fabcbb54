"""Keys and mouse to intents. ``ACTIONS`` is the one table of keys; the help panel is drawn from it.

The convention of game-engine editors: while the right mouse button is held, or after Tab, WASD and
Q/E fly and the mouse looks around; otherwise letters are tools.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import radians

from explorer.app import events, handling, selecting
from explorer.app.bindings import Action, bound, shown_key
from explorer.world import intents as say
from explorer.world.handles import Key
from explorer.world.scrub import depth
from explorer.world.state import AppState


def _step_speed(factor: float) -> Callable[[AppState], say.Intent]:
    # From a standstill a faster tour begins at a crawl of half a degree per second.
    return lambda state: say.SetTourSpeed(max(state.tour.speed, radians(0.5)) * factor)


def _jump(layer: int) -> Callable[[AppState], say.Intent]:
    return lambda state: say.GoToLayer(layer)


ACTIONS: tuple[Action, ...] = (
    Action("next_layer", "Layers", ("j", "pagedown"), "next layer", lambda s: say.StepLayer(1)),
    Action("previous_layer", "Layers", ("k", "pageup"), "previous layer", lambda s: say.StepLayer(-1)),
    *(Action(f"layer_{n}", "Layers", (str(n),), f"layer {n}", _jump(n - 1)) for n in range(1, 10)),
    Action("dive", "Layers", ("v",), "dive: the cloud morphs, the camera stays", lambda s: say.SetDive()),
    Action("frame", "View", ("f",), "usual view of this layer", lambda s: say.FrameNode()),
    Action("overview", "View", ("o",), "the whole network", lambda s: say.Overview()),
    Action("pause", "Tour", ("space",), "pause or resume the tour", lambda s: say.PauseTour()),
    Action("tour_kind", "Tour", ("m",), "another kind of tour", lambda s: say.StepTourMode()),
    Action("save_view", "Tour", ("b",), "save this view", lambda s: say.SaveView()),
    Action("copy_basis", "Tour", ("ctrl+c",), "copy the basis", lambda s: say.CopyBasis()),
    Action("paste_basis", "Tour", ("ctrl+v",), "paste a basis", lambda s: say.AskPaste()),
    Action("elsewhere", "Tour", ("u",), "to a random view, and on from there", lambda s: say.RestartTour()),
    Action("tour_back", "Tour", ("home",), "back along the tour", lambda s: say.ScrubTour(radians(-15.0))),
    Action("tour_on", "Tour", ("end",), "forwards again", lambda s: say.ScrubTour(radians(15.0))),
    Action("faster", "Tour", ("plus", "equal", "num_add"), "faster tour", _step_speed(1.25)),
    Action("slower", "Tour", ("minus", "num_subtract"), "slower tour", _step_speed(0.8)),
    Action("images", "Show", ("i",), "thumbnails or dots", lambda s: say.SetImages()),
    Action("bigger", "Show", ("bracketright",), "larger points", lambda s: say.SetPointSize(s.size_factor * 1.2)),
    Action("smaller", "Show", ("bracketleft",), "smaller points", lambda s: say.SetPointSize(s.size_factor / 1.2)),
    Action("flat", "View", ("p",), "flat: 15 to 2 dimensions", lambda s: say.SetFlat()),
    Action("threads", "Show", ("t",), "threads of the selected images", lambda s: say.SetThreads()),
    Action("thread_colour", "Show", ("ctrl+t",), "threads by class or by movement", lambda s: say.ColourThreads()),
    *handling.ACTIONS,
    *selecting.ACTIONS,
    Action("all_classes", "Show", ("c",), "show all classes", lambda s: say.ShowAllClasses()),
    Action("panels", "Window", ("h",), "hide or show all panels", lambda s: say.SetHud()),
    Action("labels", "Window", ("l",), "names of the layers", lambda s: say.SetLabels()),
    Action("help", "Window", ("f1", "question"), "this help", lambda s: say.SetPanel("help")),
    Action("stats", "Window", ("f3",), "frame time", lambda s: say.SetPanel("stats")),
    Action("fullscreen", "Window", ("f11",), "full screen", lambda s: say.SetFullscreen()),
    Action("record", "Window", ("r",), "start or stop recording", lambda s: say.SetRecording()),
    Action("screenshot", "Window", ("f12",), "screenshot", lambda s: say.TakeScreenshot()),
    Action("let_go", "Window", ("escape",), "let go: flight, help, pin, filter", lambda s: say.LetGo()),
    Action("quit", "Window", ("ctrl+q",), "quit", lambda s: say.Quit()),
    Action("flight_mode", "Fly", ("tab",), "flight mode: mouse looks, WASD flies", lambda s: say.SetFlightMode()),
    Action("forward", "Fly", ("w", "up"), "forward", None),
    Action("back", "Fly", ("s", "down"), "back", None),
    Action("left", "Fly", ("a",), "left", None),
    Action("right", "Fly", ("d",), "right", None),
    Action("rise", "Fly", ("e",), "up", None),
    Action("sink", "Fly", ("q",), "down", None),
    Action("turn_left", "Fly", ("left",), "turn left", None),
    Action("turn_right", "Fly", ("right",), "turn right", None),
    Action("fast", "Fly", ("shift",), "four times as fast", None),
)

MOUSE_HELP: tuple[tuple[str, str, str], ...] = (
    ("Mouse", "left drag", "orbit the cloud; move the flat picture"),
    ("Mouse", "wheel", "zoom at the cursor; flight speed while flying"),
    ("Mouse", "Shift+wheel", "through the layers, also between two"),
    ("Mouse", "right drag", "look around; WASD QE fly meanwhile"),
    *handling.MOUSE_HELP,
    ("Mouse", "click", "pin an image; on empty space let go"),
    ("Mouse", "double click", "go to the layer of that cloud"),
    *selecting.MOUSE_HELP,
)

_THRUST = {
    "forward": (0.0, 0.0, -1.0),
    "back": (0.0, 0.0, 1.0),
    "left": (-1.0, 0.0, 0.0),
    "right": (1.0, 0.0, 0.0),
    "rise": (0.0, 1.0, 0.0),
    "sink": (0.0, -1.0, 0.0),
}
_ARROWS = ("up", "down", "left", "right")
_TURN_RATE = 1.2
"""Radians per second of the turning keys."""
_ORBIT_RATE = radians(0.35)
"""Radians per pixel at 720 lines."""
_LOOK_RATE = radians(0.12)
_CLICK_SLOP = 4.0  # pixels at 720 lines that a click may wander
_EDITING = frozenset("acvxyz")
"""Letters that with Ctrl edit the text that is being typed."""
_SCRUB = 0.1  # layers per step of the wheel
_DOUBLE_CLICK = 0.35  # seconds


class Controls:
    """Translates events; remembers only what is held down.

    Args:
        bindings: from the config file, action name to keys, in place of the table's.

    Raises:
        LayerflightError: a binding for an action or of a key that does not exist, or two for one key.
    """

    def __init__(self, bindings: Mapping[str, Sequence[str]] | None = None) -> None:
        self._actions = bound(ACTIONS, bindings or {})
        self._held: set[str] = set()
        self._right: tuple[float, float] | None = None
        self._looking = False
        self._press: tuple[float, float] | None = None
        self._dragging = False
        self._thrust = say.SetThrust(0.0, 0.0, 0.0)
        self._pulling = self._outlining = False
        self._pin: Key | None = None
        self._pinned: int | None = None
        self._time, self._last_click = 0.0, -1.0
        self._click_place = (0.0, 0.0)

    def help(self) -> list[tuple[str, str, str]]:
        """Rows (group, keys, what it does) of the help panel."""
        rows = [row for row in self._actions if not row.name.startswith(("layer_", "handle_"))]
        numbered = ("Layers", "1 … 9", "jump to a layer")
        table = [(row.group, "  ".join(shown_key(key) for key in row.keys), row.what) for row in rows]
        return [*table[:2], numbered, *table[2:], handling.NUMBERED, *MOUSE_HELP]

    def flying(self, state: AppState) -> bool:
        """True while the mouse looks around and letters fly."""
        return self._right is not None or state.flight_mode

    def captures(self, state: AppState) -> bool:
        """True while the cursor should be hidden: a mere right click leaves it where it is."""
        return self._looking or state.flight_mode

    def commands(self, name: str) -> bool:
        """True for keys that mean a command even while text is typed: F1 and the like, Ctrl, also with most letters."""
        ctrl = "ctrl" in self._held and name not in _EDITING
        return ctrl or name in events.MODIFIERS or (name[0] == "f" and name[1:].isdigit())

    def pastes(self, name: str) -> bool:
        """True for the key that pastes into the text that is being typed."""
        return (name == "v" and "ctrl" in self._held) or (name == "insert" and "shift" in self._held)

    @property
    def dragging(self) -> bool:
        """True while the left button drags the view or a handle; the HUD is deaf then."""
        return self._dragging or self._pulling

    def handle(self, event: events.Event, state: AppState) -> list[say.Intent]:
        """What an event means in this state. Events that the HUD has taken are not given here."""
        match event:
            case events.Key(name, down):
                return self._key(name, down, state)
            case events.MouseButton():
                return self._button(event, state)
            case events.MouseMove():
                return self._move(event, state)
            case events.Wheel(_, _, steps) if "shift" in self._held and not self.flying(state):
                return [say.ScrubDepth((depth(state) if state.scrub is None else state.scrub) + _SCRUB * steps)]
            case events.Wheel(x, y, steps):
                return [say.ScaleFlightSpeed(1.15**steps) if self.flying(state) else say.Zoom(steps, x, y)]
            case events.Focus(False):
                return self.release(state)
            case events.Close():
                return [say.Quit()]
        return []

    def held(self, state: AppState, dt: float) -> list[say.Intent]:
        """What the keys held down mean for the next ``dt`` seconds."""
        self._time += dt
        active = {action.name for action in self._actions if self._is_held(action, state)}
        x, y, z = (sum(_THRUST[name][axis] for name in active & set(_THRUST)) for axis in range(3))
        thrust = say.SetThrust(x, y, z, "fast" in active)
        said: list[say.Intent] = [] if thrust == self._thrust else [thrust]
        self._thrust = thrust
        turn = ("turn_left" in active) - ("turn_right" in active)
        return [*said, say.Look(turn * _TURN_RATE * dt, 0.0)] if turn else said

    def release(self, state: AppState) -> list[say.Intent]:
        """Everything let go at once, as when the window loses the keyboard."""
        self._held.clear()
        self._right, self._looking, self._press, self._dragging = None, False, None, False
        dropped: list[say.Intent] = [say.DropHandle()] if self._pulling else []
        dropped += [say.DropOutline()] if self._outlining else []
        self._pulling = self._outlining = False
        return [*dropped, say.SetFlightMode(False)] if state.flight_mode else dropped

    def _is_held(self, action: Action, state: AppState) -> bool:
        if action.intent is not None:
            return False
        keys = [key for key in action.keys if key in self._held]
        return any(self.flying(state) or key in _ARROWS or action.name == "fast" for key in keys)

    def _key(self, name: str, down: bool, state: AppState) -> list[say.Intent]:
        if not down:
            self._held.discard(name)
            return []
        self._held.add(name)
        chord = self._chord(name)
        flies = any(chord in action.keys for action in self._actions if action.intent is None)
        if flies and (self.flying(state) or name in _ARROWS):
            return []
        return [a.intent(state) for a in self._actions if a.intent is not None and chord in a.keys]

    def _chord(self, name: str) -> str:
        """A key with those held meanwhile; Shift counts with a digit, or where something is bound to it."""
        ctrl = "ctrl+" if "ctrl" in self._held else ""
        shifted = f"{ctrl}shift+{name}"
        bound_to = any(shifted in action.keys for action in self._actions)
        return shifted if "shift" in self._held and (name.isdigit() or bound_to) else ctrl + name

    def _button(self, event: events.MouseButton, state: AppState) -> list[say.Intent]:
        if event.button == events.RIGHT:
            return self._right_button(event, state)
        if event.button != events.LEFT:
            return []
        if self._pulling and not event.down:
            self._pulling = False
            return [say.DropHandle()]
        hovered = state.handles.hovered
        if event.down and hovered is not None and not self._held & {"shift", "ctrl"} and not self.flying(state):
            self._pulling = True
            return [say.GrabHandle(hovered, event.x, event.y)]
        if event.down:
            self._press, self._dragging = (event.x, event.y), False
            return []
        clicked = self._press is not None and not self._dragging
        self._press, self._dragging = None, False
        if self._outlining:
            self._outlining = False
            return [say.EndOutline()]
        return self._click(event, state) if clicked and not self.flying(state) else []

    def _right_button(self, event: events.MouseButton, state: AppState) -> list[say.Intent]:
        """Held it looks around; a mere click on a handle pins it."""
        pinned = self._pin if not event.down and not self._looking else None
        self._pin = state.handles.hovered if event.down and not state.flight_mode else None
        self._right = (event.x, event.y) if event.down else None
        self._looking = False
        return [] if pinned is None else [say.PinHandle(pinned)]

    def _click(self, event: events.MouseButton, state: AppState) -> list[say.Intent]:
        here = (event.x, event.y)
        twice = self._time - self._last_click < _DOUBLE_CLICK and not _apart(here, self._click_place, state)
        self._last_click, self._click_place = self._time, here
        if state.handles.named is not None:  # a second click will edit it
            return []
        if state.hover_name is not None:
            return [say.GoToLayer(state.hover_name)]
        if self._held & {"ctrl", "alt"}:
            caught = () if state.hover is None else (state.hover.image,)
            return [say.SelectImages(caught, selecting.caught_how(self._held))]
        if state.hover is None:
            return [say.Pin(None)]
        if twice and state.hover.node != state.layer:  # what the first click pinned was not meant
            return [say.Pin(self._pinned), say.GoToLayer(state.hover.node)]
        self._pinned = self._pinned if twice else state.pinned
        return [say.Pin(state.hover.image)]

    def _move(self, event: events.MouseMove, state: AppState) -> list[say.Intent]:
        scale = 720.0 / state.viewport.height
        if self._pulling:
            return [say.PullHandle(event.x, event.y, "alt" in self._held)]
        if self._right is not None and not self._looking:
            self._looking = _apart((event.x, event.y), self._right, state)
        if self.captures(state):
            return [say.Look(-event.dx * scale * _LOOK_RATE, -event.dy * scale * _LOOK_RATE)]
        if self._press is None:
            return []
        began = not self._dragging and _apart((event.x, event.y), self._press, state)
        self._dragging = self._dragging or began
        if not self._dragging:
            return []
        if began and selecting.draws(self._held, state):
            self._outlining = True
            begun = say.BeginOutline(*self._press, selecting.caught_how(self._held))
            return [begun, say.ExtendOutline(event.x, event.y)]
        if self._outlining:
            return [say.ExtendOutline(event.x, event.y)]
        if state.display.flat:
            return [say.Pan(event.dx, event.dy)]
        return [say.Orbit(event.dx * scale * _ORBIT_RATE, event.dy * scale * _ORBIT_RATE)]


def _apart(one: tuple[float, float], other: tuple[float, float], state: AppState) -> bool:
    """True for two places farther from each other than a hand trembles."""
    slop = _CLICK_SLOP * max(1.0, state.viewport.height / 720.0)
    return max(abs(one[0] - other[0]), abs(one[1] - other[1])) > slop
