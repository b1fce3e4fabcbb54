"""The command line. Modules are imported where they are needed: the viewer must start without torch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from explorer import __version__
from explorer.errors import LayerflightError

app = typer.Typer(
    name="layerflight",
    help="Fly through the layers of a trained convolutional network. With no command: the embedded demo.",
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

WorldArgument = Annotated[Path, typer.Argument(help="A world folder, or [b]demo[/b] for the embedded one.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the Grand Tour: the same seed, the same path.")]


def main() -> None:
    """Runs the command line; what the user can put right is one line and exit code 2."""
    try:
        app()
    except LayerflightError as error:
        print(f"layerflight: {' '.join(str(error).split())}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("layerflight: interrupted", file=sys.stderr)
        raise SystemExit(130) from None


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        print(f"layerflight {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        fly(Path("demo"))


@app.command()
def fly(world: WorldArgument, seed: Seed = 0, dev: Annotated[bool, typer.Option(help="Reload shaders.")] = False) -> None:
    """Open a window and fly through a world."""
    opened = _open(world)
    from explorer.app.loop import Flight

    Flight(opened, dev=dev, seed=seed).run()
