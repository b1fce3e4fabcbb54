"""Places the layers in space, and the usual views of them.

The network climbs a spiral staircase: each layer stands a turn to the right of the one before it and
a little higher, facing outwards. Seen from its usual view a layer is alone in the middle, the next
ones lead up to the right, the ones before come from below on the left; as every node carries its
cloud turned with it, the same view of the embedding is seen from each. The whole stays compact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.geometry import matrices
from explorer.geometry.camera import FOV, UP
from explorer.store.read import World
from explorer.types import Frame, Pose, Viewport
from explorer.world.colouring import colourings
from explorer.world.live import live_colourings
from explorer.world.scene import LayerNode, Scene
from explorer.world.survey import Survey

CLOUD_RADIUS = 0.9
"""Scene units around a node that are its cloud's."""

TURN = np.radians(50.0)
"""Angle from a layer to the next around the spiral."""

CHORD = 2.2
"""Horizontal distance from a layer to the next."""

RISE = 0.6
"""Height from a layer to the next."""

AXIS = np.array([0.0, 0.0, -CHORD / 2 / np.sin(TURN / 2)])
"""(3,) a place on the vertical axis that the spiral climbs around; the first layer stands at the origin."""

LANE = 2.0
"""Height between layers that lie side by side (branches)."""

VIEW_DIRECTION = matrices.unit(np.array([-0.16, 0.22, 1.0]))
"""From a node to the camera in its usual view, in the node's frame."""

VIEW_DISTANCE = 1.45
"""From a node to the camera."""

VIEW_RADIUS = VIEW_DISTANCE * float(np.tan(FOV / 2))
"""Scene units from the middle of the usual view to its upper edge, at the node."""

SHOWN_RADIUS = 0.92 * VIEW_RADIUS
"""Scene units that hold 95% of a cloud's points as they are seen, mean over the target planes of a tour.

Between them a cloud is seen 2 to 3% smaller: over all frames it is 0.9 of the view's radius, as much as the usual view
holds. A sphere of that size just fits between the sides of the camera's frustum.
"""


def make_scene(world: World) -> Scene:
    """The scene of a world: every layer a node, placed by its depth in the network."""
    entries = world.manifest.layers
    frames = place([entry.inputs for entry in entries])
    nodes = tuple(
        LayerNode(e.name, e.kind, e.shape, e.inputs, e.radius, frame) for e, frame in zip(entries, frames, strict=True)
    )
    return Scene(
        title=world.manifest.title,
        nodes=nodes,
        images=world.manifest.images,
        colourings=(*colourings(world), *live_colourings(world)),
        survey=Survey(world),
        pictures=world.thumbnails is not None,
        unturned=world.alignments is not None,
    )


def place(inputs: Sequence[tuple[int, ...]]) -> list[Frame]:
    """Where layers stand, given in network order which layers feed each.

    A layer stands one step beyond the deepest of its inputs; layers of equal depth share the place
    one above the other. A layer without inputs starts a line of its own after the one before it.
    """
    depths: list[int] = []
    for feeding in inputs:
        before = max((depths[i] for i in feeding), default=depths[-1] if depths else -1)
        depths.append(before + 1)
    rows = [[i for i, depth in enumerate(depths) if depth == d] for d in range(max(depths) + 1)]
    rise = RISE * max(len(row) for row in rows)
    radius = -AXIS[2]
    frames: list[Frame] = []
    for index, depth in enumerate(depths):
        lane = rows[depth].index(index) - (len(rows[depth]) - 1) / 2
        yaw = depth * TURN
        position = np.array([radius * np.sin(yaw), depth * rise + lane * LANE, radius * (np.cos(yaw) - 1)])
        frames.append(Frame(position, yaw))
    return frames


def node_pose(frame: Frame) -> Pose:
    """The usual view of a node, from outside the spiral."""
    turn = matrices.quaternion(UP, frame.yaw)
    eye = frame.position + matrices.rotate(turn, VIEW_DIRECTION) * VIEW_DISTANCE
    return Pose(eye, matrices.looking(eye, frame.position))


def overview_pose(scene: Scene, viewport: Viewport) -> Pose:
    """A view of the whole spiral, from a little above."""
    positions = np.stack([node.position for node in scene.nodes])  # (L, 3)
    left, top, right, bottom = viewport.clear
    aspect = (right - left) / (bottom - top)
    direction = matrices.unit(np.array([0.55, 0.32, 1.0]))
    centre = (positions.min(axis=0) + positions.max(axis=0)) / 2
    orientation = matrices.looking(centre + direction, centre)
    axes = np.stack([matrices.rotate(orientation, axis) for axis in np.eye(3)])  # (3, 3) rows: camera axes
    offsets = (positions - centre) @ axes.T  # (L, 3) camera frame: right, up, back
    reach = np.abs(offsets[:, :2]) + CLOUD_RADIUS * np.array([1.0, 1.6])  # (L, 2) room for cloud and label
    needed = reach / (np.tan(FOV / 2) * np.array([aspect, 1.0])) + offsets[:, 2:]  # (L, 2)
    return Pose(centre + direction * float(needed.max()), orientation)
