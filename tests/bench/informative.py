"""How much of the view the points use, and how much of what the 15 dimensions know a view of 3 of them shows.

    LAYERFLIGHT_DATA=... python tests/bench/informative.py [--layers 12,16] [--frames 200] [--asked 10000]

On the published embeddings (`googlenet15d`, 50,000 images), as the product shows them: `lens.transform`, then a
tour with a fixed seed, sampled along its way. For every layer, space and kind of tour, means over the frames:

radius     of 95% of the points, as a share of the usual view's
variance   share of the variance in the space that the three coordinates hold
accuracy   how often most of the 10 nearest in the three coordinates have an image's coarse label; `asked` images
           ask (seeded), all 50,000 answer, ties go to the smaller label

The standard error of a mean over 200 frames is below .001. First the figures of the issue, at Inception-4d.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.spatial import cKDTree

from explorer.builder.imported import import_world
from explorer.geometry import spaces, tour
from explorer.geometry.rotation import random_basis
from explorer.store.read import World, open_world
from explorer.types import DIMS, Float64, Int32, Viewport
from explorer.world import intents as say
from explorer.world.layout import VIEW_RADIUS, make_scene
from explorer.world.lens import grand_aim, transform
from explorer.world.rules.looking import SECONDS
from explorer.world.state import AppState
from explorer.world.update import initial_state, update

NEAREST = 10
FOUR_D = 12
"""Index of Inception-4d."""
STEP = 0.9
"""Radians of the tour from frame to frame."""
SEED = 3

UNIFORM, INFORMED = "raw", "discriminant, informed"

KINDS: dict[str, tuple[say.Intent, ...]] = {
    UNIFORM: (say.SetSpace("raw"),),
    "principal": (say.SetSpace("principal"),),
    "whitened": (say.SetSpace("whitened"),),
    "discriminant": (say.SetSpace("discriminant"),),
    "raw, informed": (say.SetSpace("raw"), say.SetInformed(1.0, "discriminant")),
    INFORMED: (say.SetSpace("discriminant"), say.SetInformed(1.0, "discriminant")),
}
"""What is asked of the product for each column."""


@dataclass(frozen=True)
class Figures:
    """Means over the frames of one layer seen in one way."""

    radius: float
    variance: float
    accuracy: float
    error: float
    """Standard error of the accuracy."""


def accuracy(places: Float64, labels: Int32, asked: NDArray[np.int64]) -> float:
    """Share of the asked rows whose label most of their nearest others have.

    Args:
        places: (N, k) of all who answer.
        labels: (N,) of at least 0.
        asked: (Q,) rows of those who ask.
    """
    near = cKDTree(places, balanced_tree=False).query(places[asked], NEAREST + 1)[1]  # (Q, 11)
    own = near == asked[:, None]  # (Q, 11)
    own[~own.any(axis=1), -1] = True  # so many at one place that one is not among one's nearest
    votes = labels[near[~own].reshape(len(asked), NEAREST)]  # (Q, 10)
    tally = np.zeros((len(asked), int(labels.max()) + 1), np.int16)
    for column in votes.T:
        tally[np.arange(len(asked)), column] += 1
    return float(np.mean(tally.argmax(axis=1) == labels[asked]))


def looking(world: World, kind: str, layer: int) -> AppState:
    """The product at a layer, with the space and the tour of a kind, come to rest."""
    state = initial_state(make_scene(world), Viewport(1280, 800))
    state = update(state, [*KINDS[kind], say.GoToLayer(layer, 0.0)], 0.0)
    return update(state, [], SECONDS)


def frames(state: AppState, count: int) -> list[Float64]:
    """Bases (15, 3) along the Grand Tour of a state."""
    now = tour.start_tour(SEED, 1.0, grand_aim(state))
    found = []
    for _ in range(count):
        now = tour.advance(now, STEP)
        found.append(now.basis)
    return found


def measured(path: Path, kind: str, layer: int, count: int, asks: int) -> Figures:
    """The figures of one layer seen in one way."""
    world, state = _world(path), looking(_world(path), kind, layer)
    asked = asking(world.manifest.images, asks)
    points = np.asarray(world.embedding(layer), np.float64) @ transform(state, layer)  # (N, 15)
    spread = spaces.covariance(points)
    shown = [points @ basis for basis in frames(state, count)]  # (N, 3) each
    radii = [float(np.quantile(np.linalg.norm(x, axis=1), 0.95)) for x in shown]
    held = [float(np.trace(spaces.covariance(x)) / np.trace(spread)) for x in shown]
    right = [accuracy(x, world.labels, asked) for x in shown]
    error = float(np.std(right) / np.sqrt(count))
    return Figures(float(np.mean(radii)) / VIEW_RADIUS, float(np.mean(held)), float(np.mean(right)), error)


def asking(images: int, count: int) -> NDArray[np.int64]:
    """(count,) the images that ask."""
    return np.random.default_rng(0).permutation(images)[:count]


def known_figures(path: Path, asks: int) -> Table:
    """The figures of the issue, found again with the product's own matrices."""
    world = _world(path)
    points = np.asarray(world.embedding(FOUR_D), np.float64)  # (N, 15)
    asked = asking(len(points), asks)
    total = spaces.covariance(points)
    spread = spaces.scatter(points, world.labels)
    best = spaces.discriminant_axes(spread)[0][:, :3]
    views = [random_basis(np.random.default_rng([1, i])) for i in range(40)]
    planes = [random_basis(np.random.default_rng([1, i]), DIMS, 2) for i in range(40)]

    def mean(matrix: Float64, bases: list[Float64]) -> float:
        return float(np.mean([accuracy(points @ matrix @ basis, world.labels, asked) for basis in bases]))

    rows: list[tuple[str, float, Callable[[], float]]] = [
        ("all 15 dimensions", 0.342, lambda: accuracy(points, world.labels, asked)),
        ("first three principal axes", 0.269, lambda: mean(np.eye(DIMS), [spaces.principal(total)[:, :3]])),
        ("random 3-D view, raw", 0.257, lambda: mean(np.eye(DIMS), views)),
        ("random 2-D view, raw", 0.188, lambda: mean(np.eye(DIMS), planes)),
        ("random 3-D view, whitened, floor 0.1", 0.244, lambda: mean(spaces.whitened(total), views)),
        ("random 3-D view, fully whitened", 0.187, lambda: mean(spaces.whitened(total, 0.0), views)),
        ("random 3-D view, discriminant", 0.277, lambda: mean(spaces.discriminant(spread), views)),
        ("the best three discriminant axes", 0.293, lambda: mean(best, [np.eye(3)])),
    ]
    table = Table(title=f"Inception-4d, accuracy; {asks:,} ask, {len(points):,} answer", title_justify="left", box=None)
    for name in ("view", "issue", "here"):
        table.add_column(name, justify="left" if name == "view" else "right")
    for name, wanted, found in rows:
        table.add_row(name, f"{wanted:.3f}", f"{found():.3f}")
    return table


