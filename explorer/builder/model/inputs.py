"""What a network takes: its own configuration, or what was asked for instead, field by field."""

from __future__ import annotations

from dataclasses import replace

from torch import nn

from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.source import ModelSource
from explorer.builder.options import InputOptions, parse_size
from explorer.errors import ImagesError

Size = tuple[int, int]


def choose_preprocess(asked: InputOptions, source: ModelSource) -> Preprocess:
    """The preprocessing of a build.

    Args:
        asked: wins over the model's configuration in every field that is given.
        source: its configuration where it has one; else our defaults, and the channels of its first convolution.

    Raises:
        ImagesError: values no input can be made with.
    """
    config = source.preprocess or Preprocess(channels=_first_channels(source.module))
    size = _size(asked) or config.size
    fields = ("channels", "bgr", "scale", "offset", "mean", "std", "interpolation")
    given = {name: value for name in fields if (value := getattr(asked, name)) is not None}
    resize = _resize(asked, config, size)
    size = resize if size is None and isinstance(resize, tuple) else size
    return replace(config, size=size, resize=resize, **given)


def _size(asked: InputOptions) -> Size | None:
    """The input's size where one is asked for: --input-size, or --crop with a size."""
    if asked.crop in (None, "none", "centre", "center"):
        return asked.input_size
    cropped = parse_size(asked.crop or "", "--crop", "centre, none, or a size as in 224 or 24x32")
    if asked.input_size not in (None, cropped):
        raise ImagesError(
            f"--crop {asked.crop} gives an input of another size than --input-size; give one, and --resize before it"
        )
    return cropped


def _resize(asked: InputOptions, config: Preprocess, size: Size | None) -> int | Size | None:
    """The size before the crop; a configuration's own keeps its proportion to another input size."""
    if asked.crop == "none":
        squeezed = size or (asked.resize if isinstance(asked.resize, tuple) else None)
        if squeezed is None:
            raise ImagesError("--crop none squeezes images into the input size: give --input-size too")
        return squeezed
    if asked.resize is not None:
        return asked.resize
    if asked.crop is not None and isinstance(config.resize, tuple):
        return None
    if size == config.size or size is None or config.size is None or config.resize is None:
        return config.resize
    if isinstance(config.resize, tuple):
        height, width = (round(r * n / o) for r, n, o in zip(config.resize, size, config.size, strict=True))
        return height, width
    return max(min(size), round(config.resize * min(size) / min(config.size)))


def _first_channels(module: nn.Module) -> int:
    """1 for a network whose first convolution takes grey images, else 3."""
    first = next((x for x in module.modules() if isinstance(x, nn.Conv2d)), None)
    return 1 if first is not None and first.in_channels == 1 else 3
