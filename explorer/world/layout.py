"""Places the layers in space: along the network, branches side by side; and the usual views of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.geometry import matrices
from explorer.geometry.camera import FOV
from explorer.geometry.colour import class_colours
from explorer.store.read import World
from explorer.types import Float64, Pose, Viewport
from explorer.world.scene import LayerNode, Scene

CLOUD_RADIUS = 0.9
"""Scene units that hold 95% of a cloud's points."""

STEP = np.array([2.35, 0.0, -3.1])
"""From a layer to the next: away and to the right, so that what comes next recedes beside this one."""

LANE = np.array([0.0, 2.6, 0.0])
"""Between layers that lie side by side (branches)."""

VIEW_DIRECTION = matrices.unit(np.array([-0.34, 0.30, 1.0]))
"""From a node to the camera in its usual view."""


def make_scene(world: World) -> Scene:
    """The scene of a world: every layer a node, placed by its depth in the network."""
    entries = world.manifest.layers
    positions = place([entry.inputs for entry in entries])
    nodes = tuple(
        LayerNode(e.name, e.kind, e.shape, e.inputs, e.radius, position, e.maps is not None)
        for e, position in zip(entries, positions, strict=True)
    )
    names = world.manifest.class_names
    counts = np.bincount(world.labels[world.labels >= 0], minlength=len(names)) if names else np.zeros(0, dtype=int)
    return Scene(
        title=world.manifest.title,
        nodes=nodes,
        images=world.manifest.images,
        class_names=names,
        class_counts=tuple(int(n) for n in counts),
        class_colours=class_colours(len(names)),
    )


def place(inputs: Sequence[tuple[int, ...]]) -> Float64:
    """Positions (L, 3) of layers in network order, given which layers feed each.

    A layer stands one step beyond the deepest of its inputs; layers of equal depth share the place
    side by side. A layer without inputs starts a line of its own after the one before it.
    """
    depths: list[int] = []
    for feeding in inputs:
        before = max((depths[i] for i in feeding), default=depths[-1] if depths else -1)
        depths.append(before + 1)
    positions = np.zeros((len(depths), 3))
    for depth in sorted(set(depths)):
        row = [i for i, d in enumerate(depths) if d == depth]
        for lane, index in enumerate(row):
            positions[index] = depth * STEP + (lane - (len(row) - 1) / 2) * LANE
    return positions


def node_pose(position: Float64) -> Pose:
    """The usual view of a node: its cloud fills two thirds of the uncovered height."""
    distance = CLOUD_RADIUS / np.sin(FOV / 2) / 0.66
    eye = position + VIEW_DIRECTION * distance
    return Pose(eye, matrices.looking(eye, position))


def overview_pose(scene: Scene, viewport: Viewport) -> Pose:
    """A view from the side from which every node is seen."""
    positions = np.stack([node.position for node in scene.nodes])  # (L, 3)
    left, top, right, bottom = viewport.clear
    aspect = (right - left) / (bottom - top)
    side = matrices.unit(np.cross(STEP, LANE))  # seen from here the input is on the left
    direction = matrices.unit(side + np.array([0.0, 0.35, 0.0]) - 0.25 * matrices.unit(STEP))
    centre = (positions.min(axis=0) + positions.max(axis=0)) / 2
    orientation = matrices.looking(centre + direction, centre)
    axes = np.stack([matrices.rotate(orientation, axis) for axis in np.eye(3)])  # (3, 3) rows: camera axes
    offsets = (positions - centre) @ axes.T  # (L, 3) camera frame: right, up, back
    reach = np.abs(offsets[:, :2]) + 1.5 * CLOUD_RADIUS  # (L, 2) room for cloud and label
    needed = reach / (np.tan(FOV / 2) * np.array([aspect, 1.0])) + offsets[:, 2:]  # (L, 2)
    return Pose(centre + direction * float(needed.max()), orientation)
