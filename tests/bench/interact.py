"""What hands cost on top of a frame of the tour: hover, click, lasso, handle drag, another selection.

    python tests/bench/interact.py [--sizes 50000,2000000] [--rounds 15] [--check]

A session of the product, without a window and without panels, over a synthetic world of one layer. Each round
plays a plain frame of the tour and one frame with each action, in a new order; all times include ``ctx.finish()``.
Extra: the median over rounds of an action's frame less the plain frame of its round, as a share of the plain
frame; at most 1 is wanted, one extra frame. Sent: bytes uploaded to the GPU beyond those of the plain frame.

    hover      the cursor rests elsewhere on the cloud: what is under it is found
    click      the same, found at once for the click, and pinned
    lasso      an outline of 400 corners around a tenth of the images is closed: they are found and selected
    drag       a handle follows the cursor
    selection  half of the images are selected by a mask, another half each time
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import moderngl
import numpy as np
from rich.console import Console
from rich.table import Table

from explorer.app.session import Session
from explorer.draw.context import headless_context, renderer_name
from explorer.store.read import World, open_world
from explorer.store.write import LayerArrays, WorldArrays, write_world
from explorer.types import Float64
from explorer.world import intents as say
from explorer.world.catching import pixels, shown_images
from explorer.world.compose import draw_list

SIZE = (1280, 720)
MOST_EXTRA = 1.0
CHECKED_FROM = 2_000_000
SMALL = 1024
"""Bytes of matrices and the like that a frame may send besides."""
DT = 1 / 30
CORNERS = 400
CAUGHT = 0.1
"""Share of the images that the lasso encloses."""


def make_world(path: Path, images: int) -> World:
    """Ten Gaussian clusters in 15 dimensions, one layer, no pictures."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, images, dtype=np.int32)
    points = rng.standard_normal((images, 15), dtype=np.float32)  # (N, 15)
    points += 2.0 * rng.standard_normal((10, 15), dtype=np.float32)[labels]
    names = tuple(f"class {i}" for i in range(10))
    layers = [LayerArrays("input", points)]
    return open_world(write_world(path, WorldArrays("bench", layers, labels, names)))


