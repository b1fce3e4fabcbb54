"""Scene scripts: a flight written down, played with any clock, in any world. ``script_file`` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import radians

from explorer.errors import QueryError, SceneError
from explorer.types import Pose
from explorer.world import intents as say
from explorer.world.query import matching
from explorer.world.scene import Scene
from explorer.world.tours import GRAND


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
    select: str = ""
    """Query for the images to be selected, see ``world.query``; "none" lets go of all, "" leaves it as it is."""
    threads: bool | None = None
    """Threads of the selected images from here on; like the switches below, None leaves them as they are."""
    movement: bool | None = None
    """Threads in the colours of movement, or like their points."""
    flat: bool | None = None
    radial: bool | None = None
    """Radial correction."""
    slice: bool | None = None
    space: str = ""
    """One of ``world.looks.SPACES``; "" leaves it as it is."""
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


def lay_out(script: Script, scene: Scene, duration: float | None = None) -> Timeline:
    """The script in time.

    Args:
        script: as written.
        scene: the world it is played in.
        duration: seconds; the script's own times are stretched to it. None keeps them.

    Raises:
        SceneError: a stop names a layer, or something to colour by or to select, that this world does not have.
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
    if stop.select:
        asks.append(_selection(stop.select, scene))
    if stop.space:
        asks.append(say.SetSpace(stop.space))
    asks += [intent(on) for on, intent in (
        (stop.images, say.SetImages), (stop.dive, say.SetDive), (stop.threads, say.SetThreads),
        (stop.movement, say.ColourThreads), (stop.flat, say.SetFlat), (stop.radial, say.SetSage),
        (stop.slice, say.SetSlice),
    ) if on is not None]  # fmt: skip
    if stop.overview:
        asks.append(say.Overview(travel))
    elif layer is not None:
        asks.append(say.GoToLayer(layer, travel))
    return asks


def _selection(query: str, scene: Scene) -> say.Intent:
    """What selects the images of a query; one that cannot be asked here is refused before anything is recorded."""
    if query == "none":
        return say.SelectNone()
    try:
        matching(query, scene.survey.properties)
    except QueryError as error:
        raise SceneError(f"the scene selects {query!r}: {error}") from None
    return say.SelectWhere(query)


def _colouring(glob: str, scene: Scene) -> int:
    """The first colouring with such a title."""
    titles = [colouring.title for colouring in scene.colourings]
    for index, title in enumerate(titles):
        if fnmatchcase(title, glob):
            return index
    raise SceneError(f"the scene colours by {glob!r}, which {scene.title} lacks; it has {_listed(titles)}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
