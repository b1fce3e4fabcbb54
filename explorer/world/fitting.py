"""The matrices of a look: each layer's space, scaled so that what the tour shows of it fills the usual view."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from explorer.geometry import informed, spaces
from explorer.geometry.informed import Preference
from explorer.types import DIMS, Float64
from explorer.world.layout import SHOWN_RADIUS
from explorer.world.looks import DISCRIMINANT, PRINCIPAL, WHITENED, Look
from explorer.world.scene import Scene

_KNOTS = (0.0, 0.125, 0.25, 0.5, 0.75, 1.0)
"""Strengths at which the scale is worked out; between them it is interpolated."""


def matrix(scene: Scene, look: Look, layer: int) -> Float64:
    """The (15, 15) of a layer under a look, read-only: ``x @ matrix`` in scene units."""
    return scene.survey.kept((look, layer), lambda: _matrix(scene, look, layer))


def preference(scene: Scene, look: Look, layer: int) -> Preference:
    """Which axes of the space that a look shows of a layer an informed tour prefers."""
    key = ("preference", replace(look, strength=0.0, each=True), layer)
    return scene.survey.kept(key, lambda: _preference(scene, look, layer))


def _matrix(scene: Scene, look: Look, layer: int) -> Float64:
    if look.each:
        radius = _radius(scene, look, layer)
    else:
        radius = max(_radius(scene, look, other) for other in range(len(scene.nodes)))
    return _space(scene, look, layer) * (SHOWN_RADIUS / radius if radius > 0.0 else 0.0)


def _radius(scene: Scene, look: Look, layer: int) -> float:
    """The radius that holds 95% of the points in the views of a tour, mean over views, before scaling."""
    radii = [_radius_at(scene, replace(look, strength=knot), layer) for knot in _around(look.strength)]
    return float(np.interp(look.strength, _around(look.strength), radii))


def _radius_at(scene: Scene, look: Look, layer: int) -> float:
    def radius() -> float:
        stretch = np.eye(DIMS)
        if look.strength > 0.0:
            stretch = preference(scene, look, layer).stretch(look.strength)
        return spaces.shown_radius(scene.survey.few(layer) @ _space(scene, look, layer), informed.projections(stretch))

    # A turn of the whole space changes no radius on the average; neither does what the other layers do.
    return scene.survey.kept(("radius", replace(look, each=True, aligned=True), layer), radius)


def _around(strength: float) -> tuple[float, ...]:
    """The knot at a strength, or the two on its sides."""
    above = next(i for i, knot in enumerate(_KNOTS) if knot >= strength)
    return _KNOTS[above : above + 1] if _KNOTS[above] == strength else _KNOTS[above - 1 : above + 1]


def _preference(scene: Scene, look: Look, layer: int) -> Preference:
    space = _space(scene, look, layer)
    if look.index == DISCRIMINANT:
        return informed.by_classes(scene.survey.scatter(layer, look.key, look.merged).seen(space))
    return informed.by_variance(space.T @ scene.survey.covariance(layer) @ space)


def _space(scene: Scene, look: Look, layer: int) -> Float64:
    """The (15, 15) of a space, in no particular scale."""
    survey = scene.survey
    if look.space == PRINCIPAL:
        return _principal(scene, layer)  # in a frame of its own, whatever that of the embedding
    found = np.eye(DIMS)
    if look.space == DISCRIMINANT:
        question = (DISCRIMINANT, look.key, look.merged, layer)
        found = survey.kept(question, lambda: spaces.discriminant(survey.scatter(layer, look.key, look.merged)))
    elif look.space == WHITENED:
        found = survey.kept((WHITENED, layer), lambda: spaces.whitened(survey.covariance(layer)))
    return found if look.aligned else found @ survey.turned_back(layer)


def _principal(scene: Scene, layer: int) -> Float64:
    """The principal axes of a layer, consistent with those of the layers it comes from."""
    way = [layer]
    while scene.nodes[way[-1]].inputs:
        way.append(scene.nodes[way[-1]].inputs[0])
    axes = scene.survey.kept((PRINCIPAL, way[-1]), partial(_axes_of, scene, way[-1], None))
    for at in reversed(way[:-1]):
        axes = scene.survey.kept((PRINCIPAL, at), partial(_axes_of, scene, at, axes))
    return axes


def _axes_of(scene: Scene, layer: int, before: Float64 | None) -> Float64:
    return spaces.principal(scene.survey.covariance(layer), before)
