"""Gets a network's activations into the world: from the world that is replaced, from passes that an interrupted
run finished, and the rest by a pass over the images."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from explorer.builder.activations.extract import COMPLETE, extract
from explorer.builder.activations.merge import Activations, Outputs, join_layer, join_outputs, join_pictures
from explorer.builder.activations.passes import Pass
from explorer.builder.activations.steady import LEAST
from explorer.builder.crew import Crew, Task, run_tasks
from explorer.builder.keys import key_of
from explorer.builder.plan import Plan
from explorer.builder.previous import Previous
from explorer.builder.progress import Progress, Stopwatch
from explorer.builder.recipe import Recipe
from explorer.builder.workdir import WorkDir
from explorer.store.write import layer_path


@dataclass(frozen=True)
class Gathered:
    """What was found of one network."""

    activations: list[Activations]
    outputs: Outputs
    pictures: list[str]
    """Files of thumbnails and previews; empty for all networks but the first."""


def gather(
    recipe: Recipe, plan: Plan, stack: int, folder: WorkDir, previous: Previous, crew: Crew, progress: Progress,
    watch: Stopwatch,
) -> Gathered:  # fmt: skip
    """Find everything of one network and put it into the world.

    Args:
        recipe: the build.
        plan: the network.
        stack: its place among the networks; the first brings the pictures.
        folder: where passes are kept and the world is put together.
        previous: the world that is replaced.
        crew: does the work.
        progress: told of it.
        watch: gets the seconds.
    """
    _forget_damaged(recipe, plan, folder)
    pictures = previous.pictures(plan.pictures, folder.world) if stack == 0 else []
    answers = previous.answers(plan.answers, len(recipe.images))
    found: dict[int, Activations] = {}
    for i, key in enumerate(plan.keys):
        taken = previous.activations(key, folder.world, layer_path("reduced", i, stack), layer_path("maps", i, stack))
        if taken is not None:
            found[i] = taken
    if len(found) == len(plan.keys) and answers is not None and pictures is not None:
        progress.note("the activations of the world that is replaced are used again")
        return Gathered([found[i] for i in range(len(plan.keys))], answers, pictures)
    known = {key for _, keys in folder.complete_passes(plan.answers) for key in keys}
    missing = [i for i in range(len(plan.keys)) if i not in found and plan.keys[i] not in known]
    need_pictures = pictures is None and not (_pictures(recipe, plan, folder) / COMPLETE).exists()
    need_pass = (answers is None or pictures is None) and not any(folder.complete_passes(plan.answers))
    if missing or need_pictures or need_pass:
        with watch("images"):
            extract(_pass(recipe, plan, missing, folder, need_pictures), crew, progress, watch)
    else:
        progress.note("the images of the interrupted build are used again")
    with watch("join"):
        found |= _join(recipe, plan, stack, found, folder, crew, progress)
        whole = _joinable(recipe, plan, folder)
        answers = answers or join_outputs(whole[0])
        if pictures is None:
            pictures = join_pictures(replace(whole[0], pictures=_pictures(recipe, plan, folder)), folder.world)
    return Gathered([found[i] for i in range(len(plan.keys))], answers, pictures)


def _pass(recipe: Recipe, plan: Plan, missing: list[int], folder: WorkDir, pictures: bool) -> Pass:
    """The pass over the images that finds the missing layers."""
    keys = tuple(plan.keys[i] for i in missing)
    return Pass(
        network=plan.network, images=recipe.images, preprocess=plan.stack.preprocess,
        layers=tuple(plan.layers[i] for i in missing), keys=keys, input_shape=plan.input_shape,
        batch=max(LEAST, recipe.batch), side=recipe.maps, components=recipe.embed.components, seed=recipe.embed.seed,
        folder=folder.passes / f"{plan.answers[:16]}-{key_of(layers=keys)[:16]}",
        pictures=_pictures(recipe, plan, folder) if pictures else None, thumbnail_side=plan.thumbnail_side,
    )  # fmt: skip


def _pictures(recipe: Recipe, plan: Plan, folder: WorkDir) -> Path:
    """Where thumbnails and previews of these images are kept, in the shards that the seed deals them to."""
    return folder.pictures / key_of(pictures=plan.pictures, seed=recipe.embed.seed)[:32]


def _forget_damaged(recipe: Recipe, plan: Plan, folder: WorkDir) -> None:
    """Take back the mark of what an interrupted run finished where a file of it is damaged or gone: it is run
    again, for the damaged shards alone."""
    for work in _joinable(recipe, plan, folder):
        if not work.is_complete():
            (work.folder / COMPLETE).unlink()
    pictures = _pass(recipe, plan, [], folder, pictures=True)
    if not all(pictures.has_pictures(x) for x in range(len(pictures.shards))):
        (_pictures(recipe, plan, folder) / COMPLETE).unlink(missing_ok=True)


def _joinable(recipe: Recipe, plan: Plan, folder: WorkDir) -> list[Pass]:
    """The finished passes of this network."""
    empty = _pass(recipe, plan, [], folder, pictures=False)
    return [replace(empty, folder=path, keys=tuple(keys)) for path, keys in folder.complete_passes(plan.answers)]


def _join(
    recipe: Recipe, plan: Plan, stack: int, found: dict[int, Activations], folder: WorkDir, crew: Crew,
    progress: Progress,
) -> dict[int, Activations]:  # fmt: skip
    """Put the layers that passes have found into the world, side by side."""
    tasks: dict[Hashable, Task] = {}
    for work in _joinable(recipe, plan, folder):
        shared = crew.share(work)
        for i, key in enumerate(plan.keys):
            if i not in found and i not in tasks and key in work.keys:
                paths = (layer_path("reduced", i, stack), layer_path("maps", i, stack))
                tasks[i] = Task(join_layer, (shared, work.keys.index(key), folder.world, *paths))
    progress.start("join", len(tasks))

    def done(name: Hashable, result: Any) -> None:
        progress.advance(1, plan.layers[int(str(name))].name)

    with crew.on_layers() as executor:
        joined = run_tasks(executor, tasks, done)
    progress.finish()
    return {int(str(i)): result for i, result in joined.items()}
