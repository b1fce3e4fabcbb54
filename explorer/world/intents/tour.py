"""Intents about the tour: how the 15 dimensions are turned, its history, and saved views."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.store.views import View


@dataclass(frozen=True)
class PauseTour:
    """Pause or resume the tour, eased; None toggles."""

    paused: bool | None = None


@dataclass(frozen=True)
class SetTourSpeed:
    """Geodesic speed of the tour."""

    speed: float
    """Radians per second."""


@dataclass(frozen=True)
class SetTourMode:
    """Another kind of tour: the present one comes to rest, the other begins from there."""

    mode: str
    """One of ``world.tours.MODES``."""


@dataclass(frozen=True)
class StepTourMode:
    """The next kind of tour in the list."""


@dataclass(frozen=True)
class SetLocalRadius:
    """How far the local tour strays from the view where it was begun."""

    radius: float
    """Radians of geodesic distance; held within ``world.tours.RADII``."""


@dataclass(frozen=True)
class SetGuide:
    """What the guided tour climbs."""

    index: str
    """One of ``world.tours.INDICES``."""
    group: int | None = None
    """For the index "group": the category, of what the points are coloured by, told apart from the rest."""


@dataclass(frozen=True)
class RestartTour:
    """To a random place, and on from there: the way on for a guided tour that stands at an optimum."""


@dataclass(frozen=True)
class ScrubTour:
    """Back (negative) or forwards along what the tour remembers, eased; it goes on from there."""

    radians: float
    """Of the tour's geodesic length; ``state.tour.position`` out of ``state.tour.track.length``."""


@dataclass(frozen=True)
class MoveAxis:
    """One of the 15 axes dragged on the biplot; said in every frame of the drag, the first one begins it."""

    axis: int
    """0 to 14."""
    place: tuple[float, ...]
    """Where its tip should be in the shown space, 3 numbers or 2; beyond length 1 as far out as it reaches."""


@dataclass(frozen=True)
class ReleaseAxis:
    """The drag of an axis ends: the tour goes on from there. Unsaid, it ends a moment after the last ``MoveAxis``."""


@dataclass(frozen=True)
class SaveView:
    """Keep the present view: basis, layer, camera and space."""

    name: str = ""
    """Empty: numbered."""


@dataclass(frozen=True)
class GoToView:
    """To a saved view, eased, paused or not."""

    index: int


@dataclass(frozen=True)
class RemoveView:
    """Forget a saved view."""

    index: int


@dataclass(frozen=True)
class RenameView:
    """Another name for a saved view."""

    index: int
    name: str


@dataclass(frozen=True)
class MoveView:
    """Another place in the order of the saved views, which is that of the planned tour."""

    index: int
    to: int
    """Index it has afterwards."""


@dataclass(frozen=True)
class ScrubViews:
    """Along the saved views, stopping anywhere between two, eased; layer and camera stay."""

    place: float
    """0 is the first view, 1.5 half way between the second and the third."""


@dataclass(frozen=True)
class RestoreViews:
    """These saved views instead of those there are, as when a world is opened."""

    views: tuple[View, ...]


@dataclass(frozen=True)
class PasteBasis:
    """To a basis given as text, eased; ``store.views.to_json`` gives the text of one."""

    text: str


TourIntent = (
    PauseTour
    | SetTourSpeed
    | SetTourMode
    | StepTourMode
    | SetLocalRadius
    | SetGuide
    | RestartTour
    | ScrubTour
    | MoveAxis
    | ReleaseAxis
    | SaveView
    | GoToView
    | RemoveView
    | RenameView
    | MoveView
    | ScrubViews
    | RestoreViews
    | PasteBasis
)
