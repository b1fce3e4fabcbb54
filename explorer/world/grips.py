"""Where the handles of a cloud are, which of them are shown, and where a hand wants the one it holds.

What is done here every frame grows with the handles alone; the means of a layer's images are worked out once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from explorer.geometry.matrices import to_pixels
from explorer.types import DIMS, SHOWN, Float32, Float64, UInt8
from explorer.world.colouring import Colouring
from explorer.world.compose import placement
from explorer.world.display import displayed, shown_basis
from explorer.world.handles import CUSTOM, Custom, Grab, Key
from explorer.world.lens import mixture, transform
from explorer.world.state import AppState
from explorer.world.survey import Survey
from explorer.world.travel import camera_matrices, node_frame, pixel_ray

LARGEST = 10
"""Handles shown of a colouring in the beginning."""
_ROWS = 1 << 16  # images summed up at a time
_NEAREST = 0.05
"""Scene units in front of the eye, nearer than which nothing is pulled."""


@dataclass(frozen=True)
class Handle:
    """A handle as it stands in the list of those shown."""

    key: Key
    name: str
    colour: tuple[float, float, float]
    """RGB 0 to 1."""


def default_groups(colouring: Colouring) -> frozenset[int]:
    """The categories whose handles are shown in the beginning: the largest."""
    return frozenset(_by_size(colouring.counts)[:LARGEST]) if not colouring.continuous else frozenset()


def shown_groups(state: AppState) -> frozenset[int]:
    """Categories of what the points are coloured by that have their handle switched on."""
    colouring = state.colouring
    chosen = state.handles.chosen.get(colouring.key)
    return default_groups(colouring) if chosen is None else chosen


def shown(state: AppState) -> tuple[Handle, ...]:
    """The handles in the picture, in the order of their numbers: groups by size, then those of selections."""
    if not state.handles.on:
        return ()
    colouring, groups = state.colouring, shown_groups(state) - state.hidden_classes
    order = [label for label in _by_size(colouring.counts) if label in groups] if groups else []
    own = [handle_of(state, custom.key) for custom in state.handles.custom]
    return (*(handle_of(state, (colouring.key, label)) for label in order), *own)


def handle_of(state: AppState, key: Key) -> Handle:
    """A handle by its key.

    Raises:
        KeyError: there is none of that key.
    """
    kind, number = key
    if kind == CUSTOM:
        return Handle(key, _custom(state, number).name, (0.93, 0.95, 1.0))
    colouring = next((x for x in state.scene.colourings if x.key == kind), None)
    if colouring is None or not 0 <= number < len(colouring.names):
        raise KeyError(f"no handle {key}")
    red, green, blue = (float(x) for x in colouring.colours[number])
    return Handle(key, colouring.names[number], (red, green, blue))


def centroids(state: AppState, node: int, keys: Sequence[Key]) -> Float64:
    """Means (h, 15) of the images of each handle as a node's cloud shows them now, before the tour turns them.

    In scene units from the cloud's middle; NaN for a group without images.
    """
    found = np.zeros((len(keys), DIMS))
    for layer, share in mixture(state, node):
        if share > 0.0 and len(keys):
            found += share * (_means(state, layer, keys) @ transform(state, layer))
    return found


def places(state: AppState, node: int, keys: Sequence[Key]) -> Float64:
    """Where (h, 3) the handles of a node's cloud are, world frame."""
    return np.asarray(node_frame(state, node).position + offsets(state, node, keys) @ axes(state, node))


def offsets(state: AppState, node: int, keys: Sequence[Key]) -> Float64:
    """The same (h, 3) from the cloud's middle and in its own frame: where a point at the mean would be seen."""
    return displayed(state, centroids(state, node, keys) @ shown_basis(state))


def axes(state: AppState, node: int) -> Float64:
    """The axes (3, 3) of a node's own frame as rows: ``local @ axes`` is in the world's."""
    return placement(np.eye(DIMS), node_frame(state, node), np.eye(DIMS, SHOWN))[:SHOWN, :SHOWN]


def wanted(state: AppState, grab: Grab, reach: float) -> Float64 | None:
    """Where (3,) in its cloud's own frame a held handle should be now; None where the cursor says nothing.

    Args:
        state: now: the camera may have moved since the handle was taken.
        grab: the handle.
        reach: how far from the cloud's middle it can be, scene units.

    Returns:
        The place under the cursor in the plane of the grab; where the handle does not reach that, the nearest
        place under the cursor that it reaches; if there is none, the place that comes nearest to it.
    """
    turned, middle = axes(state, grab.node), node_frame(state, grab.node).position
    ray = pixel_ray(state, grab.x + grab.offset[0], grab.y + grab.offset[1]) @ turned.T  # (3,)
    eye = (state.camera.pose.position - middle) @ turned.T  # (3,)
    if state.display.flat:
        return _in_the_plane(eye, ray, reach)
    facing = state.camera.forward @ turned.T  # (3,)
    ahead = float((grab.anchor - eye) @ facing) / float(ray @ facing)
    foot = -float(eye @ ray)
    nearest = eye + foot * ray  # (3,) the ray's nearest place to the middle
    half = reach**2 - float(nearest @ nearest)
    if half < 0.0:
        return _on_the_outline(eye, ray, reach)
    enters, leaves = foot - np.sqrt(half), foot + np.sqrt(half)
    if leaves < _NEAREST:
        return None
    return np.asarray(eye + ray * min(max(ahead, enters, _NEAREST), leaves))


