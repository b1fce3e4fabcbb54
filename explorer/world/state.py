"""The whole state of a session: one frozen value, changed only by ``update``."""

from __future__ import annotations

from dataclasses import dataclass, field

from explorer.geometry.camera import Camera
from explorer.geometry.tour import Tour
from explorer.types import Viewport
from explorer.world.colouring import Colouring
from explorer.world.display import Detail, Display
from explorer.world.fading import Fading
from explorer.world.handles import Handles
from explorer.world.learnt import Learnt
from explorer.world.looks import Lens
from explorer.world.scene import Scene
from explorer.world.selecting import Selecting
from explorer.world.selection import Selection
from explorer.world.tours import Touring

PANELS = ("layers", "legend", "tour", "display", "inspector", "selection", "views", "stats", "help", "about")
"""Names of the panels, in the order of the toolbar; "about" opens from the title."""

FLOATING = frozenset({"help", "about"})
"""Panels that lie over the picture for a moment; Esc closes them."""


@dataclass(frozen=True)
class Morph:
    """A dive on its way from one layer to another."""

    source: int
    target: int
    elapsed: float
    """Seconds since it began."""
    duration: float
    """Seconds."""
    then: int | None = None
    """A layer asked for meanwhile; the next morph goes there."""
    then_duration: float = 0.0
    """Seconds that next morph takes."""
    held: float | None = None
    """0 to 1: how far it has come while the scrubber holds it; None when it goes on by itself."""


@dataclass(frozen=True)
class Picked:
    """An image as seen in one node's cloud."""

    image: int
    node: int


@dataclass(frozen=True)
class AppState:
    """What the person sees and has chosen. Pure data: no GL, no window, no clock."""

    scene: Scene
    camera: Camera
    tour: Tour
    viewport: Viewport
    selection: Selection
    """Which images are selected, in all layers at once."""
    selecting: Selecting = field(default_factory=Selecting)
    """What goes with it: history, emphasis, the tool."""
    handles: Handles = field(default_factory=Handles)
    """The groups of images one can take hold of."""
    touring: Touring = field(default_factory=Touring)
    """The kind of tour, what guides it, and saved views."""
    lens: Lens = field(default_factory=Lens)
    """How the 15 dimensions are looked at before the tour turns them."""
    layer: int = 0
    """The current layer; in a dive, the one being morphed into."""
    dive: bool = False
    dive_amount: float = 0.0
    """0 to 1: how far the other nodes have faded out for the dive."""
    morph: Morph | None = None
    scrub: float | None = None
    """The depth asked of the scrubber, 2.5 half way between the third layer and the fourth; None when let go."""
    transition: float = 1.5
    """Seconds from one layer to the next, in a dive or to a neighbouring cloud."""
    hover_name: int | None = None
    """The node whose name is under the cursor."""
    paused: bool = False
    images: bool = False
    images_amount: float = 0.0
    """0 to 1: dots to thumbnails."""
    size_factor: float = 1.0
    detail: Detail = field(default_factory=Detail)
    """How much of it all a frame draws."""
    display: Display = field(default_factory=Display)
    """How the points are shown."""
    hover: Picked | None = None
    pinned: int | None = None
    colour_by: int = 0
    """Index of what the points are coloured by, among the scene's colourings."""
    hidden_classes: frozenset[int] = frozenset()
    """Categories of that colouring that are not shown."""
    fading: Fading = field(default_factory=Fading)
    """How much of each category is shown while it changes, and which is hovered in the legend."""
    learnt: Learnt = field(default_factory=Learnt)
    """What was found out of the world so far: what live colourings and figures of trust show."""
    flight_mode: bool = False
    labels: bool = True
    """Names of the layers in the picture."""
    hud: bool = True
    """Panels and toolbar; without them the labels stay."""
    panels: frozenset[str] = field(
        default_factory=lambda: frozenset({"layers", "legend", "tour", "display", "inspector", "selection"})
    )
    """Names of the visible panels."""
    fullscreen: bool = False
    recording: bool = False
    screenshots: int = 0
    """How many screenshots were asked for; the window writes one when this grows."""
    copied: str = ""
    """Text for the clipboard; the window takes it when ``copies`` grows."""
    copies: int = 0
    pastes: int = 0
    """How often the basis on the clipboard was asked for; the window answers when this grows."""
    notice: str = ""
    notice_age: float = 0.0
    """Seconds since the notice appeared."""
    quitting: bool = False

    @property
    def colouring(self) -> Colouring:
        """What the points are coloured by; a live one with the values known so far."""
        chosen, live = self.scene.colourings[self.colour_by], self.learnt.colouring
        return live if live is not None and live.key == chosen.key else chosen
