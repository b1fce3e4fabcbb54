"""``hf:ID``: image models of transformers, from a folder, the local cache or the hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from logging import ERROR, getLogger
from typing import Any

import numpy as np
import torch

from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.source import ModelSource
from explorer.errors import ModelError

_ALIKE = 2.5 / 255
"""Largest difference, in shares of the pixels' range, between the processor's input and ours for a smooth
picture: two grey levels for a crop half a pixel off, where the two round differently."""


def load(transformers: Any, name: str, pretrained: bool) -> ModelSource:
    """The model, with the preprocessing of its image processor and the names of its classes.

    Args:
        transformers: the library.
        name: ID on the hub, or a folder.
        pretrained: with trained weights.

    Raises:
        ModelError: the model takes something else than images alone.
        OSError: it cannot be had.
    """
    with _quiet(transformers):
        config = transformers.AutoConfig.from_pretrained(name)
        kind, config = _kind(transformers, config, name)
        notes = []
        if pretrained:
            module, told = kind.from_pretrained(name, config=config, dtype=torch.float32, output_loading_info=True)
            missing = sorted(told["missing_keys"])
            if missing:
                notes.append(f"the checkpoint lacks {len(missing)} weights, which are random: {', '.join(missing[:3])}")
        else:
            module = kind.from_config(config, dtype=torch.float32)
        preprocess, more = _preprocess(transformers, name, getattr(config, "num_channels", 3))
    names = tuple(str(x) for _, x in sorted((config.id2label or {}).items()))
    named = any(x != f"LABEL_{i}" for i, x in enumerate(names))
    return ModelSource(
        module, name, "hf", "", preprocess=preprocess, class_names=names if named else (), notes=(*notes, *more)
    )


def _kind(transformers: Any, config: Any, name: str) -> tuple[Any, Any]:
    """The class that makes the model and its configuration: a classifier, or what comes before one."""
    config.architectures = config.architectures or []  # the library loops over it
    asked = config.architectures[0] if config.architectures else ""
    if type(config) in transformers.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING and (
        not asked or "ForImageClassification" in asked
    ):
        return transformers.AutoModelForImageClassification, config
    for part in (config, getattr(config, "vision_config", None)):  # CLIP and its like: the part that sees
        kinds = transformers.MODEL_MAPPING.get(type(part), ()) if part is not None else ()
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            if kind.main_input_name == "pixel_values":
                return transformers.AutoModel, part
    raise ModelError(f"hf:{name} is a {asked or type(config).__name__}, expected a model that takes images alone")


def _preprocess(transformers: Any, name: str, channels: int) -> tuple[Preprocess | None, tuple[str, ...]]:
    """The image processor's configuration in our terms, and a note where our terms do not hold it."""
    try:
        processor = transformers.AutoImageProcessor.from_pretrained(name, backend="pil")
    except OSError:
        return None, ("no configuration of its preprocessing was found; see --input-size, --mean and --std",)
    try:
        ours = _translated(processor.to_dict(), channels)
    except (KeyError, TypeError, ValueError) as error:
        return None, (
            f"its {type(processor).__name__} is not understood ({error}); see --input-size, --mean and --std",
        )
    if not _agree(processor, ours):
        what = f"its {type(processor).__name__} does more than is done here"
        return ours, (f"{what}: compare the accuracy, and see --resize, --mean and --std",)
    return ours, ()


def _translated(config: dict[str, Any], channels: int) -> Preprocess:
    """A processor's fields as ours; KeyError for ways of resizing that we have not."""
    resize: int | tuple[int, int] | None = None
    size: tuple[int, int] | None = None
    asked = config.get("size") or {}
    if config.get("do_resize"):
        short = asked.get("shortest_edge")
        resize = (asked["height"], asked["width"]) if short is None else int(short)
        if asked.get("longest_edge"):
            raise ValueError("it bounds the longest side")
        if short is not None and config.get(
            "crop_pct"
        ):  # ConvNext's: the centre below 384 pixels, all of it from there
            size = (short, short)
            resize = int(short / config["crop_pct"]) if short < 384 else size
    if config.get("do_center_crop"):
        size = (config["crop_size"]["height"], config["crop_size"]["width"])
    elif isinstance(resize, tuple):
        size = resize
    mean, std = _statistics(config, channels)
    return Preprocess(
        size=size,
        resize=resize,
        channels=channels,
        scale=1 / config["rescale_factor"] if config.get("do_rescale") else 1.0,
        mean=mean,
        std=std,
        interpolation=_FILTERS[int(config["resample"])] if config.get("resample") is not None else "bilinear",
        bgr=bool(config.get("do_flip_channel_order")),
    )


_FILTERS = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")
"""By Pillow's numbers."""


def _statistics(config: dict[str, Any], channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and std, with EfficientNet's two oddities: a shift by 1, and a second division by std."""
    normalised = bool(config.get("do_normalize"))
    mean = tuple(config["image_mean"]) if normalised else (0.0,) * channels
    std = tuple(config["image_std"]) if normalised else (1.0,) * channels
    if config.get("rescale_offset"):
        mean = tuple(x + 1 for x in mean)
    if config.get("include_top"):
        std = tuple(x * y for x, y in zip(std, config["image_std"], strict=True))
    return mean, std


def _agree(processor: Any, ours: Preprocess) -> bool:
    """Whether processor and we make the same input of a smooth picture that is not square."""
    side = max((*(ours.size or (1,)), 240))
    down, across = np.mgrid[0 : side + 20, 0 : side + 80] / (side + 80)
    picture = np.stack([255 * down, 255 * across, 255 * (1 - across)], axis=-1).round().astype(np.uint8)  # (h, w, 3)
    if ours.channels == 1:
        picture[...] = picture[..., :1]
    theirs = processor(images=picture[..., : ours.channels], return_tensors="pt", input_data_format="channels_last")
    expected = theirs["pixel_values"][0]  # (C, h, w)
    made = ours.tensor([ours.crop(picture)])[0]  # (C, h, w)
    if made.shape != expected.shape:
        return False
    level = 255 / ours.scale / min(ours.std or (1.0,))  # what the whole range of a pixel comes to
    return bool((made - expected).abs().max() <= _ALIKE * level)


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """No log lines and progress bars of the library: what matters is told by us."""
    logging, hub = transformers.utils.logging, getLogger("huggingface_hub")
    before, bars, level = logging.get_verbosity(), logging.is_progress_bar_enabled(), hub.level
    logging.set_verbosity_error()
    hub.setLevel(ERROR)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        hub.setLevel(level)
        if bars:
            logging.enable_progress_bar()
