"""The command line. Modules are imported where they are needed: the viewer must start without torch."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer import __version__
from explorer.errors import LayerflightError

if TYPE_CHECKING:
    from explorer.store.read import World

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
def fly(
    world: WorldArgument,
    seed: Seed = 0,
    dev: Annotated[bool, typer.Option("--dev", help="Reload shaders when their files change.")] = False,
) -> None:
    """Open a window and fly through a world."""
    _one_blas_thread()
    from explorer.app.loop import Flight

    Flight(_open(world), dev=dev, seed=seed).run()


@app.command()
def record(
    world: WorldArgument,
    scene: Annotated[str, typer.Argument(help="A scene script (.toml), or a shipped one: [b]flight[/b], [b]dive[/b].")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Video to write: .mp4, .webm, .gif, or a folder of PNGs.")],
    duration: Annotated[
        float | None, typer.Option(min=0.1, max=36000.0, help="Seconds; stretches the scene's own times.")
    ] = None,
    panels: Annotated[bool, typer.Option("--panels", help="With the panels in the picture.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress display.")] = False,
) -> None:
    """Render a scene script to a video, without a window; the same script gives the same frames."""
    _one_blas_thread()
    from explorer.app.offline import find_script, record_world

    script = find_script(scene)
    frames = record_world(_open(world), script, out, duration, panels, quiet)
    if not quiet:
        print(f"{out}: {frames} frames, {frames / script.fps:.1f} s, {script.width}×{script.height}")


@app.command()
def info(world: WorldArgument) -> None:
    """Print what is in a world."""
    from rich.console import Console

    from explorer.store.describe import describe

    Console().print(describe(_open(world)))


def _open(path: Path) -> World:
    """An open world; "demo" is the embedded one, built on first use."""
    from explorer.config import demo_world
    from explorer.store.read import open_world

    if str(path) != "demo" or path.exists():
        return open_world(path)
    path = demo_world()
    if not (path / "manifest.json").exists():
        from explorer.builder.demo import build_demo

        build_demo(path)
    return open_world(path)


def _one_blas_thread() -> None:
    """The viewer's matrices are tiny: BLAS threads only take cores away from drawing.

    Must come before numpy is imported, which is why nothing here imports it at the top.
    """
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
