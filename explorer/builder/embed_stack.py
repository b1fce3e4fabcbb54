"""Gets a network's embeddings: from the world that is replaced, or by embedding and turning them."""

from __future__ import annotations

from pathlib import Path

from explorer.builder.activations.passes import save_arrays
from explorer.builder.crew import Crew
from explorer.builder.embedding.align import AlignedStack, align_chain, align_stack
from explorer.builder.embedding.stack import LayerWork, embed_layers, layer_keys
from explorer.builder.embedding.tree import starting_points
from explorer.builder.finish import Embedded
from explorer.builder.gather import Gathered
from explorer.builder.keys import key_of
from explorer.builder.plan import Plan
from explorer.builder.previous import Previous
from explorer.builder.progress import Progress
from explorer.builder.recipe import Recipe
from explorer.builder.workdir import WorkDir
from explorer.store.write import layer_path


def embed_stack(
    recipe: Recipe, index: int, plan: Plan, found: Gathered, before: list[Embedded], folder: WorkDir,
    previous: Previous, crew: Crew, progress: Progress,
) -> Embedded:  # fmt: skip
    """Embed one network's layers and turn them into one frame.

    A further network's layer starts from the first network's layer of the same name, where there is one.

    Args:
        recipe: the build.
        index: of the network.
        plan: the network.
        found: its activations.
        before: the networks embedded before it, the first one first.
        folder: where finished layers are kept; its world holds the reduced features.
        previous: the world that is replaced.
        crew: does the work.
        progress: told of every layer.
    """
    names = [x.name for x in plan.layers]
    starts = _starts(before, names, folder)
    keys = layer_keys(
        list(plan.features), recipe.embed, starting_points(len(names)), ["" if x is None else x.stem for x in starts]
    )
    again = all(x.reused for x in before[:1])
    taken = previous.embeddings(keys, index, folder.world) if again else None
    if taken is not None:
        progress.note("the embeddings of the world that is replaced are used again")
        results, layers = [x for x, _ in taken], [x for _, x in taken]
        onto = AlignedStack(layers, *previous.alignment(index)) if index else None
        return Embedded(plan, found, results, layers, onto, reused=True)
    work = [
        LayerWork(
            name, key, folder.world / layer_path("reduced", i, index),
            folder.world / layer_path("neighbours", i, index), folder.embedded, recipe.embed,
        )
        for i, (name, key) in enumerate(zip(names, keys, strict=True))
    ]  # fmt: skip
    results = embed_layers(work, starts, crew, progress)
    points = [x.points for x in results]
    if not before:
        return Embedded(plan, found, results, align_chain(points), None)
    onto = align_stack(points, names, before[0].layers, [x.name for x in before[0].plan.layers])
    return Embedded(plan, found, results, onto.layers, onto)


def _starts(before: list[Embedded], names: list[str], folder: WorkDir) -> list[Path | None]:
    """For each layer the first network's aligned layer of its name, on disk; None where there is none."""
    known: dict[str, Path] = {}
    if before:
        first = before[0]
        keys = [x.key for x in first.results]
        for i, (layer, aligned) in enumerate(zip(first.plan.layers, first.layers, strict=True)):
            path = folder.embedded / f"{key_of(frame=keys[: i + 1])}.aligned.npz"  # a frame hangs on those before it
            if layer.name in names:
                save_arrays(path, {"points": aligned.points})
                known[layer.name] = path
    return [known.get(name) for name in names]
