"""What is to be drawn this frame: plain values, produced by the world, consumed by the renderer."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.geometry.sage import Radial
from explorer.types import Float32, Float64, Int32, Viewport
from explorer.world.colouring import CLASS
from explorer.world.selection import Selection
from explorer.world.threads import Threads


@dataclass(frozen=True)
class Cloud:
    """One cloud of images: a layer, or two layers and how far the morph between them has come."""

    node: int
    """Index of the layer node this cloud stands for; what picking answers."""
    layer: int
    """Layer shown at morph 0."""
    next_layer: int
    """Layer shown at morph 1; equal to ``layer`` when nothing morphs."""
    morph: float
    """0 shows ``layer``, 1 shows ``next_layer``; mixed linearly in the 15-D space."""
    placement: Float64
    """(16, 4) float64: ``[x(15), 1] @ placement`` is the homogeneous world place of a point of
    ``layer``. Rows 0-14 are the scaled basis, row 15 the node's position and 1."""
    next_placement: Float64
    """(16, 4) float64: the same for ``next_layer`` (its embedding has another scale)."""
    count: int
    """How many points to draw: a prefix of the shuffled buffer, so a fair sample."""
    opacity: float
    """0 to 1; a cloud of opacity 0 is not in the list."""
    space: Float64 | None = None
    """(15, 15) float64: ``x @ space`` is all of a point of ``layer`` in scene units; only for a slice."""
    next_space: Float64 | None = None
    """(15, 15) float64: the same for ``next_layer``."""


@dataclass(frozen=True)
class Line:
    """A straight edge between two nodes."""

    start: Float64
    """(3,) world frame."""
    end: Float64
    """(3,) world frame."""
    colour: tuple[float, float, float, float]
    """RGBA, 0 to 1, not premultiplied."""
    width: float
    """Pixels at 720 lines; the renderer scales it with the framebuffer's height."""


@dataclass(frozen=True)
class Highlight:
    """An image marked with a ring in every cloud, drawn over everything."""

    image: int
    colour: tuple[float, float, float, float]
    size: float
    """Ring diameter in pixels at 720 lines."""


@dataclass(frozen=True)
class Label:
    """A text at a place in the world; the HUD draws it crisp, nearer ones first."""

    node: int
    position: Float64
    """(3,) world frame; the text is centred below it."""
    title: str
    subtitle: str
    opacity: float
    current: bool
    """True for the node the person is at."""
    detail: float = 1.0
    """Opacity of the subtitle, 0 to 1: far labels are their titles alone."""


@dataclass(frozen=True)
class DrawList:
    """Everything the renderer needs for one frame; nothing in it grows with the points."""

    viewport: Viewport
    view: Float64
    """(4, 4) row-vector view matrix."""
    projection: Float64
    """(4, 4) row-vector projection matrix, centred on the uncovered part of the viewport."""
    clouds: tuple[Cloud, ...]
    lines: tuple[Line, ...]
    highlights: tuple[Highlight, ...]
    labels: tuple[Label, ...]
    palette: Float32
    """(K, 4) float32 RGBA: colour of category k; alpha 0 hides it (not drawn, not picked),
    alpha between makes it fainter and smaller. Row K-1 is for images of which the category is not known."""
    point_size: float
    """Diameter of a point at distance 1 from the camera, in scene units."""
    sprite_size: float
    """Side of a thumbnail at distance 1 from the camera, in scene units."""
    images: float
    """0: dots, 1: thumbnails; between: the thumbnails grow out of the dots."""
    fog: tuple[float, float]
    """Distances (scene units) where fading into the background starts and is complete."""
    background: tuple[float, float, float]
    colouring: str = CLASS
    """What gives each image its row of the palette: see ``world.colouring``."""
    rows: Int32 | None = None
    """(N,) int32 row of each image where the colouring is live; None for those that are stored."""
    lost: bool = False
    """True when no cloud is in view."""
    selection: Selection | None = None
    """The images that stand out, or None while none do."""
    emphasis: float = 0.0
    """0 to 1: how far they stand out from the rest."""
    shift: float = 1.0
    """0 to 1: how far the change from the selection shown before to this one has come."""
    threads: Threads | None = None
    """The ways of some images through all layers."""
    radial: Radial | None = None
    """The radial correction of shown places; None while there is none."""
    slice: tuple[float, float] | None = None
    """Half its thickness (scene units) and how faint the rest is, 0 to 1; None while nothing is sliced."""
    still: bool = False
    """Nothing has moved for a while: the picture may be kept and shown again."""
