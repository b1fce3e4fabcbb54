"""Composes the draw list of a state: which clouds, where, how many of their points, which labels."""

from __future__ import annotations

import numpy as np

from explorer.geometry import camera as cameras
from explorer.geometry import matrices
from explorer.types import DIMS, SHOWN, Float32, Float64, Frame
from explorer.world import fading
from explorer.world.detail import counts, needs
from explorer.world.display import shown_basis
from explorer.world.draw_list import Cloud, DrawList, Highlight, Label, Line
from explorer.world.eye import Eye, between, eye_of, presence, visible
from explorer.world.layout import CLOUD_RADIUS, VIEW_DISTANCE
from explorer.world.lens import mixture, transform
from explorer.world.state import AppState
from explorer.world.threads import threads
from explorer.world.travel import cloud_frame, node_frame

BACKGROUND = (0.035, 0.042, 0.058)
_EDGE = (0.45, 0.62, 0.86, 0.55)
_PINNED = (1.0, 1.0, 1.0, 1.0)
_HOVERED = (1.0, 1.0, 1.0, 0.75)
_BETWEEN = 0.02
"""Share of the way from a layer to the next that is as good as there."""
_DETAILED = 9.0
"""Distance in scene units from which labels are their titles alone."""
_CORE = 0.6
"""Share of a cloud's radius within which most of its points are seen."""


def draw_list(state: AppState) -> DrawList:
    """Everything to be drawn of this state; costs nothing that grows with the points."""
    eye = eye_of(state)
    shown, others = presence(state), between(state)
    focus = max(1.0, eye.distance(cloud_frame(state).position))
    # Points are spaced by the cube root of their number: the size that keeps clouds airy. Coming nearer
    # they grow less than the space between them, so that zooming in takes tight clusters apart.
    fog = (focus + 0.5, 1.6 * focus + 9.0)
    distance = float(np.linalg.norm(cloud_frame(state).position - state.camera.pose.position))
    palette = _palette(state)
    spacing = state.scene.images ** (-1 / 3) * min(1.0, max(0.1, distance / VIEW_DISTANCE)) ** 0.7
    return DrawList(
        viewport=state.viewport,
        view=eye.view,
        projection=eye.projection,
        clouds=tuple(_clouds(state, eye, shown)),
        lines=tuple(_edges(state, others)),
        highlights=_highlights(state),
        labels=tuple(_labels(state, eye, shown)) if state.labels else (),
        palette=palette,
        colouring=state.colouring.key,
        rows=state.colouring.rows,
        lost=_lost(state, eye, fog[1]),
        selection=state.selecting.shown if state.selecting.emphasis > 0.0 else None,
        emphasis=_emphasis(state),
        shift=cameras.ease(state.display.shift),
        radial=state.display.radial,
        still=state.detail.still,
        slice=state.display.slice,
        threads=threads(state, lambda layer, node: _placed(state, layer, node), palette, others),
        point_size=0.24 * spacing * state.size_factor,
        sprite_size=0.75 * spacing * state.size_factor,
        images=state.images_amount,
        fog=fog,
        background=BACKGROUND,
    )


def placement(transform: Float64, frame: Frame, basis: Float64) -> Float64:
    """The (16, 4) matrix that takes ``[x(15), 1]`` of a layer to its homogeneous place in the world.

    Args:
        transform: (15, 15) of the layer, see ``world.lens``.
        frame: where the cloud stands.
        basis: (15, 3) of the tour.
    """
    matrix = np.zeros((DIMS + 1, 4))
    matrix[:DIMS, :SHOWN] = transform @ basis @ _turned(frame)
    matrix[DIMS, :SHOWN] = frame.position
    matrix[DIMS, 3] = 1.0
    return matrix


def _placed(state: AppState, layer: int, node: int) -> Float64:
    """The placement (16, 4) of a layer in the cloud of a node, as the tour shows it now."""
    return placement(transform(state, layer), node_frame(state, node), shown_basis(state))


def _turned(frame: Frame) -> Float64:
    """The axes of a frame as rows (3, 3): ``local @ axes`` is in the world's."""
    # Written out, as it is needed for every node in every frame: 30 times faster than by quaternion.
    cos, sin = np.cos(frame.yaw), np.sin(frame.yaw)
    return np.array([[cos, 0.0, -sin], [0.0, 1.0, 0.0], [sin, 0.0, cos]])


def _clouds(state: AppState, eye: Eye, opacities: Float64) -> list[Cloud]:
    nodes, cut = visible(state, eye), state.display.slice is not None
    frames = [node_frame(state, index) for index in nodes]
    shown = counts(needs(eye, [frame.position for frame in frames]), state.detail.fullness, state.scene.images)  # (n,)
    clouds = []
    for index, count in zip(nodes, shown, strict=True):
        source, amount = mixture(state, index)[0][0], mixture(state, index)[-1][1]
        here = _placed(state, source, index)
        there = _placed(state, index, index) if source != index else here
        amount = amount if source != index else 0.0
        spaces = (transform(state, source), transform(state, index)) if cut else (None, None)
        opacity = float(opacities[index])
        clouds.append(Cloud(index, source, index, amount, here, there, int(count), opacity, *spaces))
    return sorted(clouds, key=lambda cloud: -eye.distance(cloud.placement[DIMS, :SHOWN]))


