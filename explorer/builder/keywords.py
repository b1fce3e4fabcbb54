"""The options of a build from Python keywords, as forgiving as the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from torch import nn
from torch.utils.data import Dataset

from explorer.builder.options import (
    BuildOptions,
    EmbedSettings,
    ModelSpec,
    pair_models,
    parse_channels,
    parse_resize,
    parse_size,
)  # fmt: skip
from explorer.errors import ImagesError, ModelError

_PATHS = ("labels", "class_names")
_EMBED = {"embed_sample": "sample"} | {x.name: x.name for x in fields(EmbedSettings) if x.name != "sample"}
_NOT_KEYWORDS = ("model", "images", "output", "others")


def build_options(
    model: str | nn.Module | ModelSpec | Sequence[str | nn.Module | ModelSpec],
    images: str | Path | Dataset[Any],
    output: str | Path,
    options: dict[str, Any],
) -> BuildOptions:
    """The options of ``explorer.build``.

    Args:
        model: one, or several for several stacks.
        images: see ``BuildOptions``.
        output: the world to write.
        options: fields of ``BuildOptions`` and of ``EmbedSettings`` by name; sizes, means and paths may be
            written as on the command line; ``weights`` and ``name`` may be lists, as --weights is repeated.

    Raises:
        ModelError: an unknown option, or models and weights that cannot be paired.
        ImagesError: a value that cannot be read.
    """
    known = {x.name for x in fields(BuildOptions)} - set(_NOT_KEYWORDS) | set(_EMBED)
    for name in options:
        if name not in known:
            near = get_close_matches(name, known, 1)
            there = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
            raise ModelError(f"build has no option {name!r}; {there}")
    rest = {k: _value(k, v) for k, v in options.items() if k not in ("weights", "name") and k not in _EMBED}
    changed = {_EMBED[k]: v for k, v in options.items() if k in _EMBED}
    if changed:
        base = rest.get("embed", EmbedSettings())
        rest["embed"] = EmbedSettings(**(vars(base) | changed))
    first, *others = _models(model, options.get("weights"), options.get("name"))
    if not isinstance(output, str | os.PathLike):
        raise ModelError(f"the output should be a path, NAME.world, found {type(output).__name__}")
    source = Path(images) if isinstance(images, str) and not images.startswith("hf:") else images
    return BuildOptions(first.model, source, Path(output), first.weights, others=tuple(others), name=first.name, **rest)


def _models(
    model: str | nn.Module | ModelSpec | Sequence[str | nn.Module | ModelSpec], weights: Any, name: Any
) -> tuple[ModelSpec, ...]:
    """All models with their weights, in the order given."""
    given: list[Any] = list(model) if isinstance(model, list | tuple) else [model]
    for one in given:
        if not isinstance(one, str | nn.Module | ModelSpec):
            raise ModelError(
                "a model should be a torch.nn.Module, FILE.py:factory, package.module:factory, torchvision:NAME, "
                f"timm:NAME or hf:ID, or several in a list, found {type(one).__name__}"
            )
    if any(isinstance(x, ModelSpec) for x in given):
        if weights or name or not all(isinstance(x, ModelSpec) for x in given):
            raise ModelError("models given as ModelSpec hold their weights and names themselves")
        return tuple(x for x in given if isinstance(x, ModelSpec))
    files = ["" if x is None else str(x) for x in _listed(weights)]
    return pair_models([x for x in given if not isinstance(x, ModelSpec)], files, [str(x) for x in _listed(name)])


def _listed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return [value] if isinstance(value, str | Path) else list(value)


def _value(name: str, value: Any) -> Any:
    """One option as its field holds it."""
    if name in _PATHS and value is not None:
        if not isinstance(value, str | Path):
            what = "a name a line" if name == "class_names" else "one of each image, .npy or .csv"
            raise ImagesError(f"{name} is a file, {what}; found a {type(value).__name__}")
        return Path(value)
    if name == "layers":
        return (value,) if isinstance(value, str) else tuple(value)
    if name == "input_size" and isinstance(value, int | str):
        return parse_size(str(value))
    if name == "resize" and isinstance(value, str):
        return parse_resize(value)
    if name in ("mean", "std") and value is not None:
        return parse_channels(value, f"--{name}") if isinstance(value, str) else tuple(float(x) for x in value)
    return tuple(value) if isinstance(value, list) else value
