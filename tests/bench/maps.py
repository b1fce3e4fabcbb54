"""How long all activation maps of one image take to read, and how many bytes they are.

    python -m tests.bench.maps [NAME.world] [--images 300] [--layers 20]

Without a world one is made in a temporary folder: 10,000 images, the shapes of ResNet-20's layers, 60% zeros. The
world is opened anew for each image in the column "opened anew", so that no Python object of it is warm; the disk's
cache is as it is.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from explorer.store.manifest import VERSION, LayerEntry, Manifest
from explorer.store.maps import MapWriter
from explorer.store.read import World, open_world
from explorer.store.write import WorldWriter, layer_path
from explorer.types import DIMS, Float64

SHAPES = (
    (3, 32, 32), *((16, 32, 32),) * 7, *((32, 16, 16),) * 6, *((64, 8, 8),) * 6, (64, 1, 1), (10, 1, 1), (10, 1, 1),
)  # fmt: skip
"""(C, h, w) of the 23 layers: the input, ResNet-20's convolutions, the pooled code, logits and softmax."""

BATCH = 250


def make(path: Path, images: int, layers: int) -> Path:
    """Write a world whose maps look like those after a ReLU."""
    rng = np.random.default_rng(0)
    path.mkdir(parents=True)
    writer, entries = WorldWriter(path), []
    for index, shape in enumerate(SHAPES[:layers]):
        with MapWriter(path / layer_path("maps", index)) as maps:
            for start in range(0, images, BATCH):
                count = min(BATCH, images - start)
                values = np.maximum(rng.standard_normal((count, *shape), np.float32) - np.float32(0.25), 0)
                maps.add(values, np.mean(values == 0, axis=(1, 2, 3)))
        entry = LayerEntry(
            f"layer{index}", "", shape, (index - 1,) if index else (), 0.0, "", map_shape=shape, map_range=maps.largest
        )
        entries.append(writer.layer(index, entry, rng.standard_normal((images, DIMS), np.float32)))
    writer.finish(Manifest(VERSION, "bench", images, tuple(entries), files=writer.files))
    return path


def read_all(world: World, image: int) -> None:
    """All maps of one image."""
    for layer in range(len(world.manifest.layers)):
        world.maps(layer, image)


def times(path: Path, images: list[int], anew: bool) -> Float64:
    """Milliseconds for each of ``images``; the opening of the world itself is not counted."""
    taken, world = [], open_world(path)
    for image in images:
        if anew:
            world = open_world(path)
        began = time.perf_counter()
        read_all(world, image)
        taken.append(1000 * (time.perf_counter() - began))
    return np.array(taken)


def report(path: Path, count: int) -> Table:
    """The figures of a world, to be printed."""
    world = open_world(path)
    n, layers = world.manifest.images, [x for x in world.manifest.layers if x.maps]
    chosen = [int(x) for x in np.random.default_rng(1).integers(0, n, count)]
    table = Table(title=f"{path.name}: {n:,} images, maps of {len(layers)} layers")
    for column in ("all maps of one image", "median ms", "p95 ms", "worst ms"):
        table.add_column(column, justify="right")
    for name, anew in (("opened anew", True), ("opened once", False)):
        figures = times(path, chosen, anew)
        shown = (np.median(figures), np.quantile(figures, 0.95), figures.max())
        table.add_row(name, *(f"{x:.2f}" for x in shown))
    size = sum(world.manifest.files[f"{x.maps}.npy"].bytes for x in layers)
    raw = sum(int(np.prod(x.map_shape or ())) for x in layers)
    table.caption = f"{size / n / 1e3:.1f} kB per image, {size / n / len(layers):.0f} bytes per image and layer, \
{raw / 1e3:.1f} thousand values per image"
    return table


def main() -> None:
    """Make or open a world, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", nargs="?", type=Path)
    parser.add_argument("--images", type=int, default=300, help="how many random images are read")
    parser.add_argument("--size", type=int, default=10_000, help="images of the world that is made")
    parser.add_argument("--layers", type=int, default=len(SHAPES), help="layers of the world that is made")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.world or make(Path(folder) / "bench.world", args.size, args.layers)
        Console().print(report(path, args.images))


if __name__ == "__main__":
    main()