def _lost(state: AppState, eye: Eye, dark: float) -> bool:
    """Whether all clouds are out of the picture or fogged over at the distance ``dark``, and no way leads back yet."""
    if state.camera.path is not None:
        return False
    for index in np.flatnonzero(presence(state) > 0.0).tolist():
        position = node_frame(state, index).position
        radius = _CORE * CLOUD_RADIUS
        if -radius < eye.distance(position) < dark and eye.sees(position, radius):
            return False
    return True


def _edges(state: AppState, others: float) -> list[Line]:
    if others <= 0.0:
        return []
    nodes = state.scene.nodes
    lines = []
    for node in nodes:
        for feeding in node.inputs:
            start, end = nodes[feeding].position, node.position
            inset = CLOUD_RADIUS * 0.6 * matrices.unit(end - start)
            colour = (*_EDGE[:3], _EDGE[3] * others)
            lines.append(Line(start + inset, end - inset, colour, 2.0))
    return lines


def _highlights(state: AppState) -> tuple[Highlight, ...]:
    marks = []
    if state.hover is not None and state.hover.image != state.pinned:
        marks.append(Highlight(state.hover.image, _HOVERED, 15.0))
    if state.pinned is not None:
        marks.append(Highlight(state.pinned, _PINNED, 20.0))
    return tuple(marks)


def _labels(state: AppState, eye: Eye, shown: Float64) -> list[Label]:
    nodes = state.scene.nodes
    frames = [node_frame(state, index) for index in range(len(nodes))]
    below = np.stack([frame.position - np.array([0.0, CLOUD_RADIUS * 0.68, 0.0]) for frame in frames])  # (L, 3)
    clear = _uncovered(state, eye, np.stack([frame.position for frame in frames]), below)  # (L,)
    labels = []
    for index in range(len(nodes)):
        current = index == state.layer
        opacity = float(shown[index]) * (1.0 if current else float(clear[index]))
        if opacity > 0.0:
            detail = 1.0 if current else float(np.clip((_DETAILED - eye.distance(below[index])) / 1.5, 0.0, 1.0))
            title, subtitle = _named(state, index)
            labels.append(Label(index, below[index], title, subtitle, opacity, current, detail))
    return labels


def _emphasis(state: AppState) -> float:
    """How much the selection stands out, 0 to 1; not while a category is looked at in the legend."""
    looked_at = fading.attention(state.fading, state.colouring, state.hidden_classes)
    return cameras.ease(state.selecting.emphasis) * (1.0 - looked_at)


def _named(state: AppState, index: int) -> tuple[str, str]:
    """What stands below a cloud: its layer, or the two between which the scrubber holds it."""
    node, held = state.scene.nodes[index], state.morph
    if held is None or held.target != index or held.held is None or not _BETWEEN < held.held < 1.0 - _BETWEEN:
        return node.name, node.subtitle
    first, last = sorted((held.source, held.target))
    share = held.held if held.target == last else 1.0 - held.held
    return f"{state.scene.nodes[first].name} → {state.scene.nodes[last].name}", f"{share:.0%} of the way"


def _uncovered(state: AppState, eye: Eye, clouds: Float64, labels: Float64) -> Float64:
    """How much of each label (L,) no nearer cloud hides, 0 to 1: labels are drawn over everything."""
    place = matrices.to_pixels(labels, eye.view, eye.projection, state.viewport)  # (L, 3)
    discs = matrices.to_pixels(clouds, eye.view, eye.projection, state.viewport)  # (L, 3)
    radii = 0.5 * CLOUD_RADIUS * eye.focal / np.maximum(discs[:, 2], 0.1)  # (L,) pixels
    gaps = np.linalg.norm(place[:, None, :2] - discs[None, :, :2], axis=2) / radii  # (L, L)
    nearer = (discs[None, :, 2] < place[:, None, 2] - 0.1) & (discs[None, :, 2] > 0.1)  # (L, L)
    shares = np.clip((gaps - 0.85) / 0.4, 0.0, 1.0)  # (L, L) soft edge
    return np.asarray(np.where(nearer, shares, 1.0).min(axis=1))


def _palette(state: AppState) -> Float32:
    colours = state.colouring.colours
    palette = np.ones((len(colours), 4), dtype=np.float32)
    palette[:, :3] = colours
    palette[:, 3] = fading.amounts(state.fading, state.colouring, state.hidden_classes)
    return palette
