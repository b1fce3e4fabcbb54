"""The command that writes selections as tables: ``export``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from explorer.store.read import World

WorldArgument = Annotated[Path, typer.Argument(help="A world folder, or [b]demo[/b] for the embedded one.")]
SelectionArgument = Annotated[
    str, typer.Argument(help="Name of a saved selection, or a query such as 'label == \"cat\" and wrong'.")
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Table to write: .csv or .parquet.")]


def register(app: typer.Typer, opened: Callable[[Path], World]) -> None:
    """Add the command to ``app``; ``opened`` opens a world, "demo" included."""

    @app.command()
    def export(world: WorldArgument, selection: SelectionArgument, out: Out) -> None:
        """Write a selection as a table: index, file, label and prediction of every image in it."""
        from explorer.app.selections import images_of
        from explorer.store.exchange import export_selection

        there = opened(world)
        images = images_of(there, selection)
        export_selection(there, images, out)
        print(f"{out}: {len(images)} images")
