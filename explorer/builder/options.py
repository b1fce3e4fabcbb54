"""What a build is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import nn
from torch.utils.data import Dataset

from explorer.builder.images.preprocess import IMAGENET_MEAN, IMAGENET_STD
from explorer.builder.model.hubs import HUBS
from explorer.builder.model.source import AS_MADE
from explorer.errors import ImagesError, ModelError


@dataclass(frozen=True)
class EmbedSettings:
    """Everything that decides an embedding, apart from the activations."""

    neighbours: int = 15
    min_dist: float = 0.8
    """UMAP's least distance of points. Its own default of 0.1 packs clusters so tightly that 15 dimensions
    go unused: on ResNet-20's CIFAR-10 activations 0.8 keeps a sixth to a quarter more of the 15 nearest
    neighbours in most layers, the same label accuracy, and fills twice as many dimensions."""
    epochs: int = 200
    components: int = 512
    """Principal components the neighbours are searched in: with half as many, the embeddings of ResNet-20's early
    CIFAR-10 layers keep an eighth less of the nearest neighbours."""
    seed: int = 0
    sample: int | None = None
    """Embed a sample of this many images and place the others among them; None: embed all."""


@dataclass(frozen=True, kw_only=True)
class InputOptions:
    """What was asked of the preprocessing; None stands for the model's own configuration, or our default."""

    input_size: tuple[int, int] | None = None
    """Height and width of the input, pixels."""
    resize: int | tuple[int, int] | None = None
    """Before the crop: the short side in pixels, or height and width whatever the image's own ratio."""
    crop: str | None = None
    """"centre", or "none" to squeeze the whole image into ``input_size``; a size crops to it."""
    interpolation: str | None = None
    """nearest, bilinear, bicubic, lanczos, box or hamming."""
    channels: int | None = None
    """1 (grey) or 3; None without a configuration: what the network's first layer takes."""
    bgr: bool | None = None
    """Blue first, as Caffe's networks take it."""
    scale: float | None = None
    """Input = ((pixel - offset) / scale - mean) / std."""
    offset: float | None = None
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None


@dataclass(frozen=True)
class ModelSpec:
    """A model and its weights, one stack of a world."""

    model: str | nn.Module
    """FILE.py:factory, package.module:factory, torchvision:NAME, timm:NAME, hf:ID, or a module in hand."""
    weights: Path | None = None
    """Checkpoint; None: pretrained where the model comes from a library, else as its factory makes it;
    ``Path("random")``: untrained, seeded."""
    name: str = ""
    """What people see; default: told apart by model or weights."""


@dataclass(frozen=True)
class BuildOptions(InputOptions):
    """A build from a model source and images; one field per option of ``layerflight build``."""

    model: str | nn.Module
    """As in ``ModelSpec``."""
    images: str | Path | Dataset[Any]
    """Folder, CSV, IDX, .npz, .npy, .parquet, "hf:ID", or a data set in hand."""
    output: Path
    """The world to write, NAME.world."""
    weights: Path | None = None
    """As in ``ModelSpec``."""
    labels: Path | None = None
    """Labels that do not come with the images: .npy, .txt or .csv."""
    label_column: str | None = None
    """Column to colour by."""
    label_offset: int = 0
    """The network's output i stands for class i - offset (1 where output 0 is "background")."""
    class_names: Path | None = None
    layers: tuple[str, ...] = ()
    """Globs on dotted module names; empty for the defaults."""
    limit: int | None = None
    """At most this many images, balanced over the classes."""
    batch: int = 64
    """Images in a forward pass; at least 16 are."""
    maps: int = 32
    """Largest side of stored activation maps, 1 to 32; 0 stores none."""
    embed: EmbedSettings = field(default_factory=EmbedSettings)
    """UMAP's settings and the seed of the whole build."""
    title: str = ""
    """Shown in the window; default the output's name."""
    others: tuple[ModelSpec, ...] = ()
    """Further models, or checkpoints of the same, over the same images: each a stack of its own."""
    name: str = ""
    """Name of the first stack."""
    image_column: str | None = None
    """Column of a CSV or of a data set that holds the images."""
    split: str | None = None
    """Part of a Hugging Face data set: test, train, validation."""
    workers: int | None = None
    """Processes that share the work; None: one per core where it helps."""
    cluster: str | None = None
    """Address of a Dask scheduler whose workers share the work."""

    @property
    def models(self) -> tuple[ModelSpec, ...]:
        """All models, the first one first."""
        return (ModelSpec(self.model, self.weights, self.name), *self.others)


