"""What ``layerflight info`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from explorer.store.columns import Column, FittedTable
from explorer.store.fields import is_number, shown
from explorer.store.manifest import LayerEntry, Manifest, StackEntry
from explorer.store.phrases import FIGURES, by, counted, times
from explorer.store.read import World

_LEFT_OUT = ("method", "features", "keys", "skipped_rows")
"""Parameters that are about layers (in worlds of version 1), or for the next build alone."""


def describe(world: World) -> RenderableType:
    """Everything of note about a world, to be printed by rich."""
    manifest = world.manifest
    parts: list[RenderableType] = [_facts(world), ""]
    parts.append(_layers(manifest, manifest.layers, _title(manifest)))
    for stack in manifest.stacks:
        accuracy = "" if stack.accuracy is None else f", accuracy {stack.accuracy:.2%}"
        title = f"{shown(stack.name)}: {counted(len(stack.layers), 'layer')}{accuracy}"
        parts += ["", _layers(manifest, stack.layers, title, stack)]
        parts += [f"  {line}" for line in _about(stack)]
    return Group(*parts)


def _title(manifest: Manifest) -> str:
    name = f"{shown(manifest.name)}, shown in the window: " if manifest.stacks else ""
    return f"{name}{counted(len(manifest.layers), 'layer')}"


def _about(stack: StackEntry) -> list[str]:
    """Where a further network comes from, and what it gets."""
    facts = {f"source: {x}": _value(y) for x, y in stack.sources.items() if y not in ("", None)}
    facts |= {"preprocessing": times(stack.preprocess_text)} if stack.preprocess_text else {}
    return [escape(shown(f"{name}  {value}")) for name, value in facts.items()]


def _facts(world: World) -> Table:
    manifest = world.manifest
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    size = sum(x.bytes for x in manifest.files.values())
    rows: list[tuple[str, str]] = [
        ("world", f"{world.path} (format {manifest.version}, {_size(size)} in {counted(len(manifest.files), 'file')})"),
        ("title", manifest.title),
        ("images", f"{manifest.images:,}"),
        ("labels", _labels(world)),
        ("accuracy", "not known" if manifest.accuracy is None else f"{manifest.accuracy:.2%}"),
        ("pictures", _pictures(world)),
    ]
    if manifest.name:
        rows.append(("model", manifest.name))
    if manifest.preprocess_text:
        rows.append(("preprocessing", times(manifest.preprocess_text)))
    rows += [(f"attribute: {x.name}", _attribute(x.names, x.minimum, x.maximum)) for x in manifest.attributes]
    rows += [(f"source: {name}", _value(value)) for name, value in manifest.sources.items() if value not in ("", None)]
    parameters = {k: v for k, v in manifest.parameters.items() if k not in _LEFT_OUT}
    rows += [(name, _value(value)) for name, value in parameters.items() if _short(value)]
    rows += _unusual(manifest)
    for name, value in rows:
        table.add_row(escape(shown(name)), escape(shown(value)))
    return table


def _layers(
    manifest: Manifest, layers: Sequence[LayerEntry], title: str, stack: StackEntry | None = None
) -> FittedTable:
    figures = [name for name in FIGURES if any(name in x.quality for x in layers)]
    chain = all(x.inputs == ((i - 1,) if i else ()) for i, x in enumerate(layers))
    columns = [
        Column("#"), Column("layer", left=True), Column("kind", 5, left=True), Column("shape", 2, left=True),
        Column("from", 4, left=True), Column("parameters", 3), Column("onto", 1), Column("residual"),
        *(Column(FIGURES[x]) for x in figures), Column("size", 1), Column("maps", 6, left=True),
    ]  # fmt: skip
    table = FittedTable(columns, title)
    for index, layer in enumerate(layers):
        table.add(
            str(index),
            shown(layer.name),
            shown(layer.kind),
            by(layer.shape),
            "" if chain else " ".join(map(str, layer.inputs)),
            _count(layer.parameters) if layer.parameters else "",
            str(stack.aligned_to[index]) if stack is not None and stack.aligned_to else "",
            f"{layer.residual:.3f}" if index or stack is not None else "",
            *(f"{layer.quality[name]:.3f}" if name in layer.quality else "" for name in figures),
            _size(_bytes(manifest, layer)),
            by(layer.map_shape[1:]) if layer.map_shape else "none",
        )
    return table


def _bytes(manifest: Manifest, layer: LayerEntry) -> int:
    """Length of all files of a layer."""
    whole = {layer.embedding, layer.reduced, layer.neighbours}
    parts = f"{layer.maps}." if layer.maps else None
    return sum(x.bytes for name, x in manifest.files.items() if name in whole or (parts and name.startswith(parts)))


def _unusual(manifest: Manifest) -> list[tuple[str, str]]:
    """Layers that were not embedded in the usual way."""
    early = manifest.parameters.get("method", {})
    methods = dict(early) if isinstance(early, dict) else {}
    methods |= {x.name: x.method for x in manifest.layers if x.method}
    return [(f"layer {name}", _value(x)) for name, x in methods.items() if not str(x).startswith("umap")]


def _labels(world: World) -> str:
    known = int(np.count_nonzero(world.labels >= 0))
    if not known:
        return "none"
    used = len(np.unique(world.labels[world.labels >= 0]))
    names = ", ".join(x if len(x) <= 40 else f"{x[:39]}…" for x in world.manifest.class_names[:6])
    more = ", ..." if len(world.manifest.class_names) > 6 else ""
    return f"{counted(known, 'image')} in {counted(used, 'class')} ({names}{more})"


def _attribute(names: Sequence[str], low: float, high: float) -> str:
    if not names:
        return f"{low:g} to {high:g}"
    return f"{counted(len(names), 'value')} ({', '.join(x[:40] for x in names[:6])}{', ...' if len(names) > 6 else ''})"


def _pictures(world: World) -> str:
    if world.thumbnails is None:
        return "none"
    side = world.thumbnails.shape[1]
    return f"thumbnails {side}×{side}" + (", previews" if "previews.bin" in world.manifest.files else "")


def _value(value: Any, depth: int = 0) -> str:
    if depth > 4:
        return "..."
    if isinstance(value, dict):
        return ", ".join(f"{k} {_value(v, depth + 1)}" for k, v in value.items() if v not in (None, [], ""))
    if isinstance(value, list):
        whole = all(isinstance(x, int) for x in value)
        return by(value) if whole else ", ".join(_value(x, depth + 1) for x in value)
    if is_number(value) and isinstance(value, float):
        return f"{value:.6g}"
    return str(value.name) if isinstance(value, Path) else str(value)


def _short(value: Any) -> bool:
    """Whether a parameter says something in one line: the per-layer ones are in the table or too long."""
    return value not in ([], {}, "", None) and len(_value(value)) <= 200


def _size(count: int) -> str:
    return (
        f"{count / 1e9:.2f} GB"
        if count >= 1e9
        else f"{count / 1e6:.1f} MB"
        if count >= 1e5
        else f"{count / 1e3:.1f} kB"
    )


def _count(count: int) -> str:
    return f"{count / 1e6:.1f}M" if count >= 1e6 else f"{count / 1e3:.1f}k" if count >= 1e4 else f"{count:,}"
