"""What a build says at its end: what came out, how good it is, and what took how long; for people and for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from explorer.builder.progress import Progress
from explorer.builder.recipe import BuildReport
from explorer.store.manifest import LayerEntry
from explorer.store.maps import MapWriter

_NAMED = 10
"""Skipped images that are named."""

_QUALITY = {
    "trustworthiness": "trust",
    "recall": "recall",
    "knn_accuracy": "kNN",
    "reduction_recall": "kept",
}
"""Figures of a layer and the heads of their columns, see ``store.manifest.QUALITY``."""

_LEGEND = (
    "trust: trustworthiness of the 15 nearest in the cloud; recall: share of the 15 nearest activations among them; "
    "kNN: how often they name the class rightly; kept: recall of the reduced features; turn: what is left of a layer "
    "when it is turned onto the one before (0 same shape, 1 unrelated)"
)


def tell_skipped(skipped: Sequence[tuple[str, str]], progress: Progress) -> None:
    """Name the images that could not be read."""
    if not skipped:
        return
    progress.note(f"{len(skipped)} images cannot be read and are left out:")
    for name, why in skipped[:_NAMED]:
        progress.note(f"  {name}: {why}")
    if len(skipped) > _NAMED:
        progress.note(f"  and {len(skipped) - _NAMED} more (all are listed in the manifest)")


def headline(report: BuildReport) -> str:
    """The world in one line."""
    manifest = report.manifest
    accuracy = "" if manifest.accuracy is None else f", accuracy {manifest.accuracy:.2%}"
    size = f"{report.size / 1e6:.1f} MB"
    return f"{report.path}: {manifest.images:,} images in {len(manifest.layers)} layers, {size}{accuracy}"


def print_summary(report: BuildReport, console: Console) -> None:
    """A table of the layers of every network, and the seconds of every stage."""
    manifest = report.manifest
    parts: list[RenderableType] = [_table(report, manifest.layers, manifest.name if manifest.stacks else "")]
    parts += [_table(report, x.layers, f"{x.name}{_percent(x.accuracy)}") for x in manifest.stacks]
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


def _table(report: BuildReport, layers: Sequence[LayerEntry], title: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    table.add_column("layer", no_wrap=True, overflow="ellipsis", max_width=32)
    table.add_column("activation", no_wrap=True)
    table.add_column("features", no_wrap=True)
    for head in (*_QUALITY.values(), "turn", "kB/image"):
        table.add_column(head, justify="right", no_wrap=True)
    for entry in layers:
        figures = ["" if x not in entry.quality else f"{entry.quality[x]:.3f}" for x in _QUALITY]
        shape, size = "×".join(map(str, entry.shape)), _bytes(report, entry) / report.manifest.images / 1e3
        table.add_row(entry.name, shape, _features(entry), *figures, f"{entry.residual:.3f}", f"{size:.1f}")
    return table


def _features(entry: LayerEntry) -> str:
    how = entry.reduction
    pooled = "" if how.get("pooling") == "flat" else f"{how.get('pooling')}: "
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