def pair_models(models: Sequence[str | nn.Module], weights: list[str], names: list[str]) -> tuple[ModelSpec, ...]:
    """The models of a build from repeated ``--model``, ``--weights`` and ``--name``.

    Args:
        models: at least one.
        weights: none; one for each model; or several for a single model, as the epochs of a training.
            "pretrained" stands for those of a library's model, "factory" for those that the user's own factory
            gives it, "random" for none.
        names: none, or one for each pair.

    Raises:
        ModelError: they cannot be paired.
    """
    if not models:
        raise ModelError(
            "give a --model: FILE.py:factory, package.module:factory, torchvision:NAME, timm:NAME or hf:ID"
        )
    if len(models) == 1:
        models = [*models] * max(1, len(weights))
    if weights and len(weights) != len(models):
        raise ModelError(
            f"{len(models)} --model and {len(weights)} --weights cannot be paired; give each model its --weights "
            "(a file; pretrained for a library's model, factory for one of FILE.py:factory; or random)"
        )
    if names and len(names) != len(models):
        raise ModelError(f"{len(names)} --name for {len(models)} models; give one for each")
    files = [_weights(*x) for x in zip(models, weights, strict=True)] if weights else [None] * len(models)
    return tuple(ModelSpec(*x) for x in zip(models, files, names or [""] * len(models), strict=True))


def _weights(model: str | nn.Module, word: str) -> Path | None:
    """A checkpoint, or None for what the model comes with."""
    library = isinstance(model, str) and model.partition(":")[0] in HUBS
    if word == "pretrained" and not library:
        what = model if isinstance(model, str) else f"a {type(model).__name__} in hand"
        raise ModelError(
            f"there are no pretrained weights for {what}: only the models of {', '.join(HUBS)} have them; give its "
            f"--weights FILE, or factory to take it {AS_MADE}"
        )
    if word == "factory" and library:
        raise ModelError(f"{model} has no factory of yours; give --weights pretrained, random or a file")
    return None if word in ("pretrained", "factory", "") else Path(word)


def stack_names(models: tuple[ModelSpec, ...]) -> tuple[str, ...]:
    """A name for each model, all different: as given, else by what tells them apart."""
    kinds = [x.model if isinstance(x.model, str) else type(x.model).__name__ for x in models]
    short = [x.rpartition(":")[2] for x in kinds]
    stems = [x.weights.stem if x.weights else "" for x in models]
    both = [f"{k} {s}".strip() for k, s in zip(short, stems, strict=True)]
    folders = [
        f"{x.weights.parent.name}/{x.weights.stem}" if x.weights else k for x, k in zip(models, short, strict=True)
    ]
    found: list[str] = next(
        (x for x in (short, stems, both, folders, kinds) if all(x) and len(set(x)) == len(x)),
        [f"{x} {i + 1}" for i, x in enumerate(both)],
    )
    found = [x.name or name for x, name in zip(models, found, strict=True)]
    return tuple(x if found.count(x) == 1 else f"{x} {i + 1}" for i, x in enumerate(found))


def parse_size(text: str, option: str = "--input-size", expected: str = "as in 224 or 24x32") -> tuple[int, int]:
    """ "224" or "24x32" (height x width) as (height, width)."""
    match = re.fullmatch(r"(\d+)(?:[x×](\d+))?", text.strip())
    if not match or int(match[1]) < 1 or int(match[2] or 1) < 1:
        raise ImagesError(f"{option} should be {expected} (height x width), found {text!r}")
    return int(match[1]), int(match[2] or match[1])


def parse_resize(text: str) -> int | tuple[int, int]:
    """ "256" as the short side, "256x256" as height and width."""
    size = parse_size(text, "--resize", "the short side as in 256, or 256x256")
    return size if re.search("[x×]", text) else size[0]


def parse_channels(text: str, option: str) -> tuple[float, ...]:
    """ "0.5" or "0.485,0.456,0.406" or "imagenet" as numbers, for ``--mean`` and ``--std``."""
    if text.strip().lower() == "imagenet":
        return IMAGENET_MEAN if option == "--mean" else IMAGENET_STD
    try:
        return tuple(float(x) for x in text.split(",") if x.strip())
    except ValueError as error:
        raise ImagesError(f"{option} should be numbers with commas, or imagenet; found {text!r}") from error
