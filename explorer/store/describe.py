"""What ``layerflight info`` prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from explorer.store.read import World


def describe(world: World) -> RenderableType:
    """Everything of note about a world, to be printed by rich."""
    return Group(_facts(world), "", _layers(world))


def _facts(world: World) -> Table:
    manifest = world.manifest
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    size = sum(x.bytes for x in manifest.files.values())
    rows: list[tuple[str, str]] = [
        ("world", f"{world.path} (format {manifest.version}, {_size(size)} in {len(manifest.files) + 1} files)"),
        ("title", manifest.title),
        ("images", f"{manifest.images:,}"),
        ("labels", _labels(world)),
        ("accuracy", "not known" if manifest.accuracy is None else f"{manifest.accuracy:.2%}"),
        ("pictures", _pictures(world)),
    ]
    rows += [(f"source: {name}", _value(value)) for name, value in manifest.sources.items() if value not in ("", None)]
    shown = {k: v for k, v in manifest.parameters.items() if k not in ("method", "features")}
    rows += [(name, _value(value)) for name, value in shown.items() if _short(value)]
    rows += _unusual(world)
    for name, value in rows:
        table.add_row(escape(name), escape(value))
    return table


def _layers(world: World) -> Table:
    table = Table(
        title=f"{len(world.manifest.layers)} layers", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for name in ("#", "layer", "kind", "shape", "from", "radius", "residual", "size", "maps"):
        number = name in ("#", "radius", "residual", "size")
        table.add_column(name, justify="right" if number else "left", no_wrap=number)
    for index, layer in enumerate(world.manifest.layers):
        size = sum(x.bytes for name, x in world.manifest.files.items() if _belongs(name, layer.embedding, layer.maps))
        table.add_row(
            str(index),
            escape(layer.name),
            escape(layer.kind),
            "x".join(map(str, layer.shape)),
            " ".join(map(str, layer.inputs)),
            f"{layer.radius:.3g}",
            f"{layer.residual:.3f}" if index else "",
            _size(size),
            f"{layer.map_shape[1]}x{layer.map_shape[2]}" if layer.map_shape else "none",
        )
    return table


def _unusual(world: World) -> list[tuple[str, str]]:
    """Layers that were not embedded in the usual way."""
    methods: dict[str, str] = world.manifest.parameters.get("method", {})
    return [(f"layer {name}", method) for name, method in methods.items() if method != "umap"]


def _belongs(name: str, embedding: str, maps: str | None) -> bool:
    return name == embedding or (maps is not None and name.startswith(f"{maps}."))


def _labels(world: World) -> str:
    known = int(np.count_nonzero(world.labels >= 0))
    if not known:
        return "none"
    used = len(np.unique(world.labels[world.labels >= 0]))
    names = ", ".join(world.manifest.class_names[:6])
    more = ", ..." if len(world.manifest.class_names) > 6 else ""
    return f"{known:,} images in {used} classes ({names}{more})"


def _pictures(world: World) -> str:
    if world.thumbnails is None:
        return "none"
    side = world.thumbnails.shape[1]
    return f"thumbnails {side}x{side}" + (", previews" if "previews.bin" in world.manifest.files else "")


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_value(v)}" for k, v in value.items() if v not in (None, [], ""))
    if isinstance(value, list):
        return "x".join(map(str, value)) if all(isinstance(x, int) for x in value) else ", ".join(map(_value, value))
    return str(value.name) if isinstance(value, Path) else str(value)


def _short(value: Any) -> bool:
    """Whether a parameter says something in one line: the per-layer ones are in the table or too long."""
    return value not in ([], {}, "", None) and len(_value(value)) <= 200


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count:,} B"
