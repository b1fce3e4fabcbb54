"""One pass over the images: activations by forward hooks, thumbnails, previews, the network's answers."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from explorer.builder.activations.sinks import Extracted, LayerSink
from explorer.builder.images.decode import Unreadable
from explorer.builder.images.image_set import ImageSet
from explorer.builder.images.pictures import PictureSink
from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.layers import INPUT_NAME, Layer
from explorer.builder.model.load import one_line
from explorer.builder.model.probe import first_tensor
from explorer.builder.progress import Progress
from explorer.errors import ImagesError, ModelError
from explorer.types import Float32, UInt8

TOLERATED = 0.05
"""Share of images that may be unreadable; beyond it something else is wrong."""


@dataclass(frozen=True)
class Extraction:
    """What one pass found."""

    kept: NDArray[np.int64]
    """(N,) rows of the image set that could be read."""
    skipped: list[tuple[str, str]]
    """Name and reason of those that could not."""
    classes: NDArray[np.int64] | None
    """(N,) index of the largest output, None when the network does not end in a vector."""
    confidences: Float32 | None
    """(N,) its softmax probability."""
    outputs: int
    """Length of that vector, 0 without one."""
    layers: list[Extracted]


class Pass:
    """The state of one pass: sinks, answers, what was read and what was not."""

    def __init__(self, layers: list[Layer], total: int, work: Path, world: Path, side: int, files: ExitStack) -> None:
        self.sinks = [LayerSink(x, i, work, world, side, files) for i, x in enumerate(layers)]
        self.pictures = PictureSink(total, work, world, files)
        self.kept: list[int] = []
        self.skipped: list[tuple[str, str]] = []
        self.classes: list[NDArray[np.int64]] = []
        self.confidences: list[Float32] = []
        self.outputs = 0
        self.limit = TOLERATED * total

    def skip(self, name: str, why: str) -> None:
        """Count an unreadable image; too many end the build."""
        self.skipped.append((name, why))
        if len(self.skipped) > self.limit:
            shown = "; ".join(f"{n}: {w}" for n, w in self.skipped[:3])
            raise ImagesError(
                f"more than {TOLERATED:.0%} of the images cannot be read ({len(self.skipped)} so far: {shown}); "
                "repair or remove them"
            )

    def answer(self, output: Any) -> Tensor | None:
        """Keep what the network says of a batch; returns the softmax (B, K), None without a vector."""
        logits = first_tensor(output)
        if logits is None or logits.ndim != 2 or logits.shape[1] < 2:
            return None
        soft = probabilities(logits.float())  # (B, K)
        best = soft.max(1)
        self.classes.append(best.indices.numpy())
        self.confidences.append(best.values.numpy())
        self.outputs = int(logits.shape[1])
        return soft


def extract(
    model: nn.Module,
    images: ImageSet,
    preprocess: Preprocess,
    layers: list[Layer],
    batch: int,
    map_side: int,
    work: Path,
    world: Path,
    progress: Progress,
) -> Extraction:
    """Run every image through the network once.

    Args:
        model: in eval mode; its hooks are removed however this ends.
        images: decoded in batches, never all at once.
        preprocess: pixels to input.
        layers: what to keep.
        batch: images in a forward pass.
        map_side: largest side of the activation maps, 0 for none.
        work: folder for features and pictures under way.
        world: folder of the world being made.
        progress: told of every batch.

    Raises:
        ImagesError: too many images cannot be read, or they differ in size.
        ModelError: an activation is not finite.
    """
    with ExitStack() as files, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        state = Pass(layers, len(images), work, world, map_side, files)
        pool = files.enter_context(ThreadPoolExecutor(2))
        progress.start("images", len(images))
        begin = time.perf_counter()
        with torch.inference_mode(), _hooked(model, layers, state.sinks):
            for first in range(0, len(images), batch):
                rows = range(first, min(first + batch, len(images)))
                pixels = _read(images, rows, preprocess, state, pool.map)
                if pixels:
                    _forward(model, preprocess.tensor(pixels), layers, state)
                rate = rows.stop / (time.perf_counter() - begin)
                progress.advance(len(rows), f"{rate:.0f} images/s")
        if not state.kept:
            raise ImagesError(f"none of the {len(images)} images can be read ({state.skipped[0][1]})")
        extracted = [x.finish() for x in state.sinks]
        state.pictures.finish()
        progress.finish()
    return Extraction(
        np.array(state.kept, np.int64), state.skipped,
        np.concatenate(state.classes) if state.classes else None,
        np.concatenate(state.confidences) if state.confidences else None,
        state.outputs, extracted,
    )  # fmt: skip


def probabilities(output: Tensor) -> Tensor:
    """Softmax of logits (B, K); probabilities are left as they are, log-probabilities need nothing else."""
    sums = output.sum(1)
    if bool((output >= 0).all()) and bool(((sums - 1).abs() < 1e-3).all()):
        return output
    return output.softmax(1)


def _read(
    images: ImageSet, rows: range, preprocess: Preprocess, state: Pass, run: Callable[..., Iterator[Any]]
) -> list[UInt8]:
    """The readable images of these rows, cropped; pictures and hash are taken on the way."""

    def decode(row: int) -> tuple[UInt8, UInt8] | Unreadable:
        try:
            image = images.source.read(int(images.chosen[row]))
            return image, preprocess.crop(image)
        except Unreadable as error:
            return error

    pixels: list[UInt8] = []
    for row, result in zip(rows, run(decode, rows), strict=True):
        if isinstance(result, Unreadable):
            state.skip(images.name(row), str(result))
            continue
        image, cropped = result
        expected = pixels[0].shape if pixels else state.pictures.input_shape or cropped.shape
        if cropped.shape != expected:
            raise ImagesError(
                f"{images.name(row)} is {cropped.shape[1]}x{cropped.shape[0]} pixels, others are "
                f"{expected[1]}x{expected[0]}; give --input-size to bring all to one size"
            )
        state.pictures.take(image, cropped)
        state.kept.append(row)
        pixels.append(cropped)
    return pixels


def _forward(model: nn.Module, inputs: Tensor, layers: list[Layer], state: Pass) -> None:
    """One batch: the hooks feed the modules' sinks, the input and the softmax are fed here."""
    for layer, sink in zip(layers, state.sinks, strict=True):
        if layer.module is None and layer.name == INPUT_NAME:
            sink.take(inputs)
    try:
        answer = model(inputs)
    except (RuntimeError, TypeError, IndexError, AssertionError) as error:  # what a forward pass raises
        raise ModelError(
            f"{type(model).__name__} cannot take {len(inputs)} images of shape {tuple(inputs.shape[1:])} at once "
            f"({one_line(error)}); try --batch 1, or check the input size"
        ) from error
    soft = state.answer(answer)
    for layer, sink in zip(layers, state.sinks, strict=True):
        if layer.module is None and layer.name != INPUT_NAME and soft is not None:
            sink.take(soft)


@contextmanager
def _hooked(model: nn.Module, layers: list[Layer], sinks: list[LayerSink]) -> Iterator[None]:
    """Forward hooks that feed the sinks, removed in any case."""
    wanted = {(x.module, x.nth): s for x, s in zip(layers, sinks, strict=True) if x.module is not None}
    counts: dict[str, int] = {}

    def feed(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            nth = counts.get(name, 0)
            counts[name] = nth + 1
            activation = first_tensor(output)
            if (name, nth) in wanted and activation is not None:
                wanted[name, nth].take(activation)

        return hook

    names = sorted({name for name, _ in wanted if name is not None})
    handles = [model.register_forward_pre_hook(lambda module, args: counts.clear())]
    try:
        handles += [model.get_submodule(name).register_forward_hook(feed(name)) for name in names]
        yield
    finally:
        for handle in handles:
            handle.remove()
