"""Scene scripts (``scenes/*.toml``): a flight written down, played with any clock, in any world."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import isfinite, radians
from pathlib import Path
from typing import Any

import numpy as np

from explorer.errors import SceneError
from explorer.geometry import matrices
from explorer.types import Pose
from explorer.world import intents as say
from explorer.world.scene import Scene
from explorer.world.tours import GRAND, GUIDED, LITTLE, LOCAL, PLANNED


@dataclass(frozen=True)
class Stop:
    """A way to somewhere and a stay there."""

    layers: str
    """Glob over layer names: one stop for each match, in network order; "" stays in place."""
    travel: float = 1.6
    """Seconds on the way."""
    hold: float = 1.2
    """Seconds of stay."""
    orbit: float = 0.0
    """Degrees per second that the cloud turns during the stay."""
    images: bool | None = None
    """Thumbnails from here on; None leaves them as they are."""
    dive: bool | None = None
    """Dive from here on; None leaves it as it is."""
    colour: str = ""
    """Glob over the titles of what the points can be coloured by, as in "Trust*"; "" leaves it as it is."""
    overview: bool = False
    """Travel to the view of the whole network instead of to a layer."""


@dataclass(frozen=True)
class Script:
    """A scene script as written."""

    title: str
    stops: tuple[Stop, ...]
    width: int = 1280
    height: int = 720
    fps: float = 30.0
    seed: int = 0
    tour_speed: float = 20.0
    """Degrees per second."""
    tour_mode: str = GRAND
    """One of ``world.tours.MODES`` that goes by itself."""
    labels: bool = True
    """Names of the layers in the picture."""
    start: Pose | None = None
    """Where the camera begins; None: the usual view of the first layer."""


@dataclass(frozen=True)
class Timeline:
    """A script laid out in time for one world."""

    duration: float
    """Seconds."""
    cues: tuple[tuple[float, say.Intent], ...]
    """(seconds, intent), in order."""
    drifts: tuple[tuple[float, float, float], ...]
    """(from, to, radians per second): when the camera orbits."""

    def between(self, start: float, end: float) -> list[say.Intent]:
        """What the script asks for in start <= t < end (seconds)."""
        asked = [intent for time, intent in self.cues if start <= time < end]
        turned = sum(rate * max(0.0, min(end, last) - max(start, first)) for first, last, rate in self.drifts)
        # The drift first: turned by hand, a camera that was just sent somewhere would stay.
        return [say.Orbit(turned, 0.0), *asked] if turned else asked


def load_script(path: Path) -> Script:
    """Reads a scene script.

    Raises:
        SceneError: no such file, not TOML, or an entry that is unknown, missing or out of range.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SceneError(f"no scene script at {path}; give a .toml file or the name of a shipped scene") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SceneError(f"{path} is not a readable TOML scene script: {error}") from None
    return parse_script(data, path.name)


def parse_script(data: dict[str, Any], name: str) -> Script:
    """A script from parsed TOML; ``name`` is for error messages."""
    read = _Reader(name)
    read.keys(data, "the top level", {"title", "video", "tour", "start", "stop", "labels"})
    video = read.table(data, "video", {"width", "height", "fps"})
    tour = read.table(data, "tour", {"seed", "speed", "mode"})
    start = read.table(data, "start", {"position", "look_at"})
    stops = data.get("stop", [])
    if not isinstance(stops, list) or not stops or not all(isinstance(stop, dict) for stop in stops):
        raise SceneError(f'{name}: expected at least one [[stop]], found none; add one with layers = "*"')
    return Script(
        title=str(data.get("title", name)),
        stops=tuple(_stop(read, stop) for stop in stops),
        width=int(read.number(video, "width", 1280, 16, 7680)),
        height=int(read.number(video, "height", 720, 16, 4320)),
        fps=read.number(video, "fps", 30.0, 1, 240),
        seed=int(read.number(tour, "seed", 0, 0, 2**31)),
        tour_speed=read.number(tour, "speed", 20.0, 0, 360),
        tour_mode=read.choice(tour, "mode", GRAND, (GRAND, LITTLE, LOCAL, GUIDED, PLANNED)),
        labels=read.flag(data, "labels") is not False,
        start=_start(read, start),
    )


def lay_out(script: Script, scene: Scene, duration: float | None = None) -> Timeline:
    """The script in time.

    Args:
        script: as written.
        scene: the world it is played in.
        duration: seconds; the script's own times are stretched to it. None keeps them.

    Raises:
        SceneError: a stop names a layer, or something to colour by, that this world does not have.
    """
    legs = [leg for stop in script.stops for leg in _legs(stop, scene)]
    natural = sum(stop.travel + stop.hold for stop, _ in legs)
    if natural <= 0.0:
        raise SceneError(f"{script.title}: the stops last 0 seconds; give them travel or hold times")
    pace = 1.0 if duration is None else duration / natural
    cues: list[tuple[float, say.Intent]] = [(0.0, say.SetTourSpeed(radians(script.tour_speed)))]
    if script.tour_mode != GRAND:
        cues.append((0.0, say.SetTourMode(script.tour_mode)))
    if script.start is not None:
        cues.append((0.0, say.MoveCamera(script.start, 0.0)))
    drifts, now = [], 0.0
    for stop, layer in legs:
        cues += [(now, intent) for intent in _asks(stop, layer, stop.travel * pace, scene)]
        arrived, left = now + stop.travel * pace, now + (stop.travel + stop.hold) * pace
        drifts.append((arrived, left, radians(stop.orbit)))
        now = left
    return Timeline(now, tuple(cues), tuple(drift for drift in drifts if drift[2]))


