"""The command line. Modules are imported where they are needed: the viewer must start without torch."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer import __version__
from explorer.app import cli_build, cli_selections, cli_store
from explorer.app.cli_progress import interruptible, shown_progress, tell_error
from explorer.errors import LayerflightError, WorldError

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
        code = app(standalone_mode=False)
    except (LayerflightError, typer.TyperException) as error:
        line = " ".join(_message(error).split())
        print(f"layerflight: {line}", file=sys.stderr)
        tell_error(line, 2)
        raise SystemExit(2) from None
    except typer.Abort:
        raise SystemExit(130) from None
    except Exception as error:  # a defect of ours: its traceback is for us, scripts get their line all the same
        tell_error(f"{type(error).__name__}: {' '.join(str(error).split())}", 1)
        raise
    raise SystemExit(code if isinstance(code, int) else 0)


def _message(error: Exception) -> str:
    """What is wrong; of a mistyped command also where it is explained."""
    if isinstance(error, LayerflightError):
        return str(error)
    context = getattr(error, "ctx", None)
    where = f"; see {context.command_path} --help" if context is not None else ""
    message = error.format_message() if isinstance(error, typer.TyperException) else str(error)
    return f"{message.rstrip('.')}{where}"


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
    from explorer.app.window import check_display

    Flight(_open(world, before_building=check_display), dev=dev, seed=seed).run()


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
    opened = _open(world)
    with interruptible(lambda: "what was recorded so far plays as a .part file beside the one asked for"):
        frames = record_world(opened, script, out, duration, panels, quiet)
    if not quiet:
        print(f"{out}: {frames} frames, {frames / script.fps:.1f} s, {script.width}×{script.height}")


def _open(path: Path, before_building: Callable[[], None] = lambda: None) -> World:
    """An open world; "demo" is the embedded one, built on first use, and again when it is damaged."""
    from explorer.config import demo_world
    from explorer.store.read import open_world

    if str(path) != "demo" or path.exists():
        return open_world(path)
    path = demo_world()
    try:
        return open_world(path)
    except WorldError as error:
        before_building()
        if path.exists():
            print(f"{' '.join(str(error).split())}: building the demo again", file=sys.stderr)
            shutil.rmtree(path)  # in the cache, made by us from what comes with a dependency
    from explorer.builder.demo import build_demo

    with shown_progress(quiet=False) as shown:
        build_demo(path, shown)
    return open_world(path)


cli_build.register(app)
cli_store.register(app, lambda path: _open(path))
cli_selections.register(app, lambda path: _open(path))


def _one_blas_thread() -> None:
    """The viewer's matrices are tiny: BLAS threads only take cores away from drawing.

    Must come before numpy is imported, which is why nothing here imports it at the top.
    """
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
