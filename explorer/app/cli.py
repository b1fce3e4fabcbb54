"""The command line. Modules are imported where they are needed: the viewer must start without torch."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer import __version__
from explorer.app import cli_store
from explorer.errors import LayerflightError, WorldError

if TYPE_CHECKING:
    from explorer.builder.progress import Progress
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
    with _interruptible("what was recorded so far plays as a .part file beside the one asked for"):
        frames = record_world(opened, script, out, duration, panels, quiet)
    if not quiet:
        print(f"{out}: {frames} frames, {frames / script.fps:.1f} s, {script.width}×{script.height}")


Labels = Annotated[
    Path | None,
    typer.Option(help="Labels that do not come with the images: .npy, .txt, or a .csv of images or of classes."),
]
LabelColumn = Annotated[str | None, typer.Option(help="The CSV column to colour by.")]
ClassNames = Annotated[Path | None, typer.Option(help="Names of the labels: a line each, or a JSON list.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="The world to write, NAME.world.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress display.")]


@app.command()
def build(
    model: Annotated[str, typer.Option(help="[b]FILE.py:factory[/b] or [b]package.module:factory[/b].")],
    images: Annotated[Path, typer.Option(help="Folder of images (or of class folders), IDX, .npz or .npy.")],
    out: Out,
    weights: Annotated[Path | None, typer.Option(help="Checkpoint: safetensors, .pt, .pth, .th.")] = None,
    labels: Labels = None,
    label_column: LabelColumn = None,
    label_offset: Annotated[int, typer.Option(help="Output i stands for class i − offset.")] = 0,
    class_names: ClassNames = None,
    layers: Annotated[
        list[str] | None, typer.Option("--layer", "-l", help="Glob on module names; repeatable. Default: every block.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many images, balanced over classes.")] = None,
    batch: Annotated[int, typer.Option(min=1, help="Images in a forward pass.")] = 64,
    input_size: Annotated[str | None, typer.Option(help="Side of the input in pixels, as in 224 or 24x32.")] = None,
    resize: Annotated[int | None, typer.Option(min=1, help="Short side in pixels before the centre crop.")] = None,
    channels: Annotated[int | None, typer.Option(min=1, max=3, help="1 or 3; default: what the network takes.")] = None,
    scale: Annotated[float | None, typer.Option(help="input = ((pixel − offset) / scale − mean) / std")] = None,
    offset: Annotated[float | None, typer.Option(help="See --scale.")] = None,
    mean: Annotated[str | None, typer.Option(help="Per channel, with commas; or [b]imagenet[/b].")] = None,
    std: Annotated[str | None, typer.Option(help="Per channel, with commas; or [b]imagenet[/b].")] = None,
    maps: Annotated[int, typer.Option(min=0, max=32, help="Largest side of the stored activation maps; 0: none.")] = 32,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of UMAP.")] = 200,
    neighbours: Annotated[int, typer.Option(min=2, help="Neighbours of UMAP.")] = 15,
    min_dist: Annotated[float, typer.Option(min=0.0, max=1.0, help="Least distance of points in UMAP.")] = 0.8,
    seed: Annotated[int, typer.Option(min=0, help="Of the sample, the reduction and the embedding.")] = 0,
    title: Annotated[str, typer.Option(help="Shown in the window.")] = "",
    quiet: Quiet = False,
) -> None:
    """Build a world: the activations of every layer of a model, embedded in 15 dimensions."""
    from explorer.builder.options import BuildOptions, EmbedSettings, parse_channels, parse_size
    from explorer.builder.pipeline import build_world

    options = BuildOptions(
        model, images, out, weights, labels, label_column, label_offset, class_names, tuple(layers or ()), limit, batch,
        maps, EmbedSettings(neighbours, min_dist, epochs, seed=seed), title,
        input_size=parse_size(input_size) if input_size else None, resize=resize, channels=channels, scale=scale,
        offset=offset, mean=parse_channels(mean, "--mean") if mean else None,
        std=parse_channels(std, "--std") if std else None,
    )  # fmt: skip
    with _progress(quiet) as shown:
        build_world(options, shown)


@app.command("import")
def import_(
    embeddings: Annotated[Path, typer.Option(help="Folder of NN-Layer.npy files, each (N, 15).")],
    out: Out,
    labels: Labels = None,
    label_column: LabelColumn = None,
    class_names: ClassNames = None,
    align: Annotated[bool, typer.Option(help="Turn every layer onto the one before (Procrustes).")] = True,
    quiet: Quiet = False,
) -> None:
    """Make a world from embeddings that exist already, without a model."""
    from explorer.builder.imported import import_world

    with _progress(quiet) as shown:
        import_world(embeddings, out, labels, class_names, label_column, align, shown)


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

    with _progress(quiet=False) as shown:
        build_demo(path, shown)
    return open_world(path)


cli_store.register(app, lambda path: _open(path))


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
    """A live display of a build, or silence; Ctrl-C is told what is kept."""
    from explorer.builder.progress import Silent, Terminal

    with _interruptible("what is finished is kept, the same command goes on from there"):
        if quiet:
            silent = Silent()
            yield silent
            for note in silent.notes:  # what was left out, and how well the network did, is no progress
                print(note, file=sys.stderr)
        else:
            with Terminal.shown() as shown:
                yield shown


@contextmanager
def _interruptible(consolation: str) -> Iterator[None]:
    """Ctrl-C ends the command with one line and the shell's usual code."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"layerflight: interrupted; {consolation}", file=sys.stderr)
        raise typer.Exit(130) from None


def _one_blas_thread() -> None:
    """The viewer's matrices are tiny: BLAS threads only take cores away from drawing.

    Must come before numpy is imported, which is why nothing here imports it at the top.
    """
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
