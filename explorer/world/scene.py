"""The scene graph: layer nodes placed in space, and the edges of the network between them."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.types import Float64, Frame
from explorer.world.colouring import Colouring
from explorer.world.survey import Survey


@dataclass(frozen=True)
class LayerNode:
    """One layer of the network as a thing in space."""

    name: str
    """Dotted module name, "input" for the images themselves."""
    kind: str
    """Type of the module, as in "Conv2d"; may be empty."""
    shape: tuple[int, ...]
    """Shape of one image's activation, (C, h, w) or (K,)."""
    inputs: tuple[int, ...]
    """Indices of the nodes that feed this one."""
    radius: float
    """Robust radius of the embedding (95% of the points), in its own units."""
    frame: Frame
    """Where the node stands and which way it faces."""

    @property
    def subtitle(self) -> str:
        """Type and shape as a person writes them: "Conv2d  16 × 28 × 28"."""
        return f"{self.kind}  {' × '.join(str(n) for n in self.shape)}".strip()

    @property
    def position(self) -> Float64:
        """(3,) world frame."""
        return self.frame.position


@dataclass(frozen=True)
class Scene:
    """The world as a place: fixed for a session."""

    title: str
    nodes: tuple[LayerNode, ...]
    images: int
    """Number of images (points per cloud)."""
    colourings: tuple[Colouring, ...]
    """What the points can be coloured by; the first is the class, whose names are empty for unlabelled images."""
    survey: Survey
    """Figures of the embeddings, worked out when they are asked for."""
    pictures: bool = True
    """Whether there are thumbnails to show instead of dots."""
    unturned: bool = False
    """Whether it is known how the embeddings were before they were turned onto one another."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.colourings[0].names
