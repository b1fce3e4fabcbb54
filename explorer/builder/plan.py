"""What has to be found of one network: its layers, and a key for everything that is computed from it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import prod
from typing import Any

import numpy as np
import PIL
import torch
from torch import Tensor, nn

from explorer.builder.activations.network import Network, copy_of
from explorer.builder.activations.pooled import FEATURES
from explorer.builder.activations.steady import LEAST
from explorer.builder.activations.taps import tapped
from explorer.builder.images.decode import Unreadable
from explorer.builder.images.image_set import ImageSet
from explorer.builder.keys import key_of
from explorer.builder.model.layers import Layer, choose_layers
from explorer.builder.model.probe import first_tensor, probe
from explorer.builder.options import ModelSpec
from explorer.builder.progress import Progress
from explorer.builder.recipe import Recipe, StackRecipe
from explorer.errors import ImagesError
from explorer.types import UInt8

REVISION = 3
"""Raised when what is kept of an activation changes, so that nothing of an older version is used again."""

SMALL, LARGE = 32, 64
"""Sides of a thumbnail, pixels: large ones where there is more to see and few enough images."""

SIDE_BY_SIDE = 64 << 20
"""Bytes of a batch's activations, in the chosen layers, up to which several batches are worked on at once: for larger
ones memory matters more, and what is done beside the forward pass less."""

_LARGE_UP_TO = 12_000


@dataclass(frozen=True)
class Plan:
    """One network over the images of a build."""

    stack: StackRecipe
    network: Network
    layers: tuple[Layer, ...]
    keys: tuple[str, ...]
    """Hash of all that what is kept of each layer's activations is computed from."""
    features: tuple[str, ...]
    """The same of what is embedded: of the features alone, without the maps."""
    answers: str
    """The same of the network's answers."""
    pictures: str
    """The same of thumbnails and previews: images only."""
    input_shape: tuple[int, ...]
    """(h, w, 3) of every cropped image."""
    thumbnail_side: int


def plan_stack(recipe: Recipe, stack: StackRecipe, progress: Progress) -> Plan:
    """Find the layers by running the first two readable images, and name what is to be found."""
    stack.model.eval()
    first = _first_images(recipe.images, 2)
    cropped = [stack.preprocess.crop(x) for x in first]
    same = [x for x in cropped if x.shape == cropped[0].shape]
    example = stack.preprocess.tensor(same)  # (1 or 2, C, h, w)
    calls = probe(stack.model, example)
    layers = choose_layers(
        stack.model, calls, tuple(int(x) for x in example.shape[1:]), recipe.layers, progress.note,
        strict=len(recipe.stacks) == 1,
    )  # fmt: skip
    behaviour = _behaviour(stack.model, example)
    code = hashlib.sha256((stack.code + behaviour).encode()).hexdigest()
    network = Network.of(
        stack.spec or ModelSpec(stack.model), stack.model, stack.code, recipe.embed.seed, code,
        copies=_bytes(layers, recipe.batch) <= SIDE_BY_SIDE and _copies_behave(stack.model, example, behaviour),
    )  # fmt: skip
    large = min(first[0].shape[:2]) > SMALL and len(recipe.images) <= _LARGE_UP_TO
    pictures = key_of(revision=REVISION, images=recipe.images.stamp(), pillow=PIL.__version__, large=large)
    answers = key_of(
        pictures=pictures, network=network.digest, behaviour=code, preprocess=asdict(stack.preprocess),
        torch=torch.__version__, numpy=np.__version__, seed=recipe.embed.seed,
    )  # fmt: skip
    features = tuple(
        key_of(answers=answers, layer=x.name, features=FEATURES, components=recipe.embed.components) for x in layers
    )
    keys = tuple(key_of(features=x, maps=recipe.maps) for x in features)
    side = LARGE if large else SMALL
    return Plan(stack, network, tuple(layers), keys, features, answers, pictures, cropped[0].shape, side)


def _behaviour(model: nn.Module, example: Tensor) -> str:
    """Hash of what every module answers to an example: it changes with code that no file's hash knows of.

    Raises:
        ModelError: the network does not take several images at once.
    """
    digest = hashlib.sha256()

    def hook(module: nn.Module, args: Any, output: Any) -> None:
        found = first_tensor(output)
        if found is not None:
            digest.update(found.detach().cpu().contiguous().numpy().tobytes())

    handles = [module.register_forward_hook(hook) for module in model.modules()]
    try:
        with tapped(model, []) as run:
            run(example[:1])
    finally:
        for handle in handles:
            handle.remove()
    return digest.hexdigest()


def _bytes(layers: Sequence[Layer], batch: int) -> int:
    """Of float32 activations of a batch in these layers."""
    return 4 * max(LEAST, batch) * sum(prod(x.shape) for x in layers)


def _copies_behave(model: nn.Module, example: Tensor, behaviour: str) -> bool:
    """Whether every module of a copy answers as the network's own.

    They do not where code holds on to the network in a way that is not copied, as a nested function does.
    """
    try:
        return _behaviour(copy_of(model), example) == behaviour
    except Exception:  # what a foreign class raises that cannot be copied
        return False


def _first_images(images: ImageSet, count: int) -> list[UInt8]:
    """The first images that can be read; the pass itself counts those that cannot."""
    found: list[UInt8] = []
    why = ""
    for row in range(len(images)):
        try:
            found.append(images.source.read(int(images.chosen[row])))
        except Unreadable as error:
            why = why or f"{images.name(row)}: {error}"
        if len(found) == count:
            return found
    if not found:
        raise ImagesError(f"none of the {len(images)} images can be read ({why})")
    return found