def table(title: str, names: list[str], rows: list[list[str]]) -> Table:
    """Layers down, kinds across."""
    result = Table(title=title, title_justify="left", box=None)
    for name in ("layer", *names):
        result.add_column(name, justify="left" if name == "layer" else "right")
    for row in rows:
        result.add_row(*row)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", default="", help="indices, all by default")
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--asked", type=int, default=10_000)
    parser.add_argument("--kinds", default=";".join(KINDS), help="columns, separated by semicolons")
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side")
    options = parser.parse_args()
    data = os.environ.get("LAYERFLIGHT_DATA")
    if not data:
        parser.error("LAYERFLIGHT_DATA is not set: it names the folder that holds googlenet15d")
    console = Console(width=140)
    with tempfile.TemporaryDirectory() as folder:
        path = imported(Path(data) / "googlenet15d", Path(folder))
        console.print(known_figures(path, options.asked), "")
        names = [layer.name for layer in _world(path).manifest.layers]
        layers = [int(x) for x in options.layers.split(",")] if options.layers else list(range(len(names)))
        kinds = options.kinds.split(";")
        with ProcessPoolExecutor(options.jobs) as executor:
            found = {
                (layer, kind): executor.submit(measured, path, kind, layer, options.frames, options.asked)
                for layer in layers
                for kind in kinds
            }
            figures = {}
            for (layer, kind), future in found.items():
                figures[layer, kind] = future.result()
                print(names[layer], kind, figures[layer, kind], file=sys.stderr, flush=True)
    report(console, figures, names, layers, kinds, options.frames)


def report(
    console: Console, figures: dict[tuple[int, str], Figures], names: list[str], layers: list[int], kinds: list[str],
    count: int,
) -> None:  # fmt: skip
    """Print the three tables, and whether they are as they should be."""
    for title, field in (("Radius used by 95% of the points", "radius"), ("Share of variance", "variance"),
                         ("10-NN accuracy of the coarse label", "accuracy")):  # fmt: skip
        rows = [[names[x], *(f"{getattr(figures[x, kind], field):.3f}" for kind in kinds)] for x in layers]
        console.print(table(f"{title}, {count} frames", kinds, rows), "")
    narrow = [(names[x], kind) for x in layers for kind in kinds if figures[x, kind].radius < 0.85]
    console.print(f"radius below .85: {narrow or 'none'}")
    if not {UNIFORM, INFORMED} <= set(kinds):
        return
    gains = {x: figures[x, INFORMED].accuracy - figures[x, UNIFORM].accuracy for x in layers}
    errors = {x: np.hypot(figures[x, INFORMED].error, figures[x, UNIFORM].error) for x in layers}
    late = [x for x in layers if x >= FOUR_D]
    lost = [names[x] for x in late if gains[x] <= 0.0]
    text = ", ".join(f"{names[x]} {gains[x]:+.4f} ({gains[x] / errors[x]:.1f} errors)" for x in late)
    console.print(f"informed in the discriminant space over uniform in the raw one: {text}")
    console.print(f"layers from Inception-4d on where it does not win: {lost or 'none'}")


def imported(data: Path, folder: Path) -> Path:
    """The published embeddings as a world with their coarse labels."""
    (folder / "layers").mkdir()
    for file in data.glob("*-*.npy"):
        (folder / "layers" / file.name).symlink_to(file)
    return import_world(folder / "layers", folder / "googlenet.world", labels=data / "labels_coarse.npy")


@lru_cache(maxsize=1)
def _world(path: Path) -> World:
    return open_world(path)


if __name__ == "__main__":
    main()
