"""How ``layerflight layers`` shows a network: a tree for people, JSON for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.text import Text

from explorer.store.columns import Column, FittedTable
from explorer.store.phrases import by

if TYPE_CHECKING:
    from explorer.builder.model.layers import Layer
    from explorer.builder.model.listing import Listed, Listing
    from explorer.builder.model.receptive import ReceptiveField

MARK = "●"
"""Before a layer that becomes a cloud."""


def layers_table(listing: Listing) -> FittedTable:
    """A row for each layer: mark, name in its place of the tree, type, shape, receptive field, parameters."""
    columns = [
        Column(""), Column("layer", left=True), Column("type", 2, left=True), Column("shape"), Column("sees", 3),
        Column("stride", 4), Column("offset", 5), Column("parameters", 1),
    ]  # fmt: skip
    clouds = sum(x.chosen for x in listing.layers)
    last = [
        MARK,
        "1 becomes a cloud" if clouds == 1 else f"{clouds} become clouds",
        *[""] * 5,
        f"{listing.parameters:,}",
    ]
    table = FittedTable(columns, footer=[Text(x) for x in last])
    for row in listing.layers:
        layer, field = row.layer, row.layer.receptive
        table.add(
            MARK if row.chosen else "", _name(row), layer.kind, by(layer.shape), _sees(field),
            *((_pair(field.stride), _pair(field.offset)) if field and any(field.stride) else ("", "")),
            f"{layer.parameters:,}" if layer.parameters else "",
            style="" if row.chosen else "dim",
        )  # fmt: skip
    return table


def layers_json(listing: Listing, preprocess: str) -> str:
    """The same as one JSON object."""
    content = {
        "preprocess": preprocess,
        "parameters": listing.parameters,
        "notes": list(listing.notes),
        "layers": [_record(x, listing) for x in listing.layers],
    }
    return json.dumps(content)


def _record(row: Listed, listing: Listing) -> dict[str, Any]:
    layer: Layer = row.layer
    field = layer.receptive
    return {
        "name": layer.name,
        "type": layer.kind,
        "shape": list(layer.shape),
        "receptive": field
        and {"size": field.size, "stride": field.stride, "offset": field.offset, "whole": field.whole},
        "parameters": layer.parameters,
        "chosen": row.chosen,
        "inputs": [listing.names[i] for i in layer.inputs] if row.chosen else None,
    }


def _name(row: Listed) -> Text:
    """The whole dotted name, for copying; what is around the module stands back."""
    around, dot, own = row.layer.name.rpartition(".")
    return Text.assemble("  " * row.depth, (f"{around}{dot}", "dim"), own)


def _sees(field: ReceptiveField | None) -> str:
    if field is None:
        return "unknown"
    return f"{_pair(field.size)}{' (all)' if field.whole else ''}" if any(field.stride) else "all"


def _pair(values: tuple[float, float]) -> str:
    """ "32" or "32×16" (height × width)."""
    return f"{values[0]:g}" if values[0] == values[1] else f"{values[0]:g}×{values[1]:g}"
