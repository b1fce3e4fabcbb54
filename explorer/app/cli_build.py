"""The commands that make worlds: ``build``, ``layers`` and ``import``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.app.cli_config import Config
from explorer.app.cli_options import (
    Batch,
    Bgr,
    Channels,
    ClassNames,
    Cluster,
    Components,
    Crop,
    EmbedSample,
    Epochs,
    ImageColumn,
    Images,
    InputSize,
    Interpolation,
    Json,
    JsonEvents,
    LabelColumn,
    Labels,
    Layers,
    Limit,
    ManyWeights,
    Maps,
    MinDist,
    Model,
    Models,
    Names,
    Neighbours,
    Offset,
    Out,
    Quiet,
    Resize,
    Scale,
    Seed,
    Shift,
    Split,
    Statistic,
    Title,
    Weights,
    Workers,
)  # fmt: skip
from explorer.app.cli_progress import JsonLines, console_for, own_output, shown_progress

if TYPE_CHECKING:
    from explorer.builder.options import InputOptions


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(build)
    app.command()(layers)
    app.command("import")(import_)


def build(
    context: typer.Context,
    images: Images,
    out: Out,
    model: Models = None,
    weights: ManyWeights = None,
    name: Names = None,
    config: Config = None,
    labels: Labels = None,
    label_column: LabelColumn = None,
    image_column: ImageColumn = None,
    split: Split = None,
    label_offset: Offset = 0,
    class_names: ClassNames = None,
    limit: Limit = None,
    input_size: InputSize = None,
    resize: Resize = None,
    crop: Crop = None,
    interpolation: Interpolation = None,
    channels: Channels = None,
    bgr: Bgr = None,
    scale: Scale = None,
    offset: Shift = None,
    mean: Statistic = None,
    std: Statistic = None,
    layer: Layers = None,
    maps: Maps = 32,
    epochs: Epochs = 200,
    neighbours: Neighbours = 15,
    min_dist: MinDist = 0.8,
    components: Components = 512,
    embed_sample: EmbedSample = None,
    seed: Seed = 0,
    batch: Batch = 64,
    workers: Workers = None,
    cluster: Cluster = None,
    title: Title = "",
    as_json: JsonEvents = False,
    quiet: Quiet = False,
) -> None:
    """Build a world: the activations of every layer of a model, embedded in 15 dimensions."""
    from explorer.builder.options import BuildOptions, EmbedSettings, pair_models
    from explorer.builder.pipeline import build_world
    from explorer.builder.summary import print_summary, report_json

    first, *others = pair_models(model or [], *_companions(context, weights, name))
    asked = _input_options(input_size, resize, crop, interpolation, channels, bgr, scale, offset, mean, std)
    options = BuildOptions(
        model=first.model, images=_image_source(images), output=out, weights=first.weights, labels=labels,
        label_column=label_column, label_offset=label_offset, class_names=class_names, layers=tuple(layer or ()),
        limit=limit, batch=batch, maps=maps,
        embed=EmbedSettings(neighbours, min_dist, epochs, components, seed, embed_sample),
        title=title, others=tuple(others), name=first.name, image_column=image_column, split=split, workers=workers,
        cluster=cluster, **vars(asked),
    )  # fmt: skip
    with shown_progress(quiet, as_json, lambda: _kept(out)) as shown:
        report = build_world(options, shown)
        if isinstance(shown, JsonLines):
            shown.tell("done", **report_json(report))
    if not as_json and not quiet:
        print_summary(report, console_for(stderr=True))


def layers(
    model: Model,
    weights: Weights = None,
    config: Config = None,
    layer: Layers = None,
    input_size: InputSize = None,
    channels: Channels = None,
    as_json: Json = False,
) -> None:
    """List the layers of a network: names for --layer, shapes, what a unit sees of the image, parameters."""
    from explorer.app.cli_layers import layers_json, layers_table
    from explorer.builder.model.inputs import choose_preprocess
    from explorer.builder.model.listing import list_layers
    from explorer.builder.model.load import load_model
    from explorer.builder.options import pair_models

    spec = pair_models([model], [weights] if weights else [], [])[0]
    asked = _input_options(input_size, None, None, None, channels, None, None, None, None, None)
    with own_output():
        source = load_model(model, spec.weights)
        preprocess = choose_preprocess(asked, source)
        listing = list_layers(source.module, preprocess, tuple(layer or ()))
    if as_json:
        print(layers_json(listing, preprocess.describe()))
        return
    console = console_for()
    for note in (*source.notes, *listing.notes):
        print(note, file=sys.stderr)
    console.print(f"{source.spec}, input {preprocess.describe()}", highlight=False)
    console.print(layers_table(listing))


def import_(
    embeddings: Annotated[Path, typer.Option(help="Folder of NN-Layer.npy files, each (N, 15).")],
    out: Out,
    config: Config = None,
    labels: Labels = None,
    label_column: LabelColumn = None,
    class_names: ClassNames = None,
    align: Annotated[bool, typer.Option(help="Turn every layer onto the one before (Procrustes).")] = True,
    quiet: Quiet = False,
) -> None:
    """Make a world from embeddings that exist already, without a model."""
    from explorer.builder.imported import import_world

    with shown_progress(quiet) as shown:
        import_world(embeddings, out, labels, class_names, label_column, align, shown)


def _kept(out: Path) -> str:
    """What an interrupted build leaves behind."""
    from explorer.store.swap import beside, checked_target

    partial = beside(checked_target(out), ".partial")
    if not partial.exists():
        return "nothing was finished yet"
    return f"what is finished is kept in {partial}, the same command goes on from there"


def _companions(
    context: typer.Context, weights: list[str] | None, names: list[str] | None
) -> tuple[list[str], list[str]]:
    """Weights and names that belong to the models: those of a file do not belong to models of the command line."""

    def given(option: str) -> bool:
        source = context.get_parameter_source(option)
        return source is not None and source.name == "COMMANDLINE"

    mine = given("model")
    return (
        list(weights or []) if given("weights") or not mine else [],
        list(names or []) if given("name") or not mine else [],
    )


def _image_source(text: str) -> str | Path:
    return text if text.startswith("hf:") else Path(text)


def _input_options(
    input_size: str | None, resize: str | None, crop: str | None, interpolation: str | None, channels: int | None,
    bgr: bool | None, scale: float | None, offset: float | None, mean: str | None, std: str | None,
) -> InputOptions:  # fmt: skip
    """What was asked of the preprocessing, from the words of the command line."""
    from explorer.builder.options import InputOptions, parse_channels, parse_resize, parse_size

    return InputOptions(
        input_size=parse_size(input_size) if input_size else None,
        resize=parse_resize(resize) if resize else None,
        crop=crop,
        interpolation=interpolation,
        channels=channels,
        bgr=bgr,
        scale=scale,
        offset=offset,
        mean=parse_channels(mean, "--mean") if mean is not None else None,
        std=parse_channels(std, "--std") if std is not None else None,
    )
