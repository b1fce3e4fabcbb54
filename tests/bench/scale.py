"""What a build costs as images and layers grow: the measured rates that docs/scale.md extrapolates from.

    LAYERFLIGHT_DATA=... python -m tests.bench.scale [--quick]

Every figure comes from a process of its own that is held to one core, in seconds of that core (so a busy machine
changes little), with the most memory that the process had.

Extraction: all default layers of MobileNetV2 at three sizes and of a ResNet-50 with random weights, on photographs of
imagenet1000/, maps and all. Neighbours and layouts: made-up features of 512 columns whose variance falls as 1/k, in
500 clusters; all of 5,000 to 40,000 points, and beyond that a few thousand queries of many.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from explorer.builder.embedding.align import aligned
from explorer.builder.embedding.embed import embed_layer, place_layer
from explorer.builder.embedding.neighbours import Search, nearest_neighbours
from explorer.builder.embedding.quality import kept_neighbourhoods, queried
from explorer.builder.options import BuildOptions, EmbedSettings
from explorer.builder.pipeline import build_world
from explorer.builder.progress import Silent
from explorer.types import Float32
from tests.operators import define_missing

SIZES = (5000, 10_000, 20_000, 40_000)
LARGE = (160_000, 640_000)
QUERIES = 1024
EPOCHS = 20
MODELS = (("mobilenet_v2", 128), ("mobilenet_v2", 160), ("mobilenet_v2", 224), ("resnet50", 224))


def features(count: int) -> Float32:
    """(N, 512) with the spectrum of principal components."""
    rng = np.random.default_rng(0)
    scale = (1 / np.sqrt(1 + np.arange(512))).astype(np.float32)
    centres = rng.standard_normal((500, 512), np.float32) * scale
    points = rng.standard_normal((count, 512), np.float32)
    points *= scale
    points += centres[rng.integers(0, 500, count)]
    return points


# ---------------------------------------------------------------- what is measured, each in its own process


def extraction(model: str, side: int, images: int) -> dict[str, Any]:
    """Core seconds of each part per image, bytes of the world and of what a build keeps while it runs."""
    define_missing()
    data = Path(os.environ["LAYERFLIGHT_DATA"])
    hub = model == "resnet50"
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "s.world"
        watched = _Watched(output.with_name("s.world.partial"))
        asked = BuildOptions(
            model=f"torchvision:{model}" if hub else f"{data}/nets.py:{model}",
            weights=Path("random") if hub else data / "mobilenet_v2/mobilenet_v2_1.0_224.pth",
            images=data / "imagenet1000/images", output=output, limit=images, input_size=(side, side),
            resize=side * 8 // 7, scale=128, offset=128, mean=(0.0,), std=(1.0,), embed=EmbedSettings(epochs=1),
        )  # fmt: skip
        report = build_world(asked, watched)
        files = report.manifest.files
        kinds = ("maps", "reduced", "embeddings", "neighbours", "thumbnails", "previews")
        sizes = {x: sum(f.bytes for name, f in files.items() if name.startswith(x)) for x in kinds}
        parts = {x.removeprefix("images: "): y for x, y in report.seconds.items() if x.startswith("images: ")}
        return {"cpu": watched.cpu / images, "layers": len(report.manifest.layers), "sizes": sizes, "parts": parts,
                "scratch": watched.scratch}  # fmt: skip


class _Watched(Silent):
    """Core seconds of the pass over the images, and bytes of what lies in the working folder when it ends."""

    def __init__(self, partial: Path) -> None:
        super().__init__()
        self._partial, self.cpu, self.scratch = partial, 0.0, 0

    def start(self, stage: str, total: float) -> None:
        super().start(stage, total)
        if stage == "images":
            self.cpu = -time.process_time()

    def finish(self) -> None:
        if self.stages[-1] == "images":
            self.cpu += time.process_time()
            self.scratch = sum(x.stat().st_size for x in self._partial.rglob("*") if x.is_file())


def neighbours(count: int) -> dict[str, Any]:
    """All exact neighbours among so many points."""
    points = torch.from_numpy(features(count))
    begin = time.process_time()
    nearest_neighbours(points, 16)
    return {"cpu": time.process_time() - begin}


def queries(count: int) -> dict[str, Any]:
    """A few queries among so many points."""
    points = torch.from_numpy(features(count))
    search = Search(points)
    begin = time.process_time()
    search.all_nearest(points[:QUERIES].clone(), 16, torch.arange(QUERIES))
    return {"cpu": (time.process_time() - begin) / QUERIES * count}


def layout(count: int) -> dict[str, Any]:
    """UMAP's graph and epochs; then alignment and quality."""
    points = features(count)
    near = nearest_neighbours(torch.from_numpy(features(2000)), 15)
    embed_layer(features(2000), near, None, EmbedSettings(epochs=1))  # compiled
    near = nearest_neighbours(torch.from_numpy(points), 15)
    times = [_timed(lambda e=e: embed_layer(points, near, None, EmbedSettings(epochs=e))) for e in (1, 1 + EPOCHS)]
    low = embed_layer(points, near, None, EmbedSettings(epochs=1)).points
    measured = _timed(lambda: kept_neighbourhoods(torch.from_numpy(points), torch.from_numpy(low), queried(count, 0)))
    return {"cpu": times[0], "epoch": (times[1] - times[0]) / EPOCHS, "align": _timed(lambda: aligned(low, low)),
            "quality": measured}  # fmt: skip