class Bench:
    """A session, and the actions that are timed in it."""

    def __init__(self, ctx: moderngl.Context, world: World) -> None:
        self.ctx, self.session = ctx, Session(ctx, world, SIZE)
        self.rng = np.random.default_rng(1)
        self.seconds: dict[str, list[float]] = {}
        self.bytes: dict[str, list[int]] = {}
        self.halves = [(np.arange(world.manifest.images) % 2 == k).astype(np.uint8) for k in (0, 1)]
        self.session.frame([say.SetHud(False), say.ShowHandles("all")], DT)
        for _ in range(8):
            self.session.frame([], DT)

    def round(self) -> None:
        """Every action once, and a plain frame, in a new order."""
        actions: list[tuple[str, Callable[[], None]]] = [
            ("tour", self.tour), ("hover", self.hover), ("click", self.click), ("lasso", self.lasso),
            ("drag", self.drag), ("selection", self.selection),
        ]  # fmt: skip
        for index in self.rng.permutation(len(actions)):
            actions[index][1]()

    def timed(self, name: str, act: Callable[[], None]) -> None:
        self.ctx.finish()
        start = time.perf_counter()
        act()
        self.ctx.finish()
        self.seconds.setdefault(name, []).append(time.perf_counter() - start)
        self.bytes.setdefault(name, []).append(self.session.renderer.uploaded_bytes)

    def frame(self, *intents: say.Intent, cursor: tuple[float, float] | None = None) -> None:
        self.session.frame(intents, DT, cursor)

    def tour(self) -> None:
        self.timed("tour", self.frame)

    def hover(self) -> None:
        place = self.somewhere()
        self.timed("hover", lambda: self.frame(cursor=place))

    def click(self) -> None:
        place = self.somewhere()

        def act() -> None:
            self.session.look_under(*place)
            hover = self.session.state.hover
            self.frame(say.Pin(None if hover is None else hover.image))

        self.timed("click", act)
        self.frame(say.Pin(None))

    def lasso(self) -> None:
        """The outline is drawn before, as a hand does over many frames; closing it is what is timed."""
        corners = self.around_a_tenth()
        self.frame(say.SelectNone(), say.BeginOutline(*corners[0]), *[say.ExtendOutline(*x) for x in corners[1:]])
        self.timed("lasso", lambda: self.frame(say.EndOutline()))

    def drag(self) -> None:
        x, y = SIZE[0] / 2, SIZE[1] / 2
        self.frame(say.GrabHandle(("class", 3), x, y))
        self.timed("drag", lambda: self.frame(say.PullHandle(x + 40, y - 30)))
        self.frame(say.DropHandle())

    def selection(self) -> None:
        half = self.halves[len(self.seconds.get("selection", ())) % 2]
        self.timed("selection", lambda: self.frame(say.SelectMask(half)))

    def somewhere(self) -> tuple[float, float]:
        return float(SIZE[0] / 2 + self.rng.uniform(-120, 120)), float(SIZE[1] / 2 + self.rng.uniform(-120, 120))

    def around_a_tenth(self) -> list[tuple[float, float]]:
        """A wobbly outline about the middle of the cloud that encloses a tenth of the points seen in a sample."""
        scene, survey = draw_list(self.session.state), self.session.state.scene.survey
        x, y, _ = pixels(scene, survey, scene.clouds[0], slice(0, 20_000))
        middle = np.array([np.median(x), np.median(y)])
        radius = float(np.quantile(np.hypot(x - middle[0], y - middle[1]), CAUGHT))
        angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
        wobble: Float64 = radius * (1 + 0.1 * np.sin(5 * angle))
        places = middle + np.stack([wobble * np.cos(angle), wobble * np.sin(angle)], axis=1)  # (M, 2)
        return [(float(a), float(b)) for a, b in places]


def measure(ctx: moderngl.Context, world: World, rounds: int) -> Bench:
    """All actions, interleaved, ``rounds`` times after a round that is not counted."""
    bench = Bench(ctx, world)
    assert shown_images(draw_list(bench.session.state), bench.session.state.scene.survey).all()
    bench.round()
    bench.seconds.clear()
    bench.bytes.clear()
    for _ in range(rounds):
        bench.round()
    return bench


def extra(bench: Bench, name: str) -> float:
    """Median of what an action costs beyond the plain frame of its round, in plain frames."""
    plain = bench.seconds["tour"]
    return median((a - b) / b for a, b in zip(bench.seconds[name], plain, strict=True))


def main() -> int:
    """Prints the table; with --check the exit code says whether the target is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="50000,2000000", help="numbers of points, separated by commas")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a large size misses the target")
    options = parser.parse_args()
    ctx, missed = headless_context(), False
    table = Table(title=f"hands on the tour, {SIZE[0]}x{SIZE[1]}, {renderer_name(ctx)}")
    for name in ("points", "drawn", "action", "ms", "extra frames", "bytes sent", "bytes a point"):
        table.add_column(name, justify="left" if name == "action" else "right")
    for images in (int(size) for size in options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            bench = measure(ctx, make_world(Path(folder) / "bench.world", images), options.rounds)
            drawn = bench.session.renderer.points_drawn
            bench.session.release()
        for name, seconds in sorted(bench.seconds.items(), key=lambda item: item[0] != "tour"):
            sent = int(median(bench.bytes[name]))
            ratio = extra(bench, name)
            beyond = sent - int(median(bench.bytes["tour"]))
            missed |= images >= CHECKED_FROM and (ratio > MOST_EXTRA or beyond > images + SMALL)
            table.add_row(
                f"{images:,}", f"{drawn:,}", name, f"{1e3 * median(seconds):.1f}", f"{ratio:.2f}", f"{sent:,}",
                f"{beyond / images:.3f}",
            )  # fmt: skip
    Console(width=120).print(table)
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
