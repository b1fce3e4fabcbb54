"""A build from beginning to end: networks and images, a pass over them, an embedding per layer, the world."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from torch import nn

from explorer.builder.activations.pooled import FEATURES
from explorer.builder.activations.shards import SAMPLE
from explorer.builder.crew import Crew
from explorer.builder.crew_dask import crew_for
from explorer.builder.embed_stack import embed_stack
from explorer.builder.finish import Embedded, finish_world
from explorer.builder.gather import Gathered, gather
from explorer.builder.images.image_set import open_image_set
from explorer.builder.model.inputs import choose_preprocess
from explorer.builder.model.layers import names_layer
from explorer.builder.model.load import load_model, untrained
from explorer.builder.options import BuildOptions, ModelSpec, stack_names
from explorer.builder.plan import Plan, plan_stack
from explorer.builder.previous import Previous
from explorer.builder.progress import Progress, Silent, Stopwatch
from explorer.builder.recipe import BuildReport, Recipe, StackRecipe, check_recipe
from explorer.builder.summary import headline, tell_skipped
from explorer.builder.workdir import WorkDir
from explorer.errors import LayerflightError, ModelError, WorldError
from explorer.store.files import allow_open_files
from explorer.store.manifest import Manifest
from explorer.store.swap import beside, checked_target, exclusive, recover, swap_in, writing


def build_world(options: BuildOptions, progress: Progress | None = None) -> BuildReport:
    """Build a world from model sources, weights and images.

    Raises:
        ModelError: a model or its weights cannot be used.
        ImagesError: the images or labels cannot be used.
        WorldError: the output cannot be written, or is something else than a world.
    """
    with _left_as_found([x.model for x in options.models if isinstance(x.model, nn.Module)]):
        return _build_world(options, progress or Silent())


def _build_world(options: BuildOptions, progress: Progress) -> BuildReport:
    with writing(options.output):
        checked_target(options.output)
    watch = Stopwatch()
    with watch("load"):
        names = stack_names(options.models)
        stacks = tuple(_load(options, spec, name) for spec, name in zip(options.models, names, strict=True))
        images = open_image_set(
            options.images, options.labels, options.label_column, options.class_names, options.limit,
            options.embed.seed, image_column=options.image_column, split=options.split,
        )  # fmt: skip
    for note in images.notes:
        progress.note(note)
    for stack in stacks:
        progress.note(f"{stack.name}: {stack.preprocess.describe()}")
        for note in stack.notes:
            progress.note(f"{stack.name}: {note}")
    sources = {"images": images.origin, "labels": images.labels_from}
    recipe = Recipe(
        stacks, images, options.output, options.layers, options.label_offset, options.batch, options.maps,
        options.embed, options.title, sources, options.workers, options.cluster,
    )  # fmt: skip
    return build_from(recipe, progress, watch)


def build_from(recipe: Recipe, progress: Progress | None = None, watch: Stopwatch | None = None) -> BuildReport:
    """Build a world from networks and images in hand; finished parts of an interrupted run are used again.

    The new world takes the place of an old one only when it is complete. An interruption leaves the old
    world, or none, and ``NAME.world.partial`` for the next run.
    """
    progress, watch = progress or Silent(), watch or Stopwatch()
    path = Path(recipe.output)
    check_recipe(recipe)
    allow_open_files()
    with writing(path):
        path = checked_target(path)
        partial = beside(path, ".partial")
        with exclusive(partial), _telling_what_is_kept(partial):
            recover(path)
            with WorkDir(partial) as folder, crew_for(recipe.workers, recipe.cluster, partial) as crew:
                manifest, skipped = _build(recipe, folder, Previous(path), crew, progress, watch)
                swap_in(folder.world, path)
                folder.discard()
    size = sum(x.bytes for x in manifest.files.values())
    report = BuildReport(path, manifest, watch.seconds, size, skipped)
    progress.note(headline(report))
    return report


def _load(options: BuildOptions, spec: ModelSpec, name: str) -> StackRecipe:
    """One of the models that were asked for."""
    source = load_model(spec.model, spec.weights, options.embed.seed)
    sources = {"model": f"{source.source}:{source.name}", "weights": source.weights}
    preprocess = choose_preprocess(options, source)
    notes = (*source.notes, *untrained(source))
    return StackRecipe(source.module, preprocess, name, source.digest, sources, source.class_names, spec, notes)


def _build(
    recipe: Recipe, folder: WorkDir, previous: Previous, crew: Crew, progress: Progress, watch: Stopwatch
) -> tuple[Manifest, tuple[tuple[str, str], ...]]:
    """All stages; the world is complete in its working folder afterwards."""
    plans: list[Plan] = []
    found: list[Gathered] = []
    with watch("plan"):
        for stack in recipe.stacks:
            with _named(stack, recipe):
                plans.append(plan_stack(recipe, stack, progress))
        if len(plans) > 1:
            _check_layers(recipe, plans)
    _check_room(recipe, plans, folder)
    folder.begin_world()
    for i, plan in enumerate(plans):
        with _named(plan.stack, recipe):
            found.append(gather(recipe, plan, i, folder, previous, crew, progress, watch))
    tell_skipped(found[0].outputs.skipped, progress)
    with watch("embed"):
        embedded: list[Embedded] = []
        for i, plan in enumerate(plans):
            embedded.append(embed_stack(recipe, i, plan, found[i], embedded, folder, previous, crew, progress))
    with watch("finish"):
        manifest = finish_world(folder.world, recipe, embedded, crew, progress)
    return manifest, found[0].outputs.skipped


@contextmanager
def _left_as_found(models: Sequence[nn.Module]) -> Iterator[None]:
    """Networks in hand are put in eval mode and on the CPU by a build; afterwards they are as they were."""
    training = [(x, x.training) for model in models for x in model.modules()]
    devices = [{x.device for x in model.parameters()} for model in models]
    try:
        yield
    finally:
        for module, mode in training:
            module.training = mode
        for model, found in zip(models, devices, strict=True):
            if len(found) == 1:
                model.to(found.pop())


@contextmanager
def _named(stack: StackRecipe, recipe: Recipe) -> Iterator[None]:
    """An error of one of several networks tells of which."""
    try:
        yield
    except ModelError as error:
        if len(recipe.stacks) == 1:
            raise
        raise ModelError(f"{stack.name}: {error}") from error


@contextmanager
def _telling_what_is_kept(partial: Path) -> Iterator[None]:
    """An error that leaves finished parts behind tells where."""
    try:
        yield
    except LayerflightError as error:
        if not partial.exists():
            raise
        raise type(error)(f"{error}; what is finished is kept in {partial} for the next run") from error


def _check_layers(recipe: Recipe, plans: list[Plan]) -> None:
    """Refuse a glob that names a layer in none of the networks."""
    names = [x.name for plan in plans for x in plan.layers]
    for pattern in recipe.layers:
        if not any(names_layer(pattern, x) for x in names):
            raise ModelError(f"--layer {pattern!r} names no layer of any of the {len(plans)} models")


def _check_room(recipe: Recipe, plans: list[Plan], folder: WorkDir) -> None:
    """Refuse at once what would fill the disk in an hour."""
    values = [min(FEATURES, _size(x.shape)) for plan in plans for x in plan.layers]
    sampled = sum(values) * min(SAMPLE, len(recipe.images))
    kept = sum(min(x, recipe.embed.components) for x in values) * len(recipe.images)
    need = 4 * (sampled + 2 * kept)
    free = shutil.disk_usage(folder.partial).free
    if need > free:
        raise WorldError(
            f"{recipe.output} needs at least {need / 1e6:.0f} MB while it is built, {free / 1e6:.0f} MB are free; "
            "free some space, or use --limit or fewer layers (--layer)"
        )


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size
