"""What a build says at its end: what came out, how good it is, and what took how long; for people and for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from explorer.builder.progress import Progress
from explorer.builder.recipe import BuildReport
from explorer.store.columns import Column, FittedTable
from explorer.store.manifest import LayerEntry
from explorer.store.maps import MapWriter
from explorer.store.phrases import FIGURES, by, counted, times

_NAMED = 10
"""Skipped images that are named."""

_LEGEND = (
    "features: activations, averaged where it says so, and how many principal components; trust: trustworthiness of "
    "the 15 nearest in the cloud; recall: share of the 15 nearest by components among them; kNN: how often they name "
    "the class rightly; kept: share of the 15 nearest features that components keep; residual: what is left of "
    "a layer when it is turned onto the one before (0 same shape, 1 unrelated)"
)


def tell_skipped(skipped: Sequence[tuple[str, str]], progress: Progress) -> None:
    """Name the images that could not be read."""
    if not skipped:
        return
    one = len(skipped) == 1
    progress.note(f"{counted(len(skipped), 'image')} cannot be read and {'is' if one else 'are'} left out:")
    for name, why in skipped[:_NAMED]:
        progress.note(f"  {name}: {why}")
    if len(skipped) > _NAMED:
        progress.note(f"  and {len(skipped) - _NAMED} more (all are listed in the manifest)")


def headline(report: BuildReport) -> str:
    """The world in one line."""
    manifest = report.manifest
    images, size = counted(manifest.images, "image"), f"{report.size / 1e6:.1f} MB"
    if not manifest.stacks:
        layers = counted(len(manifest.layers), "layer")
        return f"{report.path}: {images} in {layers}, {size}{_percent(manifest.accuracy)}"
    layers = " + ".join([str(len(manifest.layers)), *(str(len(x.layers)) for x in manifest.stacks)])
    networks = f"{len(manifest.stacks) + 1} networks"
    return (
        f"{report.path}: {images} in {layers} layers of {networks}, {size}; the window shows the first, "
        f"{manifest.name}{_percent(manifest.accuracy)}"
    )


def print_summary(report: BuildReport, console: Console) -> None:
    """A table of the layers of every network, and the seconds of every stage."""
    manifest = report.manifest
    first = f"{manifest.name}{_percent(manifest.accuracy)}, shown in the window" if manifest.stacks else ""
    parts: list[RenderableType] = ["", _table(report, manifest.layers, first), ""]
    for stack in manifest.stacks:
        parts += [_table(report, stack.layers, f"{stack.name}{_percent(stack.accuracy)}"), ""]
    parts += [Text(_LEGEND, style="dim"), Text(_seconds(report))]
    console.print(Group(*parts), highlight=False)


def report_json(report: BuildReport) -> dict[str, Any]:
    """Everything of the summary, for scripts."""
    manifest = report.manifest
    stacks = [(manifest.name, manifest.accuracy, manifest.layers, manifest.preprocess_text)]
    stacks += [(x.name, x.accuracy, x.layers, x.preprocess_text) for x in manifest.stacks]
    return {
        "world": str(report.path),
        "images": manifest.images,
        "bytes": report.size,
        "accuracy": manifest.accuracy,
        "skipped": [list(x) for x in report.skipped],
        "seconds": {name: round(value, 3) for name, value in report.seconds.items()},
        "stacks": [
            {
                "name": name,
                "accuracy": accuracy,
                "preprocess": text,
                "layers": [_layer(report, x) for x in layers],
            }
            for name, accuracy, layers, text in stacks
        ],
    }


def _layer(report: BuildReport, entry: LayerEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "shape": list(entry.shape),
        "method": entry.method,
        "residual": round(entry.residual, 4),
        "bytes": _bytes(report, entry),
        **{name: entry.reduction.get(name) for name in ("pooling", "features", "components", "explained")},
        **entry.quality,
    }


def _table(report: BuildReport, layers: Sequence[LayerEntry], title: str) -> FittedTable:
    columns = [
        Column("layer", left=True), Column("activation", 2, left=True), Column("features", 3, left=True),
        *(Column(x) for x in FIGURES.values()), Column("residual"), Column("kB/image", 1),
    ]  # fmt: skip
    table = FittedTable(columns, title)
    for entry in layers:
        figures = ["" if x not in entry.quality else f"{entry.quality[x]:.3f}" for x in FIGURES]
        size = _bytes(report, entry) / report.manifest.images / 1e3
        table.add(entry.name, by(entry.shape), _features(entry), *figures, f"{entry.residual:.3f}", f"{size:.1f}")
    return table


def _features(entry: LayerEntry) -> str:
    how = entry.reduction
    pooled = "" if how.get("pooling") == "flat" else f"{times(str(how.get('pooling')))}: "
    width, kept = how.get("features"), how.get("components")
    return f"{pooled}{width}" + ("" if width == kept else f" → {kept}")


def _bytes(report: BuildReport, entry: LayerEntry) -> int:
    """Bytes of all files of a layer."""
    names = [entry.embedding, entry.reduced, entry.neighbours, *(MapWriter.paths(entry.maps) if entry.maps else [])]
    return sum(report.manifest.files[x].bytes for x in names if x is not None)


def _seconds(report: BuildReport) -> str:
    """Stages with their parts in brackets; the parts are added over all workers."""
    stages = {x: y for x, y in report.seconds.items() if ": " not in x}
    words = []
    for stage, seconds in stages.items():
        parts = {x.partition(": ")[2]: y for x, y in report.seconds.items() if x.startswith(f"{stage}: ")}
        inside = ", ".join(f"{name} {value:.1f}" for name, value in parts.items())
        words.append(f"{stage} {seconds:.1f}" + (f" ({inside})" if inside else ""))
    return f"{sum(stages.values()):.1f} seconds: " + ", ".join(words)


def _percent(accuracy: float | None) -> str:
    return "" if accuracy is None else f", accuracy {accuracy:.2%}"
