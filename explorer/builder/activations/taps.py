"""Takes the activations of the chosen layers out of a forward pass, made small at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from explorer.builder.activations.kernels import in_parts, take_images
from explorer.builder.activations.pooled import as_maps, average, pooled_size, shown_size, sketch
from explorer.builder.activations.steady import LEAST, filled_up
from explorer.builder.crew import Interrupted, check_interrupted
from explorer.builder.model.layers import INPUT_NAME, Layer
from explorer.builder.model.load import one_line
from explorer.builder.model.probe import first_tensor
from explorer.errors import LayerflightError, ModelError
from explorer.types import Float32

_LARGE = 1 << 16
"""Values of a batch from which on several threads are worth their start."""


@dataclass(frozen=True)
class Taken:
    """One layer's share of one batch; features and codes lie in memory that the next batch overwrites."""

    rows: Tensor
    """(B, F) float32 features."""
    pooling: str
    """How the features were made, see ``pooled.features``."""
    maps: Tensor | None
    """(B, C, h, w): int8 codes, or float32 for a vector; None when none are kept."""
    scales: Float32
    """(B,) value = code x scale; 1 for float32."""
    zeros: Float32
    """(B,) exact share of zeros in the whole activation."""
    largest: float
    """Largest absolute value in the maps."""


class Tap:
    """One layer's hook: consumes an activation at once, since a later in-place operation may overwrite it."""

    def __init__(self, layer: Layer, side: int, pool: ThreadPoolExecutor | None = None) -> None:
        """Listen to ``layer``; ``side`` is the largest side of its maps, 0 for none; ``pool`` helps with large ones."""
        self.layer, self._side, self._pool = layer, side, pool
        self.count = 0
        """Images that count; those behind them fill the batch up."""
        self.taken: Taken | None = None
        self._memory: dict[str, Tensor] = {}

    def take(self, activation: Tensor) -> None:
        """Make one batch (B, ...) small."""
        check_interrupted()
        if activation.shape[0] < self.count:
            raise ModelError(
                f"layer {self.layer.name} gives {activation.shape[0]} rows for {self.count} images; "
                "leave it out with --layer"
            )
        activation = activation[: self.count].detach()
        maps = as_maps(activation.float()).contiguous()  # (B, C, h, w)
        count, channels = maps.shape[:2]
        size, pooling = pooled_size(maps.shape[1:], activation.ndim == 3)
        shown = shown_size(maps.shape[1:], self._side)
        coded = self._side > 0 and shown != (1, 1)
        rows = self._room("rows", (count, channels, *size) if size else (count, 0, 1, 1), torch.float32)
        codes = self._room("codes", (count, channels, *shown) if coded else (count, 0, 1, 1), torch.int8)
        peaks, zeros, scales = (np.ones(count, np.float32) for _ in range(3))
        parts = torch.get_num_threads() if maps.numel() >= _LARGE else 1
        arrays = (maps.numpy(), rows.numpy(), codes.numpy(), peaks, zeros, scales)
        in_parts(self._pool, parts, take_images, *arrays)
        if not np.isfinite(peaks).all():
            raise ModelError(f"layer {self.layer.name} gives NaN or infinite values; check the weights and --scale")
        features = rows.flatten(1) if size else sketch(maps.flatten(1))  # (B, F)
        kept: Tensor | None = codes
        largest = float(scales.max(initial=0.0)) * 127
        if not coded:
            kept = average(maps, shown) if self._side else None
            largest = float(peaks.max()) if self._side else 0.0
        self.taken = Taken(features, pooling, kept, scales, zeros, largest)

    def _room(self, name: str, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Memory of a shape, the same for every batch: fresh memory costs as much as what is written to it."""
        if name not in self._memory or self._memory[name].shape[1:] != shape[1:] or len(self._memory[name]) < shape[0]:
            self._memory[name] = torch.empty(shape, dtype=dtype)
        return self._memory[name][: shape[0]]


@contextmanager
def tapped(model: nn.Module, taps: list[Tap]) -> Iterator[Callable[[Tensor], Tensor | None]]:
    """Hooks on the taps' layers, removed in any case.

    Yields:
        A function that runs a batch (B, C, h, w) and leaves every tap with what it took; it returns the
        probabilities (B, K), None where the network does not end in a vector.
    """
    wanted = {(x.layer.module, x.layer.nth): x for x in taps if x.layer.module is not None}
    counts: dict[str, int] = {}

    def feed(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            nth = counts.get(name, 0)
            counts[name] = nth + 1
            activation = first_tensor(output)
            if (name, nth) in wanted and activation is not None:
                wanted[name, nth].take(activation)

        return hook

    handles = [model.register_forward_pre_hook(lambda module, args: counts.clear())]
    try:
        names = sorted({name for name, _ in wanted if name is not None})
        handles += [model.get_submodule(name).register_forward_hook(feed(name)) for name in names]
        with torch.inference_mode():
            yield lambda inputs: _run(model, inputs, taps)
    finally:
        for handle in handles:
            handle.remove()


def _run(model: nn.Module, inputs: Tensor, taps: list[Tap]) -> Tensor | None:
    """One forward pass: the hooks feed the modules' taps, the input and the softmax are fed here."""
    count = len(inputs)
    for tap in taps:
        tap.count, tap.taken = count, None
        if tap.layer.module is None and tap.layer.name == INPUT_NAME:
            tap.take(inputs)
    filled = filled_up(inputs)
    try:
        output = model(filled)
    except (LayerflightError, Interrupted):  # of a hook
        raise
    except Exception as error:  # foreign code raises anything
        smaller = f"try --batch {LEAST}" if count > LEAST else "give a smaller --input-size"
        raise ModelError(
            f"{type(model).__name__} cannot take {len(filled)} images of shape {tuple(inputs.shape[1:])} at once "
            f"({one_line(error)}); its forward must take any number of them; check the input size, or {smaller} if "
            "memory ran out"
        ) from error
    soft = probabilities(output)
    if soft is not None and len(soft) != len(filled):  # a row per box, say, and not per image
        soft = None
    for tap in taps:
        if tap.layer.module is None and tap.layer.name != INPUT_NAME and soft is not None:
            tap.take(soft)
        if tap.taken is None:
            raise ModelError(f"layer {tap.layer.name} is not always run by this network; leave it out with --layer")
    return None if soft is None else soft[:count]


def probabilities(output: Any) -> Tensor | None:
    """What a network says as probabilities (B, K), None when it does not end in a vector of at least 2.

    Logits go through a softmax, probabilities are left as they are, log-probabilities need nothing else.
    """
    logits = first_tensor(output)
    if logits is None or logits.ndim != 2 or logits.shape[1] < 2:
        return None
    logits = logits.float()
    if bool((logits >= 0).all()) and bool(((logits.sum(1) - 1).abs() < 1e-3).all()):
        return logits
    return logits.softmax(1)