def _legs(stop: Stop, scene: Scene) -> list[tuple[Stop, int | None]]:
    """One (stop, layer) for each layer a stop names."""
    if stop.overview or not stop.layers:
        return [(stop, None)]
    names = [node.name for node in scene.nodes]
    matches = [i for i, layer in enumerate(names) if fnmatchcase(layer, stop.layers)]
    if not matches:
        raise SceneError(
            f"the scene stops at layer {stop.layers!r}, which {scene.title} lacks; it has {_listed(names)}"
        )
    return [(stop, layer) for layer in matches]


def _asks(stop: Stop, layer: int | None, travel: float, scene: Scene) -> list[say.Intent]:
    asks: list[say.Intent] = []
    if stop.colour:
        asks.append(say.ColourBy(_colouring(stop.colour, scene)))
    if stop.images is not None:
        asks.append(say.SetImages(stop.images))
    if stop.dive is not None:
        asks.append(say.SetDive(stop.dive))
    if stop.overview:
        asks.append(say.Overview(travel))
    elif layer is not None:
        asks.append(say.GoToLayer(layer, travel))
    return asks


def _colouring(glob: str, scene: Scene) -> int:
    """The first colouring with such a title."""
    titles = [colouring.title for colouring in scene.colourings]
    for index, title in enumerate(titles):
        if fnmatchcase(title, glob):
            return index
    raise SceneError(f"the scene colours by {glob!r}, which {scene.title} lacks; it has {_listed(titles)}")


def _stop(read: _Reader, data: dict[str, Any]) -> Stop:
    read.keys(data, "a [[stop]]", set(Stop.__dataclass_fields__))
    return Stop(
        layers=_layer_glob(read, data),
        travel=read.number(data, "travel", 1.6, 0, 600),
        hold=read.number(data, "hold", 1.2, 0, 600),
        orbit=read.number(data, "orbit", 0.0, -360, 360),
        images=read.flag(data, "images"),
        dive=read.flag(data, "dive"),
        colour=read.text(data, "colour"),
        overview=read.flag(data, "overview") is True,
    )


def _layer_glob(read: _Reader, data: dict[str, Any]) -> str:
    glob = data.get("layers", "")
    if not isinstance(glob, str):
        raise SceneError(f'{read.name}: expected layers to be a name or glob as in "conv*", found {glob!r}')
    if glob and data.get("overview"):
        raise SceneError(f"{read.name}: a stop goes to layers or to the overview, not both; make two stops")
    return glob


def _start(read: _Reader, data: dict[str, Any]) -> Pose | None:
    if not data:
        return None
    position, target = read.place(data, "position"), read.place(data, "look_at")
    if np.allclose(position, target):
        raise SceneError(f"{read.name}: [start] position and look_at are the same place; move one of them")
    return Pose(position, matrices.looking(position, target))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


@dataclass(frozen=True)
class _Reader:
    """Checks entries of a scene script; every complaint names the script."""

    name: str

    def keys(self, data: dict[str, Any], where: str, known: set[str]) -> None:
        unknown = sorted(set(data) - known)
        if unknown:
            raise SceneError(f"{self.name}: {where} has no entry {unknown[0]!r}; known are {', '.join(sorted(known))}")

    def table(self, data: dict[str, Any], key: str, known: set[str]) -> dict[str, Any]:
        table = data.get(key, {})
        if not isinstance(table, dict):
            raise SceneError(f"{self.name}: expected {key} to be a table, found {table!r}; write [{key}]")
        self.keys(table, f"[{key}]", known)
        return table

    def number(self, data: dict[str, Any], key: str, default: float, low: float, high: float) -> float:
        value = data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise SceneError(f"{self.name}: expected {key} between {low} and {high}, found {value!r}")
        return float(value)

    def choice(self, data: dict[str, Any], key: str, default: str, known: tuple[str, ...]) -> str:
        value = data.get(key, default)
        if value not in known:
            raise SceneError(f"{self.name}: expected {key} to be one of {', '.join(known)}, found {value!r}")
        return str(value)

    def text(self, data: dict[str, Any], key: str) -> str:
        value = data.get(key, "")
        if not isinstance(value, str):
            raise SceneError(f"{self.name}: expected {key} to be a text, found {value!r}")
        return value

    def flag(self, data: dict[str, Any], key: str) -> bool | None:
        value = data.get(key)
        if value is not None and not isinstance(value, bool):
            raise SceneError(f"{self.name}: expected {key} to be true or false, found {value!r}")
        return value

    def place(self, data: dict[str, Any], key: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        value = data.get(key)
        if not isinstance(value, list) or len(value) != 3 or not all(_is_finite(v) for v in value):
            raise SceneError(f"{self.name}: expected [start] {key} as three numbers [x, y, z], found {value!r}")
        return np.array(value, dtype=np.float64)
