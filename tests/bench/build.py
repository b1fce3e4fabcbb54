"""Times a build against umap-learn on raw activations, and measures what both embeddings keep of them.

    LAYERFLIGHT_DATA=... python tests/bench/build.py [--images 10000] [--rounds 3] [--only extraction]

ResNet-20 on the test images of CIFAR-10, shuffled (the file is sorted by class, which flatters UMAP). The
baseline is ``umap.UMAP(n_components=15).fit_transform`` on the flattened activations, layer by layer. Ours is
everything between the same activations and the finished embeddings: axes, projection, neighbours, layouts. Both are
run in turns, half of the baseline's layers, all of ours, the other half, all of ours again.

Extraction is compared with a bare forward pass of the same batches, already in memory, in turns too. "read" is the
reading of images; "forward" is preprocessing, the pass, and all that the hooks make of an activation: its largest
value, its share of zeros, features, quantised maps. Shards that are worked on side by side have a clock each; their
parts are given as shares of the time that passed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import umap
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from explorer.builder.activations.extract import extract
from explorer.builder.activations.passes import Pass
from explorer.builder.activations.taps import Tap, tapped
from explorer.builder.crew import Alone
from explorer.builder.embed_stack import embed_stack
from explorer.builder.embedding.quality import kept_neighbourhoods, label_accuracy
from explorer.builder.gather import _pass, gather
from explorer.builder.images.image_set import open_image_set
from explorer.builder.images.preprocess import IMAGENET_MEAN, IMAGENET_STD, Preprocess
from explorer.builder.model.load import load_model
from explorer.builder.plan import Plan, plan_stack
from explorer.builder.previous import Previous
from explorer.builder.progress import Silent, Stopwatch
from explorer.builder.recipe import Recipe, StackRecipe
from explorer.builder.workdir import WorkDir

QUERIES = 1000
"""Images whose neighbourhoods are compared."""


@dataclass
class Row:
    """One layer's figures: baseline, ours."""

    name: str
    width: int
    seconds: float
    trust: tuple[float, float]
    recall: tuple[float, float]
    accuracy: tuple[float, float]
    kept: float


