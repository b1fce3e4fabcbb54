"""``torchvision:NAME``: the classifiers of torchvision.models."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.source import ModelSource
from explorer.errors import ModelError


def load(torchvision: Any, name: str, pretrained: bool) -> ModelSource:
    """The model, with its preprocessing and class names, as its best weights were made for.

    Args:
        torchvision: the library.
        name: as in ``torchvision.models.list_models()``.
        pretrained: with the weights the library calls DEFAULT.

    Raises:
        ModelError: no classifier of this name.
        OSError: the weights cannot be downloaded.
    """
    models = torchvision.models
    known = models.list_models(module=models)
    if name not in known:
        near = ", ".join(get_close_matches(name, known, 3)) or ", ".join(known[:6]) + ", ..."
        raise ModelError(f"torchvision has no classifier {name!r}; it has {near}")
    weights = models.get_model_weights(name).DEFAULT
    module = models.get_model(name, weights=weights if pretrained else None, **_quiet(name, pretrained))
    return ModelSource(
        module, name, "torchvision", "", preprocess=_preprocess(weights.transforms()),
        class_names=tuple(weights.meta.get("categories") or ()),
    )  # fmt: skip


def _quiet(name: str, pretrained: bool) -> dict[str, bool]:
    """Two models warn unless told whether to draw their first weights as in 2015, which takes half a minute."""
    return {"init_weights": False} if name in ("googlenet", "inception_v3") and not pretrained else {}


def _preprocess(preset: Any) -> Preprocess:
    """torchvision.transforms' ImageClassification preset in our terms: short side, centre crop, mean and std."""
    crop, resize = preset.crop_size, preset.resize_size
    return Preprocess(
        size=(crop[0], crop[-1]),
        resize=resize[0] if len(resize) == 1 else (resize[0], resize[1]),
        mean=tuple(preset.mean),
        std=tuple(preset.std),
        interpolation=preset.interpolation.value,
    )
