"""A build from beginning to end: model, images, one pass, an embedding per layer, the finished world."""

from __future__ import annotations

import hashlib
import math
import shutil
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import nn

from explorer.builder.activations.extract import Extraction, extract
from explorer.builder.activations.pooled import FEATURES
from explorer.builder.embedding.stack import embed_layers
from explorer.builder.finish import About, finish_world
from explorer.builder.images.decode import Unreadable
from explorer.builder.images.image_set import ImageSet, open_image_set
from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.inputs import choose_preprocess
from explorer.builder.model.layers import Layer, choose_layers
from explorer.builder.model.load import load_model
from explorer.builder.model.probe import probe
from explorer.builder.model.weights import load_weights
from explorer.builder.options import BuildOptions, EmbedSettings
from explorer.builder.progress import Progress, Silent, Stopwatch
from explorer.builder.workdir import WorkDir, key_of
from explorer.errors import ImagesError, ModelError, WorldError
from explorer.store.manifest import Manifest
from explorer.store.swap import beside, checked_target, exclusive, recover, swap_in, writing
from explorer.types import UInt8


@dataclass(frozen=True)
class Recipe:
    """A build with model and images in hand, for scripts that have both already."""

    model: nn.Module
    """Trained; put in eval mode here."""
    images: ImageSet
    output: Path
    preprocess: Preprocess
    layers: tuple[str, ...] = ()
    label_offset: int = 0
    batch: int = 64
    maps: int = 32
    embed: EmbedSettings = field(default_factory=EmbedSettings)
    title: str = ""
    code: str = ""
    """Hash of the model's source, where it is known."""
    sources: dict[str, Any] = field(default_factory=dict)
    """Names of model, weights and so on, kept in the manifest."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did."""

    path: Path
    manifest: Manifest
    seconds: dict[str, float]
    """Wall seconds by stage, of this run."""
    size: int
    """Bytes of the world."""
    skipped: list[tuple[str, str]]
    """Name and reason of images that could not be read."""


def build_world(options: BuildOptions, progress: Progress | None = None) -> BuildReport:
    """Build a world from a model source, weights and images.

    Raises:
        ModelError: the model or its weights cannot be used.
        ImagesError: the images or labels cannot be used.
        WorldError: the output cannot be written, or is something else than a world.
    """
    progress = progress or Silent()
    with writing(options.output):
        checked_target(options.output)
    watch = Stopwatch()
    with watch("load"):
        source = load_model(options.model)
        if options.weights is not None:
            load_weights(source.module, options.weights)
        images = open_image_set(
            Path(str(options.images)), options.labels, options.label_column, options.class_names, options.limit,
            options.embed.seed,
        )  # fmt: skip
    sources = {
        "model": f"{source.source}:{source.name}",
        "weights": options.weights.name if options.weights else "",
        "images": images.origin,
        "labels": options.labels.name if options.labels else "",
    }
    recipe = Recipe(
        source.module, images, options.output, choose_preprocess(options, source), options.layers,
        options.label_offset, options.batch, options.maps, options.embed, options.title, source.digest, sources,
    )  # fmt: skip
    return build_from(recipe, progress, watch)


def build_from(recipe: Recipe, progress: Progress | None = None, watch: Stopwatch | None = None) -> BuildReport:
    """Build a world from a model and images in hand; finished parts of an interrupted run are used again.

    The new world takes the place of an old one only when it is complete. An interruption leaves the old
    world, or none, and ``NAME.world.partial`` for the next run.
    """
    progress, watch = progress or Silent(), watch or Stopwatch()
    path = Path(recipe.output)
    _check(recipe)
    with writing(path):
        path = checked_target(path)
        partial = beside(path, ".partial")
        with exclusive(partial):
            recover(path)
            with WorkDir(partial) as folder:
                manifest, skipped = _build(recipe, folder, progress, watch)
                swap_in(folder.world, path)
                folder.discard()
    size = sum(x.bytes for x in manifest.files.values())
    report = BuildReport(path, manifest, watch.seconds, size, skipped)
    _summarise(report, progress)
    return report


def _build(
    recipe: Recipe, folder: WorkDir, progress: Progress, watch: Stopwatch
) -> tuple[Manifest, list[tuple[str, str]]]:
    """All stages; the world is complete in its working folder afterwards."""
    recipe.model.eval()
    with watch("images"):
        layers = _plan(recipe)
        found = _extract(recipe, layers, folder, progress)
    _tell_skipped(found, progress)
    with watch("embed"):
        embedded = embed_layers(layers, found, folder, recipe.embed, progress)
    with watch("write"):
        kept, about = recipe.images.take(found.kept), _about(recipe, found)
        manifest = finish_world(folder.world, kept, layers, found, embedded, about, recipe.label_offset, progress)
    return manifest, found.skipped