def main() -> None:
    """Prints two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3, help="of the extraction")
    parser.add_argument("--only", choices=["extraction", "embedding"])
    options = parser.parse_args()
    if "LAYERFLIGHT_DATA" not in os.environ:
        sys.exit("LAYERFLIGHT_DATA is not set: this bench needs real images and trained weights")
    warnings.simplefilter("ignore")
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recipe = _recipe(Path(os.environ["LAYERFLIGHT_DATA"]), options.images, folder)
        if options.only != "embedding":
            _extraction(recipe, folder, options.rounds, console)
        if options.only != "extraction":
            _embedding(recipe, folder, console)


def _recipe(data: Path, count: int, folder: Path) -> Recipe:
    """The build: shuffled images, the network with its published weights."""
    source = load_model(f"{data}/nets.py:resnet20", data / "resnet20_cifar10" / "resnet20-12fca82f.th")
    with np.load(data / "cifar10" / "cifar10_test.npz") as archive:
        order = np.random.default_rng(0).permutation(len(archive["images"]))[:count]
        np.savez(folder / "shuffled.npz", images=archive["images"][order], labels=archive["labels"][order])
    images = open_image_set(folder / "shuffled.npz")
    network = StackRecipe(source.module, Preprocess(mean=IMAGENET_MEAN, std=IMAGENET_STD), "resnet20")
    return Recipe((network,), images, folder / "bench.world")


def _extraction(recipe: Recipe, folder: Path, rounds: int, console: Console) -> None:
    """The pass over the images against a bare forward pass of the same batches."""
    plan = plan_stack(recipe, recipe.stacks[0], Silent())
    bare, whole, parts = [], [], []
    for number in range(rounds):
        bare.append(_bare_pass(recipe, plan))
        work = _work(recipe, plan, folder / f"round{number}")
        watch, begin = Stopwatch(), time.perf_counter()
        extract(work, Alone(), Silent(), watch)
        whole.append(time.perf_counter() - begin)
        parts.append(watch.seconds)
    base = statistics.median(bare)
    table = Table(title=f"extraction of {len(recipe.images):,} images, {len(plan.layers)} layers: median of {rounds}")
    for head in ("part", "seconds", "of the bare pass"):
        table.add_column(head, justify="right" if head != "part" else "left")
    table.add_row("bare forward pass, inference_mode", f"{base:.2f}", "1.00")
    for name in parts[0]:
        seconds = statistics.median(x[name] for x in parts)
        table.add_row(name.removeprefix("images: "), f"{seconds:.2f}", f"{seconds / base:.2f}")
    read = [x["images: read"] + x["images: forward"] for x in parts]
    table.add_section()
    for label, values in (("read + forward (features and quantised maps)", read), ("all, as a build does it", whole)):
        ratio = statistics.median(x / y for x, y in zip(values, bare, strict=True))
        table.add_row(label, f"{statistics.median(values):.2f}", f"{ratio:.2f}")
    console.print(table)


def _bare_pass(recipe: Recipe, plan: Plan) -> float:
    """Seconds of a forward pass of all batches, read and preprocessed before."""
    model, total = recipe.stacks[0].model, len(recipe.images)
    batches = []
    for begin in range(0, total, recipe.batch):
        images = recipe.images.source.batch(range(begin, min(begin + recipe.batch, total)))
        batches.append(plan.stack.preprocess.tensor(images))  # type: ignore[arg-type]
    with torch.inference_mode():
        model(batches[0])
        begin_time = time.perf_counter()
        for batch in batches:
            model(batch)
        return time.perf_counter() - begin_time


def _work(recipe: Recipe, plan: Plan, folder: Path) -> Pass:
    folder.mkdir()
    return _pass(recipe, plan, list(range(len(plan.layers))), WorkDir(folder), pictures=True)


def _embedding(recipe: Recipe, folder: Path, console: Console) -> None:
    """Both embeddings of every layer: seconds, and what they keep of the raw activations."""
    plan = plan_stack(recipe, recipe.stacks[0], Silent())
    raw = _raw_activations(recipe, plan, folder)
    umap.UMAP(n_components=15).fit_transform(np.random.default_rng(0).random((5000, 20), np.float32))  # compiles
    half = len(raw) // 2
    baseline: list[tuple[float, NDArray[np.float32]]] = []
    ours: list[tuple[float, list[NDArray[np.float32]], list[NDArray[np.float32]]]] = []
    for part in (range(half), range(half, len(raw))):
        for i in part:
            begin = time.perf_counter()
            points = umap.UMAP(n_components=15).fit_transform(np.load(raw[i]))
            baseline.append((time.perf_counter() - begin, points))
            console.print(f"umap-learn {plan.layers[i].name}: {baseline[-1][0]:.1f} s", style="dim")
        ours.append(_ours(recipe, folder / f"ours{len(ours)}"))
        console.print(f"ours, all layers: {ours[-1][0]:.1f} s", style="dim")
    rows = [
        _measured(plan.layers[i].name, np.load(raw[i]), recipe, baseline[i], ours[0][1][i], ours[0][2][i])
        for i in range(len(raw))
    ]
    _print(rows, statistics.median(x[0] for x in ours), console)


def _raw_activations(recipe: Recipe, plan: Plan, folder: Path) -> list[Path]:
    """The flattened activations of every layer, a .npy each."""
    kept: list[list[NDArray[np.float32]]] = [[] for _ in plan.layers]

    class Whole(Tap):
        def take(self, activation: torch.Tensor) -> None:
            super().take(activation)
            kept[self.place].append(activation.float().flatten(1).numpy().copy())

    taps = [Whole(x, 0) for x in plan.layers]
    for place, tap in enumerate(taps):
        tap.place = place  # type: ignore[attr-defined]
    with tapped(recipe.stacks[0].model, list(taps)) as run:
        for begin in range(0, len(recipe.images), recipe.batch):
            images = recipe.images.source.batch(range(begin, min(begin + recipe.batch, len(recipe.images))))
            run(plan.stack.preprocess.tensor(images))  # type: ignore[arg-type]
    paths = []
    for i, parts in enumerate(kept):
        paths.append(folder / f"raw-{i:02d}.npy")
        np.save(paths[-1], np.concatenate(parts))
        parts.clear()
    return paths


def _ours(recipe: Recipe, folder: Path) -> tuple[float, list[NDArray[np.float32]], list[NDArray[np.float32]]]:
    """Seconds from activations to embeddings; the embeddings; the reduced features."""
    folder.mkdir()
    work, watch, previous = WorkDir(folder), Stopwatch(), Previous(folder / "none.world")
    work.begin_world()
    plan = plan_stack(recipe, recipe.stacks[0], Silent())
    found = gather(recipe, plan, 0, work, previous, Alone(), Silent(), watch)
    reduced = watch.seconds["images: axes"] + watch.seconds["images: reduce"]
    begin = time.perf_counter()
    result = embed_stack(recipe, 0, plan, found, [], work, previous, Alone(), Silent())
    seconds = reduced + time.perf_counter() - begin
    arrays = [np.load(work.world / f"reduced/{i:02d}.npy") for i in range(len(plan.layers))]
    return seconds, [x.points for x in result.layers], arrays


def _measured(
    name: str, raw: NDArray[np.float32], recipe: Recipe, baseline: tuple[float, NDArray[np.float32]],
    ours: NDArray[np.float32], reduced: NDArray[np.float32],
) -> Row:  # fmt: skip
    high = torch.from_numpy(raw)
    rows = np.sort(np.random.default_rng(1).permutation(len(raw))[:QUERIES])
    every = np.arange(len(raw))
    low = [torch.from_numpy(np.asarray(x, np.float32)) for x in (baseline[1], ours)]
    kept = [kept_neighbourhoods(high, x, rows) for x in low]
    accuracy = [label_accuracy(x, recipe.images.labels, every) for x in low]
    loss = kept_neighbourhoods(high, torch.from_numpy(reduced), rows).recall
    return Row(
        name, raw.shape[1], baseline[0], (kept[0].trustworthiness, kept[1].trustworthiness),
        (kept[0].recall, kept[1].recall), (accuracy[0], accuracy[1]), loss,
    )  # fmt: skip


def _print(rows: list[Row], ours: float, console: Console) -> None:
    table = Table(title="embedding against raw activations: umap-learn / ours (difference)")
    for head in (
        "layer",
        "width",
        "umap s",
        "trustworthiness",
        "recall at 15",
        "kNN label accuracy",
        "recall of reduced",
    ):
        table.add_column(head, justify="left" if head == "layer" else "right")
    for row in rows:
        pairs = [f"{a:.3f} / {b:.3f} ({b - a:+.3f})" for a, b in (row.trust, row.recall, row.accuracy)]
        table.add_row(row.name, f"{row.width:,}", f"{row.seconds:.1f}", *pairs, f"{row.kept:.3f}")
    console.print(table)
    total = sum(x.seconds for x in rows)
    worst = [min(b - a for a, b in (getattr(x, name) for x in rows)) for name in ("trust", "recall", "accuracy")]
    console.print(f"umap-learn {total:.1f} s, ours {ours:.1f} s: {total / ours:.1f} times as fast")
    console.print("worst difference: trustworthiness {:+.4f}, recall {:+.4f}, accuracy {:+.4f}".format(*worst))


if __name__ == "__main__":
    main()
