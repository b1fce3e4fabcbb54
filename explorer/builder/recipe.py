"""What a build is made of, with networks and images in hand; and what it came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import nn

from explorer.builder.images.image_set import ImageSet
from explorer.builder.images.preprocess import Preprocess
from explorer.builder.options import EmbedSettings, ModelSpec
from explorer.errors import ImagesError, ModelError
from explorer.store.manifest import Manifest


@dataclass(frozen=True)
class StackRecipe:
    """One network of a build."""

    model: nn.Module
    """Trained; put in eval mode by the build."""
    preprocess: Preprocess
    name: str = ""
    code: str = ""
    """Hash of the model's source, where it is known."""
    sources: dict[str, Any] = field(default_factory=dict)
    """Names of model and weights, kept in the manifest."""
    class_names: tuple[str, ...] = ()
    """The model's own names of its outputs, where it knows them."""
    spec: ModelSpec | None = None
    """How another process gets the same network; None: by copying the module."""
    notes: tuple[str, ...] = ()
    """What a person should know of the model, a line each."""


@dataclass(frozen=True)
class Recipe:
    """A build with networks and images in hand, for scripts that have both already."""

    stacks: tuple[StackRecipe, ...]
    """The first is the one that the others are aligned to."""
    images: ImageSet
    output: Path
    layers: tuple[str, ...] = ()
    label_offset: int = 0
    batch: int = 64
    maps: int = 32
    embed: EmbedSettings = field(default_factory=EmbedSettings)
    title: str = ""
    sources: dict[str, Any] = field(default_factory=dict)
    """Names of images, labels and so on, kept in the manifest."""
    workers: int | None = None
    cluster: str | None = None


@dataclass(frozen=True)
class BuildReport:
    """What a build did."""

    path: Path
    manifest: Manifest
    seconds: dict[str, float]
    """Wall seconds by stage of this run; those of a stage's parts, added over workers, as "images: forward"."""
    size: int
    """Bytes of the world."""
    skipped: tuple[tuple[str, str], ...]
    """Name and reason of images that could not be read."""


def check_recipe(recipe: Recipe) -> None:
    """Refuse what nothing can be built from.

    Raises:
        ImagesError: too few images.
        ModelError: options out of range.
    """
    if len(recipe.images) < 2:
        raise ImagesError(f"{len(recipe.images)} image is too few for a world; at least 2 are needed")
    if not 0 <= recipe.maps <= 32:
        raise ModelError(f"--maps should be 0 to 32 (the largest side of stored activation maps), found {recipe.maps}")
    if recipe.batch < 1:
        raise ModelError(f"--batch should be at least 1, found {recipe.batch}")
    settings = recipe.embed
    if settings.neighbours < 2 or settings.epochs < 1 or settings.components < 1:
        raise ModelError("--neighbours should be at least 2, --epochs and --components at least 1")
    if settings.sample is not None and settings.sample < settings.neighbours + 2:
        raise ModelError(
            f"--embed-sample should be at least {settings.neighbours + 2} for {settings.neighbours} neighbours, "
            f"found {settings.sample}"
        )