def _check(recipe: Recipe) -> None:
    if len(recipe.images) < 2:
        raise ImagesError(f"{len(recipe.images)} image is too few for a world; at least 2 are needed")
    if not 0 <= recipe.maps <= 32:
        raise ModelError(f"--maps should be 0 to 32 (the largest side of stored activation maps), found {recipe.maps}")
    if recipe.batch < 1:
        raise ModelError(f"--batch should be at least 1, found {recipe.batch}")
    if recipe.embed.neighbours < 2 or recipe.embed.epochs < 1 or recipe.embed.components < 1:
        raise ModelError("--neighbours should be at least 2, --epochs and --components at least 1")


def _plan(recipe: Recipe) -> list[Layer]:
    """The layers, found by running the first readable image."""
    example = recipe.preprocess.tensor([_first_image(recipe.images, recipe.preprocess)])  # (1, C, h, w)
    calls = probe(recipe.model, example)
    return choose_layers(recipe.model, calls, tuple(int(x) for x in example.shape[1:]), recipe.layers)


def _first_image(images: ImageSet, preprocess: Preprocess) -> UInt8:
    """The first image that can be read, cropped; the pass itself counts those that cannot."""
    why = ""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        for row in range(len(images)):
            try:
                return preprocess.crop(images.source.read(int(images.chosen[row])))
            except Unreadable as error:
                why = why or f"{images.name(row)}: {error}"
    raise ImagesError(f"none of the {len(images)} images can be read ({why})")


def _extract(recipe: Recipe, layers: list[Layer], folder: WorkDir, progress: Progress) -> Extraction:
    """The pass over the images, or what an interrupted run already has of it."""
    key = key_of(
        images=recipe.images.stamp(),
        names=[recipe.images.name(i) for i in range(len(recipe.images))],
        model=_model_digest(recipe),
        preprocess=asdict(recipe.preprocess),
        layers=[x.name for x in layers],
        batch=recipe.batch,
        maps=recipe.maps,
        torch=torch.__version__,
    )
    found = folder.saved_extraction(key)
    if found is not None:
        progress.note("the images of the interrupted build are used again")
        return found
    _check_room(recipe, layers, folder)
    folder.begin_extraction()
    found = extract(
        recipe.model, recipe.images, recipe.preprocess, layers, recipe.batch, recipe.maps, folder.work, folder.world,
        progress,
    )  # fmt: skip
    folder.save_extraction(key, found)
    return found


def _check_room(recipe: Recipe, layers: list[Layer], folder: WorkDir) -> None:
    """Refuse at once what would fill the disk in an hour: features are most of what a build writes."""
    values = sum(min(math.prod(x.shape), FEATURES) for x in layers)
    need = 4 * values * len(recipe.images)
    free = shutil.disk_usage(folder.world.parent).free
    if need > free:
        raise WorldError(
            f"{recipe.output} needs about {need / 1e9:.1f} GB while it is built, {free / 1e9:.1f} GB are free; "
            "free some space, or use --limit or fewer layers (--layer)"
        )


def _model_digest(recipe: Recipe) -> str:
    """Hash of code, structure and weights."""
    digest = hashlib.sha256(f"{recipe.code}\n{recipe.model!r}".encode())
    for name, tensor in recipe.model.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _about(recipe: Recipe, found: Extraction) -> About:
    """What the manifest says of the build."""
    parameters = {
        "preprocess": asdict(recipe.preprocess),
        "label_offset": recipe.label_offset,
        "batch": recipe.batch,
        "maps": recipe.maps,
        "embed": asdict(recipe.embed),
        "layers": list(recipe.layers),
        "skipped": [list(x) for x in found.skipped],
    }
    return About(recipe.title or recipe.output.name.removesuffix(".world"), recipe.sources, parameters)


def _tell_skipped(found: Extraction, progress: Progress) -> None:
    if not found.skipped:
        return
    progress.note(f"{len(found.skipped)} images cannot be read and are left out:")
    for name, why in found.skipped[:10]:
        progress.note(f"  {name}: {why}")
    if len(found.skipped) > 10:
        progress.note(f"  and {len(found.skipped) - 10} more (all are listed in the manifest)")


def _summarise(report: BuildReport, progress: Progress) -> None:
    """The lines at the end: what came out and what took how long."""
    manifest = report.manifest
    accuracy = "" if manifest.accuracy is None else f", accuracy {manifest.accuracy:.2%}"
    size = report.size / 1e6
    progress.note(f"{report.path}: {manifest.images} images in {len(manifest.layers)} layers, {size:.1f} MB{accuracy}")
    progress.note("seconds: " + ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in report.seconds.items()))