def _on_the_outline(eye: Float64, ray: Float64, reach: float) -> Float64 | None:
    """The place (3,) on the outline of all that is within reach that is seen nearest to a ray beside it."""
    distance = float(np.linalg.norm(eye))
    towards = -eye / distance
    aside = ray - (ray @ towards) * towards
    if ray @ towards <= 0.0:
        return None
    sine = reach / distance
    cosine = np.sqrt(1.0 - sine**2)
    tangent = cosine * towards + sine * aside / np.linalg.norm(aside)  # (3,) the ray turned until it touches
    return np.asarray(eye + distance * cosine * tangent)


def _in_the_plane(eye: Float64, ray: Float64, reach: float) -> Float64 | None:
    """The place (3,) under the cursor in the plane of a flat cloud, or the nearest on the rim of its reach."""
    ahead = -float(eye[2]) / float(ray[2]) if ray[2] else 0.0
    if ahead < _NEAREST:
        return None
    place = (eye + ray * ahead) * (1.0, 1.0, 0.0)
    return np.asarray(place * min(1.0, reach / max(float(np.linalg.norm(place)), 1e-12)))


def undisplayed(state: AppState, place: Float64) -> Float64:
    """The place (3,) that the display shows at ``place``, both from a cloud's middle and in its own frame."""
    correction = state.display.radial
    if correction is None:
        return place
    radii = np.linspace(0.0, correction.reach, len(correction.gains))
    radius = float(np.linalg.norm(place))
    if radius >= correction.reach or radius < 1e-12:  # nothing is moved out there
        return place
    return np.asarray(place * (float(np.interp(radius, radii * correction.gains, radii)) / radius))


def reach(state: AppState, centroid: Float64) -> float:
    """How far from the middle of its cloud a handle with a mean (15,) can be seen, scene units."""
    length = float(np.linalg.norm(centroid))
    return float(np.linalg.norm(displayed(state, np.array([length, 0.0, 0.0]))))


def horizon(state: AppState, node: int, reach: float, corners: int = 72) -> Float64 | None:
    """The outline (corners, 3) of all places within reach of a cloud's middle as the camera sees it, world frame.

    None from within.
    """
    middle = node_frame(state, node).position
    if state.display.flat:
        angle = np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)  # (corners,)
        return np.asarray(middle + reach * np.c_[np.cos(angle), np.sin(angle)] @ axes(state, node)[:2])
    towards = state.camera.pose.position - middle  # (3,)
    distance = float(np.linalg.norm(towards))
    if distance <= reach * 1.02:
        return None
    towards = towards / distance
    side = np.linalg.qr(np.c_[towards, np.eye(SHOWN)])[0][:, 1:SHOWN]  # (3, 2) beside the line of sight
    angle = np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)  # (corners,)
    # The lines of sight touch the sphere not around its middle but on a smaller circle before it.
    radius = reach * np.sqrt(1.0 - (reach / distance) ** 2)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (corners, 2)
    return np.asarray(middle + towards * (reach**2 / distance) + radius * (circle @ side.T))


def pixel(state: AppState, place: Float64) -> tuple[float, float]:
    """Where a place (3,) of the world falls on the screen, pixels."""
    view, projection = camera_matrices(state)
    x, y, _ = to_pixels(place[None], view, projection, state.viewport)[0]
    return float(x), float(y)


def _means(state: AppState, layer: int, keys: Sequence[Key]) -> Float64:
    """Means (h, 15) of the images of each handle in a layer, in the embedding's units."""
    survey = state.scene.survey
    found = np.empty((len(keys), DIMS))
    for row, (kind, number) in enumerate(keys):
        if kind == CUSTOM:
            found[row] = _mean(_custom(state, number), layer, survey)
        else:
            found[row] = survey.centroids(layer, kind, _categories(state, kind))[number]
    return found


def _mean(custom: Custom, layer: int, survey: Survey) -> Float64:
    if layer not in custom.means:
        custom.means[layer] = _mean_of(survey.embedding(layer), custom.mask)
    return custom.means[layer]


def _mean_of(embedding: Float32, mask: UInt8) -> Float64:
    total = np.zeros(DIMS)
    for start in range(0, len(mask), _ROWS):
        part = slice(start, start + _ROWS)
        total += np.asarray(embedding[part])[mask[part].view(bool)].sum(axis=0, dtype=np.float64)
    return np.asarray(total / np.count_nonzero(mask))


def _categories(state: AppState, kind: str) -> int:
    return next(len(x.names) for x in state.scene.colourings if x.key == kind)


def _custom(state: AppState, number: int) -> Custom:
    for custom in state.handles.custom:
        if custom.number == number:
            return custom
    raise KeyError(f"no handle of a selection has the number {number}")


@lru_cache(maxsize=64)
def _by_size(counts: tuple[int, ...]) -> tuple[int, ...]:
    """Categories that have images, the largest first."""
    found = [label for label, count in enumerate(counts) if count]
    return tuple(sorted(found, key=lambda label: (-counts[label], label)))
