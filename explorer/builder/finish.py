"""Writes what remains of a world when all layers are embedded: embeddings, labels, answers, quality, manifest."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from explorer.builder.activations.merge import Outputs
from explorer.builder.answers import Answers, judge
from explorer.builder.crew import Crew, Task, run_tasks
from explorer.builder.doubts import doubt
from explorer.builder.embedding.align import AlignedLayer, AlignedStack
from explorer.builder.embedding.stack import LayerResult, measure_layer
from explorer.builder.gather import Gathered
from explorer.builder.images.image_set import ImageSet
from explorer.builder.plan import Plan
from explorer.builder.progress import Progress
from explorer.builder.recipe import Recipe
from explorer.store.manifest import VERSION, LayerEntry, Manifest, Receptive, StackEntry
from explorer.store.write import WorldWriter, layer_path


@dataclass(frozen=True)
class Embedded:
    """One network with everything that was found of it."""

    plan: Plan
    gathered: Gathered
    results: list[LayerResult]
    layers: list[AlignedLayer]
    onto: AlignedStack | None
    """How it is aligned to the first network; None for that one."""
    reused: bool = False
    """Whether the embeddings are those of the world that is replaced."""


def finish_world(world: Path, recipe: Recipe, stacks: Sequence[Embedded], crew: Crew, progress: Progress) -> Manifest:
    """Complete the world folder, which already holds pictures, maps, reduced features and neighbours.

    Args:
        world: the folder.
        recipe: the build.
        stacks: its networks, the first one first.
        crew: measures the quality of the layers.
        progress: told of every layer, and why there is no accuracy.
    """
    writer = WorldWriter(world)
    first = stacks[0]
    images = recipe.images.take(first.gathered.outputs.kept)
    judged = [_judge(images, x, recipe.label_offset, len(stacks) > 1, progress) for x in stacks]
    writer.adopt(first.gathered.pictures)
    if np.any(images.labels >= 0):
        writer.array("labels.npy", images.labels.astype(np.int32))
    if judged[0].fine_labels is not None:
        writer.array("fine_labels.npy", judged[0].fine_labels)
    writer.text("names.json", json.dumps([images.name(i) for i in range(len(images))]))
    writer.alignments([x.rotation for x in first.layers])
    entries = [_write_stack(writer, i, x, judged[i]) for i, x in enumerate(stacks)]
    entries = _measured(entries, world, recipe, crew, progress)
    parameters = _parameters(recipe, first)
    manifest = Manifest(
        version=VERSION, title=recipe.title or recipe.output.name.removesuffix(".world"), images=len(images),
        layers=entries[0], class_names=_longest([x.class_names for x in judged]),
        fine_names=_longest([x.fine_names for x in judged]), sources=recipe.sources | first.plan.stack.sources,
        parameters=parameters, accuracy=judged[0].accuracy, name=first.plan.stack.name,
        preprocess=asdict(first.plan.stack.preprocess), preprocess_text=first.plan.stack.preprocess.describe(),
        attributes=writer.attributes(images.attributes),
        stacks=tuple(
            _stack_entry(i, x, entries[i], judged[i], writer, len(recipe.images))
            for i, x in enumerate(stacks)
            if x.onto is not None
        ),
        files=writer.files,
    )  # fmt: skip
    writer.finish(manifest)
    return manifest


def _judge(images: ImageSet, stack: Embedded, offset: int, several: bool, progress: Progress) -> Answers:
    """A network's answers; what is strange about them is told, with its name where there are several."""
    outputs = stack.gathered.outputs
    judged = judge(images, outputs.classes, outputs.outputs, offset)
    own = stack.plan.stack.class_names
    if judged.accuracy is None and own and not images.fine_names and judged.fine_predictions is not None:
        judged = replace(judged, fine_names=own[offset:] + judged.fine_names[max(0, len(own) - offset) :])
    name = f"{stack.plan.stack.name}: " if several else ""
    if judged.note:
        progress.note(f"{name}no accuracy: {judged.note}")
    said = judged.predictions if judged.fine_predictions is None else judged.fine_predictions
    if judged.accuracy is not None and said is not None and images.targets is not None:
        names = judged.fine_names or judged.class_names
        weights = str(stack.plan.stack.sources.get("weights", ""))
        why = doubt(said, images.targets, names, weights, images.named_only)
        if why:
            progress.note(f"{name}{why}")
    return judged


