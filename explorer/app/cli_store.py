"""The commands that look into a world without flying: ``info`` and ``verify``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from explorer.store.read import World

WorldArgument = Annotated[Path, typer.Argument(help="A world folder, or [b]demo[/b] for the embedded one.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress display.")]


def register(app: typer.Typer, opened: Callable[[Path], World]) -> None:
    """Add the commands to ``app``; ``opened`` opens a world, "demo" included."""

    @app.command()
    def info(world: WorldArgument) -> None:
        """Print what is in a world."""
        from explorer.app.cli_progress import console_for
        from explorer.store.describe import describe

        console_for().print(describe(opened(world)))

    @app.command()
    def verify(world: WorldArgument, quiet: Quiet = False) -> None:
        """Read every byte of a world and say what is damaged, missing or does not belong to it."""
        from rich.console import Console

        path = opened(world).path if str(world) == "demo" and not world.exists() else world
        if _checked(path, Console(stderr=True), quiet):
            raise typer.Exit(2)


def _checked(path: Path, console: Console, quiet: bool) -> int:
    """Check a world, a line for each fault; how many there were."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from explorer.store.folder import read_manifest
    from explorer.store.phrases import counted
    from explorer.store.verify import faults

    files = read_manifest(path).files
    size, found = sum(x.bytes for x in files.values()), 0
    columns = (TextColumn("verify"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("verify", total=size)
        for fault in faults(path, lambda count: progress.advance(task, count)):
            found += 1
            console.print(f"layerflight: {' '.join(fault.split())}", markup=False, highlight=False, soft_wrap=True)
    if not found:
        print(f"{counted(len(files), 'file')}, {size / 1e6:.1f} MB: all right")
    return found
