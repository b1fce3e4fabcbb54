"""``timm:NAME``: the models of timm (PyTorch Image Models)."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import Any

from explorer.builder.images.preprocess import INTERPOLATIONS, Preprocess
from explorer.builder.model.source import ModelSource
from explorer.errors import ModelError


def load(timm: Any, name: str, pretrained: bool) -> ModelSource:
    """The model, with the preprocessing of its data configuration.

    Args:
        timm: the library.
        name: as in ``timm.list_models()``, with ".tag" for one of several trainings; "hf_hub:ID" as timm has it.
        pretrained: with trained weights.

    Raises:
        ModelError: no model of this name.
        OSError: the weights cannot be downloaded.
    """
    if ":" not in name and not timm.is_model(name.partition(".")[0]):
        near = ", ".join(get_close_matches(name, timm.list_models(), 3))
        raise ModelError(f"timm has no model {name!r}" + (f"; near it are {near}" if near else ""))
    module = timm.create_model(name, pretrained=pretrained)
    config = timm.data.resolve_model_data_config(module)
    preprocess, notes = _preprocess(config)
    return ModelSource(
        module, name, "timm", "", preprocess=preprocess, class_names=_class_names(timm, module), notes=notes
    )


def _preprocess(config: dict[str, Any]) -> tuple[Preprocess, tuple[str, ...]]:
    """``timm.data.transforms_imagenet_eval`` in our terms, and what it does beyond them.

    timm resizes to 1 / crop_pct of the input and crops the centre; "squash" does so without keeping the ratio.
    """
    channels, height, width = config["input_size"]
    share = config["crop_pct"]
    resize = (math.floor(height / share), math.floor(width / share))
    mode, filtered = config.get("crop_mode") or "center", config["interpolation"]
    notes = []
    if mode == "border":
        notes.append("timm would add borders to keep the whole image; here its centre is cropped (or give --crop none)")
    if filtered not in INTERPOLATIONS:
        notes.append(f"timm asks for {filtered} interpolation; here it is bilinear")
        filtered = "bilinear"
    preprocess = Preprocess(
        size=(height, width),
        # Of an input that is not square, timm makes both sides fit, which is what no number asks for here.
        resize=resize if mode == "squash" else resize[0] if height == width else None,
        channels=channels,
        mean=tuple(config["mean"]),
        std=tuple(config["std"]),
        interpolation=filtered,
    )
    return preprocess, tuple(notes)


def _class_names(timm: Any, module: Any) -> tuple[str, ...]:
    """Words for ImageNet's classes, which timm tells by their number; a folder of the hub names its own."""
    own = (getattr(module, "pretrained_cfg", None) or {}).get("label_names")
    if own:
        return tuple(str(x) for x in own)
    subset = timm.data.infer_imagenet_subset(module)
    return tuple(timm.data.ImageNetInfo(subset).label_descriptions()) if subset else ()