def placing(count: int) -> dict[str, Any]:
    """Placing 8,192 images among a sample of so many."""
    points = features(count + 8192)
    chosen, low = np.arange(count), points[:count, :15].copy()
    place_layer(points[: count + 64], chosen, low, EmbedSettings(epochs=3), 15)  # compiled
    both = [_timed(lambda n=n: place_layer(points[: count + n], chosen, low, EmbedSettings(), 15)) for n in (0, 8192)]
    return {"cpu": (both[1] - both[0]) / 8192}


def _timed(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


# ---------------------------------------------------------------- running and printing


def measured(part: str, *arguments: Any) -> dict[str, Any]:
    """Run one part in a process of its own, on one core."""
    command = [sys.executable, "-m", "tests.bench.scale", "--part", part, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_part(part: str, arguments: list[str]) -> None:
    """What the process of a part does."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[-1]})
    torch.set_num_threads(1)
    parts: dict[str, Callable[..., dict[str, Any]]] = {
        "extraction": extraction, "neighbours": neighbours, "queries": queries, "layout": layout, "placing": placing,
    }  # fmt: skip
    found = parts[part](*(int(x) if x.isdigit() else x for x in arguments))
    unit = 1 if sys.platform == "darwin" else 1024
    print(json.dumps(found | {"rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}))


def table(title: str, columns: list[str], rows: list[list[str]], caption: str = "") -> None:
    """Print figures."""
    shown = Table(title=title, caption=caption)
    for i, column in enumerate(columns):
        shown.add_column(column, justify="right" if i else "left")
    for row in rows:
        shown.add_row(*row)
    Console(width=120).print(shown)


def exponent(sizes: tuple[int, ...], seconds: list[float]) -> float:
    """Slope of the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def show_extraction(images: int) -> None:
    """Time and bytes per image."""
    rows = []
    for model, side in MODELS:
        x = measured("extraction", model, side, images)
        per = 1e3 * images * x["layers"]
        parts = ", ".join(f"{k} {1000 * v / images:.0f}" for k, v in x["parts"].items() if k != "axes")
        sizes = [f"{x['sizes'][k] / per:.2f}" for k in ("maps", "reduced", "embeddings", "neighbours")]
        pictures = (x["sizes"]["thumbnails"] + x["sizes"]["previews"]) / images / 1e3
        rows.append([f"{model} {side}", str(x["layers"]), f"{1000 * x['cpu']:.0f}", *sizes, f"{pictures:.1f}",
                     f"{x['scratch'] / images / 1e3:.0f}", f"{x['rss'] / 1e6:.0f}"])  # fmt: skip
        print(f"{model} {side}: ms per image of {parts}")
    columns = ["extraction", "layers", "ms", "maps", "reduced", "embedding", "neighbours", "pictures", "scratch",
               "RSS MB"]  # fmt: skip
    table(
        f"{images} images: core ms per image, kB per image and layer", columns, rows,
        "pictures and scratch: kB per image; scratch holds the features of up to 2,048 images whole",
    )  # fmt: skip


def show_embedding(sizes: tuple[int, ...], large: tuple[int, ...]) -> None:
    """Time of neighbours and layouts, with their exponents."""
    near = [measured("neighbours", x) for x in sizes]
    laid = [measured("layout", x) for x in sizes]
    rows = [
        [f"{n:,}", f"{a['cpu']:.1f}", f"{1e9 * a['cpu'] / n / n:.2f}", f"{a['rss'] / 1e6:.0f}", f"{b['cpu']:.1f}",
         f"{b['epoch']:.3f}", f"{1e6 * b['epoch'] / n:.2f}", f"{b['quality']:.1f}", f"{b['rss'] / 1e6:.0f}"]
        for n, a, b in zip(sizes, near, laid, strict=True)
    ]  # fmt: skip
    fits = [exponent(sizes, [x["cpu"] for x in near]), exponent(sizes, [x["epoch"] for x in laid])]
    columns = ["N", "neighbours s", "ns/pair", "RSS MB", "graph s", "s/epoch", "µs/epoch and image", "quality s",
               "RSS MB"]  # fmt: skip
    table("One layer, core seconds", columns, rows, f"neighbours grow as N^{fits[0]:.2f}, epochs as N^{fits[1]:.2f}")
    rows = []
    for n in large:
        x = measured("queries", n)
        rows.append([f"{n:,}", f"{x['cpu'] / 3600:.2f}", f"{1e9 * x['cpu'] / n / n:.2f}", f"{x['rss'] / 1e6:.0f}"])
    table(f"Neighbours among many, from {QUERIES} queries", ["N", "core hours", "ns/pair", "RSS MB"], rows)
    rows = []
    for n in sizes:
        x = measured("placing", n)
        rows.append([f"{n:,}", f"{1000 * x['cpu']:.2f}", f"{x['rss'] / 1e6:.0f}"])
    table("Placing among a sample", ["sample", "ms/image", "RSS MB"], rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer and smaller: to see that it runs")
    parser.add_argument("--only", choices=["extraction", "embedding"])
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.part:
        run_part(args.part[0], args.part[1:])
        return
    if args.only != "embedding":
        show_extraction(32 if args.quick else 256)
    if args.only != "extraction":
        show_embedding(SIZES[:2] if args.quick else SIZES, LARGE[:1] if args.quick else LARGE)


if __name__ == "__main__":
    main()
