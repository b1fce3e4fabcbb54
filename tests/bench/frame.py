"""What a frame of the tour costs, against drawing the same points already projected.

    python tests/bench/frame.py [--sizes 5000,50000,500000,2000000] [--frames 40] [--check]

A: the product's renderer, one cloud, another basis in every frame, projected 15 -> 3 on the GPU.
B: the same renderer and fragment shader over a buffer of the places that the same basis gives, (x, y, z, 1):
   16 bytes for each point instead of 64, and one matrix instead of four.
A and B take turns within each frame and swap who is first; both times include ``ctx.finish()``. Figures are
medians. Python: processor time of the calling thread in ``Renderer.draw``, less that in the clouds' draw calls,
which on a software renderer shade the vertices on that thread (their number is in the table: one for each
slice there, one on a GPU). Times depend on the machine and on what else runs on it; ratios do less.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any, cast

import moderngl
import numpy as np
from rich.console import Console
from rich.table import Table

from explorer.draw.context import headless_context, renderer_name
from explorer.draw.points import Clouds
from explorer.draw.renderer import Renderer
from explorer.draw.shaders import Shader
from explorer.draw.target import Target
from explorer.geometry import matrices
from explorer.resources import resource
from explorer.store.read import World
from explorer.types import Float32, Float64, Int32, Pose, Viewport
from explorer.world.draw_list import Cloud, DrawList

SIZE = (1280, 720)
TARGET_RATIO = 1.15
TARGET_FROM = 500_000
BASES = 5

_PROJECTED = """
in vec4 x0;
uniform mat4 camera;
invariant gl_Position;
vec4 place() { return camera * x0; }
float centre_depth() { return camera[3].w; }
"""


@dataclass
class BenchWorld:
    """Gaussian clusters in 15 dimensions, whose 95% radius is 1."""

    images: int
    manifest: Any = field(init=False)
    labels: Int32 = field(init=False)
    points: Float32 = field(init=False)
    thumbnails: None = None

    def __post_init__(self) -> None:
        rng = np.random.default_rng(0)
        self.manifest = argparse.Namespace(images=self.images)
        self.labels = rng.integers(0, 10, self.images, dtype=np.int32)
        self.points = rng.standard_normal((self.images, 15), dtype=np.float32)  # (N, 15)
        self.points += 2.0 * rng.standard_normal((10, 15), dtype=np.float32)[self.labels]
        self.points /= np.quantile(np.linalg.norm(self.points[:10_000], axis=1), 0.95)

    def embedding(self, layer: int) -> Float32:
        return self.points


class TimedClouds(Clouds):
    """Notes the time that goes into draw calls."""

    in_calls = 0.0

    def _render(self, array: moderngl.VertexArray, count: int, size: int) -> None:
        start = time.thread_time()
        super()._render(array, count, size)
        self.in_calls += time.thread_time() - start


class ProjectedClouds(TimedClouds):
    """Layer k is the cloud under basis k, projected beforehand."""

    bases: list[Float64]
    camera: Float64

    def _matrix(self, shader: Shader, name: str, matrix: Float64) -> None:
        camera = np.vstack([np.zeros((3, 4)), matrix[15]])  # the row of the place, then x, y, z by the camera
        camera[:3] = self.camera[:3]
        self._uploads.uniform(shader.program, "camera", camera.astype(np.float32).tobytes())

    def _array(self, shader: Shader, first: int, second: int) -> moderngl.VertexArray:
        key = (shader.name, shader.defines, first, second)
        if key not in self._arrays:
            places = np.ones((len(self.order), 4), np.float32)  # (N, 4)
            places[:, :3] = self._world.embedding(0)[self.order] @ self.bases[first].astype(np.float32)
            self._layers[first] = self._ctx.buffer(places.tobytes())
            content = [(self._layers[first], "4f", "x0"), (self._categories, "1i", "category")]
            self._arrays[key] = self._ctx.vertex_array(shader.program, content)
        return self._arrays[key]


@dataclass
class Side:
    """One of the two ways of drawing, and what it took."""

    renderer: Renderer
    clouds: TimedClouds
    frame_ms: list[float] = field(default_factory=list)
    python_ms: list[float] = field(default_factory=list)
    bytes: int = 0

    def draw(self, frame: DrawList, target: Target, ctx: moderngl.Context, keep: bool) -> None:
        ctx.finish()
        self.clouds.in_calls = 0.0
        start, thread_start = time.perf_counter(), time.thread_time()
        self.renderer.draw(frame, target)
        python = time.thread_time() - thread_start - self.clouds.in_calls
        ctx.finish()
        total = time.perf_counter() - start
        if keep:
            self.frame_ms.append(total * 1e3)
            self.python_ms.append(python * 1e3)
            self.bytes = self.renderer.uploaded_bytes


def make_side(ctx: moderngl.Context, world: BenchWorld, kind: type[TimedClouds], folder: Path | None) -> Side:
    """A renderer whose clouds are timed."""
    renderer = Renderer(ctx, cast(World, world), shader_dir=folder)
    old = renderer._clouds
    renderer._clouds = clouds = kind(ctx, cast(World, world), renderer._shaders, renderer._uploads)
    clouds.constants = old.constants
    old.release()
    return Side(renderer, clouds)


def view_of(images: int) -> DrawList:
    """The usual view of a node: the cloud fills much of the picture."""
    viewport = Viewport(*SIZE)
    pose = Pose(np.array([0.0, 0.0, 2.6]), matrices.IDENTITY)
    palette = np.random.default_rng(1).uniform(0.3, 1.0, (11, 4)).astype(np.float32)
    palette[:, 3] = 1.0
    return DrawList(
        viewport=viewport,
        view=matrices.view_matrix(pose),
        projection=matrices.projection_matrix(0.87, viewport, 0.05, 200.0),
        clouds=(),
        lines=(),
        highlights=(),
        labels=(),
        palette=palette,
        point_size=0.4 * images ** (-1 / 3),
        sprite_size=0.1,
        images=0.0,
        fog=(20.0, 60.0),
        background=(0.035, 0.042, 0.058),
    )


def placed(basis: Float64) -> Float64:
    """(16, 4) placement at the origin."""
    placement = np.zeros((16, 4))
    placement[:15, :3] = 1.6 * basis
    placement[15, 3] = 1.0
    return placement


def measure(ctx: moderngl.Context, images: int, frames: int, folder: Path) -> tuple[Side, Side, float]:
    """Both ways at one size, and the share of pixels on which their pictures differ."""
    world = BenchWorld(images)
    rng = np.random.default_rng(2)
    bases = [np.linalg.qr(rng.standard_normal((15, 3)))[0] for _ in range(BASES)]
    tour = make_side(ctx, world, TimedClouds, None)
    flat = make_side(ctx, world, ProjectedClouds, folder)
    view = view_of(images)
    cast(Any, flat.clouds).bases = [1.6 * basis for basis in bases]
    cast(Any, flat.clouds).camera = view.view @ view.projection
    target = Target(ctx, SIZE)
    pictures = []
    for frame in range(-BASES, frames):
        k = frame % BASES
        place = placed(bases[k])
        shown = [
            (side, replace(view, clouds=(Cloud(0, layer, layer, 0.0, place, place, images, 1.0),)))
            for side, layer in ((tour, 0), (flat, k))
        ]
        for side, draw_list in shown if frame % 2 else reversed(shown):
            side.draw(draw_list, target, ctx, keep=frame >= 0)
            if frame == -1:
                pictures.append(target.read_rgb())
    difference = float((pictures[0] != pictures[1]).any(axis=2).mean())
    for side in (tour, flat):
        side.renderer.release()
    target.release()
    return tour, flat, difference


def main() -> int:
    """Prints the table; with --check the exit code says whether the target is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="5000,50000,500000,2000000", help="numbers of points, separated by commas")
    parser.add_argument("--frames", type=int, default=40, help="measured frames for each size")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a large size misses the target ratio")
    options = parser.parse_args()
    ctx = headless_context()
    table = Table(title=f"a frame of the tour, {SIZE[0]}x{SIZE[1]}, {renderer_name(ctx)}")
    columns = ("points", "tour ms", "projected ms", "ratio", "Python ms", "bytes sent", "draw calls", "pixels unlike")
    for name in columns:
        table.add_column(name, justify="right")
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        shaders = Path(shutil.copytree(resource("shaders"), Path(folder) / "shaders"))
        (shaders / "include" / "place.glsl").write_text(_PROJECTED, encoding="utf-8")
        for images in (int(size) for size in options.sizes.split(",")):
            tour, flat, difference = measure(ctx, images, options.frames, shaders)
            ratio = median(a / b for a, b in zip(tour.frame_ms, flat.frame_ms, strict=True))
            missed |= images >= TARGET_FROM and ratio > TARGET_RATIO
            size = tour.clouds.slice or images
            table.add_row(
                f"{images:,}",
                f"{median(tour.frame_ms):.2f}",
                f"{median(flat.frame_ms):.2f}",
                f"{ratio:.2f}",
                f"{median(tour.python_ms):.2f}",
                str(tour.bytes),
                str(-(-images // size)),
                f"{difference:.2%}",
            )
    Console(width=120).print(table)
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
