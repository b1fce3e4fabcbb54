"""What a build is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from explorer.builder.images.preprocess import IMAGENET_MEAN, IMAGENET_STD
from explorer.errors import ImagesError


@dataclass(frozen=True)
class EmbedSettings:
    """Everything that decides an embedding, apart from the activations."""

    neighbours: int = 15
    min_dist: float = 0.8
    """UMAP's least distance of points. Its own default of 0.1 packs clusters so tightly that 15 dimensions
    go unused: on ResNet-20's CIFAR-10 activations 0.8 keeps a sixth to a quarter more of the 15 nearest
    neighbours in most layers, the same label accuracy, and fills twice as many dimensions."""
    epochs: int = 200
    components: int = 256
    """Principal components the neighbours are searched in."""
    seed: int = 0


@dataclass(frozen=True)
class BuildOptions:
    """A build from a model source and images; one field per option of ``layerflight build``."""

    model: str
    """"FILE.py:factory" or "package.module:factory"."""
    images: Path
    """Folder, IDX, .npz or .npy."""
    output: Path
    """The world to write, NAME.world."""
    weights: Path | None = None
    """Checkpoint; None: as the factory returns the model."""
    labels: Path | None = None
    """Labels that do not come with the images: .npy, .txt or .csv."""
    label_column: str | None = None
    """CSV column to colour by."""
    label_offset: int = 0
    """The network's output i stands for class i - offset (1 where output 0 is "background")."""
    class_names: Path | None = None
    layers: tuple[str, ...] = ()
    """Globs on dotted module names; empty for the defaults."""
    limit: int | None = None
    """At most this many images, balanced over the classes."""
    batch: int = 64
    """Images in a forward pass."""
    input_size: tuple[int, int] | None = None
    """Height and width of the input, pixels; None: the images' own."""
    resize: int | None = None
    """Short side before the centre crop, pixels; None: as small as the crop allows."""
    channels: int | None = None
    """1 or 3; None: what the network's first layer takes."""
    scale: float = 255.0
    """Input = ((pixel - offset) / scale - mean) / std."""
    offset: float = 0.0
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    maps: int = 32
    """Largest side of stored activation maps, 1 to 32; 0 stores none."""
    embed: EmbedSettings = field(default_factory=EmbedSettings)
    """UMAP's settings and the seed of the whole build."""
    title: str = ""
    """Shown in the window; default the output's name."""


def parse_size(text: str) -> tuple[int, int]:
    """ "224" or "24x32" (height x width) as (height, width)."""
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", text.strip())
    if not match or int(match[1]) < 1 or int(match[2] or 1) < 1:
        raise ImagesError(f"--input-size should be as in 224 or 24x32 (height x width), found {text!r}")
    return int(match[1]), int(match[2] or match[1])


def parse_channels(text: str, option: str) -> tuple[float, ...]:
    """ "0.5" or "0.485,0.456,0.406" or "imagenet" as numbers, for ``--mean`` and ``--std``."""
    if text.strip().lower() == "imagenet":
        return IMAGENET_MEAN if option == "--mean" else IMAGENET_STD
    try:
        return tuple(float(x) for x in text.split(",") if x.strip())
    except ValueError as error:
        raise ImagesError(f"{option} should be numbers with commas, or imagenet; found {text!r}") from error