def _parameters(recipe: Recipe, stack: Embedded) -> dict[str, Any]:
    """How the world was made, and the keys under which a later build finds its parts."""
    outputs = stack.gathered.outputs
    return {
        "label_offset": recipe.label_offset,
        "maps": recipe.maps,
        "embed": asdict(recipe.embed),
        "layers": list(recipe.layers),
        "skipped": [list(x) for x in outputs.skipped],
        "skipped_rows": _skipped_rows(outputs, len(recipe.images)),
        "outputs": outputs.outputs,
        "keys": {"answers": stack.plan.answers, "pictures": stack.plan.pictures},
    }


def _skipped_rows(outputs: Outputs, total: int) -> list[int]:
    """Rows of the image set that could not be read."""
    return [int(x) for x in np.setdiff1d(np.arange(total), outputs.kept)]


def _write_stack(writer: WorldWriter, index: int, stack: Embedded, judged: Answers) -> tuple[LayerEntry, ...]:
    """A network's answers and layers."""
    folder = f"stacks/{index:02d}/" if index else ""
    outputs = stack.gathered.outputs
    arrays = {
        "predictions": judged.predictions,
        "fine_predictions": judged.fine_predictions,
        "confidences": outputs.confidences,
        "outputs": None if outputs.classes is None else outputs.classes.astype(np.int32),
    }
    for name, array in arrays.items():
        if array is not None:
            writer.array(f"{folder}{name}.npy", array)
    return tuple(_write_layer(writer, index, i, stack) for i in range(len(stack.layers)))


def _write_layer(writer: WorldWriter, index: int, i: int, stack: Embedded) -> LayerEntry:
    layer, found = stack.plan.layers[i], stack.gathered.activations[i]
    receptive = layer.receptive
    entry = LayerEntry(
        name=layer.name, kind=layer.kind, shape=layer.shape, inputs=layer.inputs, radius=0.0, embedding="",
        map_shape=found.map_shape, map_range=found.map_range, key=stack.results[i].key,
        residual=stack.layers[i].residual, parameters=layer.parameters,
        receptive=None if receptive is None else Receptive(receptive.size, receptive.stride, receptive.offset),
        reduction={
            "pooling": found.pooling, "features": found.width, "components": found.components,
            "explained": found.explained, "key": stack.plan.keys[i],
        },
        quality={} if found.kept_recall is None else {"reduction_recall": found.kept_recall},
        method=stack.results[i].method, reduced=layer_path("reduced", i, index),
        neighbours=layer_path("neighbours", i, index),
    )  # fmt: skip
    return writer.layer(i, entry, stack.layers[i].points, stack=index)


def _measured(
    entries: list[tuple[LayerEntry, ...]], world: Path, recipe: Recipe, crew: Crew, progress: Progress
) -> list[tuple[LayerEntry, ...]]:
    """The entries with the quality of every layer."""
    labels = world / "labels.npy" if (world / "labels.npy").exists() else None
    tasks: dict[Hashable, Task] = {
        (s, i): Task(measure_layer, (world / str(x.reduced), world / x.embedding, labels, recipe.embed.seed))
        for s, layers in enumerate(entries)
        for i, x in enumerate(layers)
    }
    progress.start("quality", len(tasks))
    with crew.on_layers() as executor:
        figures = run_tasks(executor, tasks, lambda name, result: progress.advance(1))
    progress.finish()
    return [
        tuple(replace(x, quality=figures[s, i] | x.quality) for i, x in enumerate(layers))
        for s, layers in enumerate(entries)
    ]


def _stack_entry(
    index: int, stack: Embedded, layers: tuple[LayerEntry, ...], judged: Answers, writer: WorldWriter, total: int
) -> StackEntry:
    def path(name: str) -> str | None:
        found = f"stacks/{index:02d}/{name}.npy"
        return found if found in writer.files else None

    outputs, aligned = stack.gathered.outputs, stack.onto
    return StackEntry(
        name=stack.plan.stack.name, layers=layers, aligned_to=aligned.onto if aligned else (),
        residuals=aligned.residuals if aligned else (), sources=stack.plan.stack.sources,
        parameters={
            "keys": {"answers": stack.plan.answers}, "outputs": outputs.outputs,
            "skipped": [list(x) for x in outputs.skipped], "skipped_rows": _skipped_rows(outputs, total),
        },
        preprocess=asdict(stack.plan.stack.preprocess), preprocess_text=stack.plan.stack.preprocess.describe(),
        accuracy=judged.accuracy, predictions=path("predictions"), confidences=path("confidences"),
        fine_predictions=path("fine_predictions"),
    )  # fmt: skip


def _longest(lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Names for every answer that any network gave."""
    return max(lists, key=len)
