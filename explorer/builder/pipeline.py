"""A build from beginning to end: networks and images, a pass over them, an embedding per layer, the world."""

from __future__ import annotations

import shutil
from pathlib import Path

from explorer.builder.activations.pooled import FEATURES
from explorer.builder.activations.shards import SAMPLE
from explorer.builder.crew import Alone, Crew
from explorer.builder.embedding.align import align_chain, align_stack
from explorer.builder.embedding.stack import LayerResult, LayerWork, embed_layers, layer_keys
from explorer.builder.embedding.tree import starting_points
from explorer.builder.finish import Embedded, finish_world
from explorer.builder.gather import Gathered, gather
from explorer.builder.images.image_set import open_image_set
from explorer.builder.model.inputs import choose_preprocess
from explorer.builder.model.load import load_model
from explorer.builder.options import BuildOptions
from explorer.builder.plan import Plan, plan_stack
from explorer.builder.previous import Previous
from explorer.builder.progress import Progress, Silent, Stopwatch
from explorer.builder.recipe import BuildReport, Recipe, StackRecipe, check_recipe
from explorer.builder.summary import summarise, tell_skipped
from explorer.builder.workdir import WorkDir
from explorer.errors import WorldError
from explorer.store.files import allow_open_files
from explorer.store.manifest import Manifest
from explorer.store.swap import beside, checked_target, exclusive, recover, swap_in, writing
from explorer.store.write import layer_path


def build_world(options: BuildOptions, progress: Progress | None = None) -> BuildReport:
    """Build a world from model sources, weights and images.

    Raises:
        ModelError: a model or its weights cannot be used.
        ImagesError: the images or labels cannot be used.
        WorldError: the output cannot be written, or is something else than a world.
    """
    progress = progress or Silent()
    with writing(options.output):
        checked_target(options.output)
    watch = Stopwatch()
    with watch("load"):
        stacks = tuple(_load(options, i) for i in range(len(options.models)))
        images = open_image_set(
            options.images, options.labels, options.label_column, options.class_names, options.limit,
            options.embed.seed, image_column=options.image_column, split=options.split,
        )  # fmt: skip
    for note in images.notes:
        progress.note(note)
    for stack in stacks:
        progress.note(f"{stack.name}: {stack.preprocess.describe()}")
    sources = {"images": images.origin, "labels": options.labels.name if options.labels else ""}
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
        with exclusive(partial):
            recover(path)
            with WorkDir(partial) as folder:
                manifest, skipped = _build(recipe, folder, Previous(path), Alone(), progress, watch)
                swap_in(folder.world, path)
                folder.discard()
    size = sum(x.bytes for x in manifest.files.values())
    report = BuildReport(path, manifest, watch.seconds, size, skipped)
    summarise(report, progress)
    return report


def _load(options: BuildOptions, index: int) -> StackRecipe:
    """One of the models that were asked for."""
    spec = options.models[index]
    source = load_model(spec.model, spec.weights, options.embed.seed)
    sources = {"model": f"{source.source}:{source.name}", "weights": source.weights}
    name = spec.name or (spec.weights.stem if spec.weights and len(options.models) > 1 else source.name)
    return StackRecipe(
        source.module, choose_preprocess(options, source), name, source.digest, sources, source.class_names, spec
    )


def _build(
    recipe: Recipe, folder: WorkDir, previous: Previous, crew: Crew, progress: Progress, watch: Stopwatch
) -> tuple[Manifest, tuple[tuple[str, str], ...]]:
    """All stages; the world is complete in its working folder afterwards."""
    with watch("plan"):
        plans = [plan_stack(recipe, x) for x in recipe.stacks]
    _check_room(recipe, plans, folder)
    folder.begin_world()
    found = [gather(recipe, x, i, folder, previous, crew, progress, watch) for i, x in enumerate(plans)]
    tell_skipped(found[0].outputs.skipped, progress)
    with watch("embed"):
        embedded: list[Embedded] = []
        for i, plan in enumerate(plans):
            embedded.append(_embed(recipe, i, plan, found[i], embedded, folder, crew, progress))
    with watch("finish"):
        manifest = finish_world(folder.world, recipe, embedded, crew, progress)
    return manifest, found[0].outputs.skipped


def _embed(
    recipe: Recipe, index: int, plan: Plan, found: Gathered, before: list[Embedded], folder: WorkDir, crew: Crew,
    progress: Progress,
) -> Embedded:  # fmt: skip
    """Embed one network's layers and turn them into one frame.

    A further network's layer starts from the first network's layer of the same name, where there is one.
    """
    names = [x.name for x in plan.layers]
    first = before[0] if before else None
    same: list[LayerResult | None] = [None] * len(names)
    if first is not None:
        known = {x.name: y for x, y in zip(first.plan.layers, first.results, strict=True)}
        same = [known.get(name) for name in names]
    keys = layer_keys(
        list(plan.keys), recipe.embed, starting_points(len(names)), [x.key if x is not None else "" for x in same]
    )
    work = [
        LayerWork(
            name, key, folder.world / layer_path("reduced", i, index),
            folder.world / layer_path("neighbours", i, index), folder.embedded, recipe.embed,
        )
        for i, (name, key) in enumerate(zip(names, keys, strict=True))
    ]  # fmt: skip
    starts = [None if x is None else folder.embedded / f"{x.key}.npz" for x in same]
    results = embed_layers(work, starts, crew, progress)
    points = [x.points for x in results]
    if first is None:
        return Embedded(plan, found, results, align_chain(points), None)
    onto = align_stack(points, names, first.layers, [x.name for x in first.plan.layers])
    return Embedded(plan, found, results, onto.layers, onto)


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
