"""Takes the activations of the chosen layers out of a forward pass, made small at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from explorer.builder.activations.pooled import features, shown_maps, zero_fraction
from explorer.builder.activations.steady import LEAST, filled_up
from explorer.builder.model.layers import INPUT_NAME, Layer
from explorer.builder.model.load import one_line
from explorer.builder.model.probe import first_tensor
from explorer.errors import ModelError
from explorer.types import Float32


@dataclass(frozen=True)
class Taken:
    """One layer's share of one batch."""

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

    def __init__(self, layer: Layer, side: int) -> None:
        """Listen to ``layer``; ``side`` is the largest side of its maps, 0 for none."""
        self.layer, self._side = layer, side
        self.count = 0
        """Images that count; those behind them fill the batch up."""
        self.taken: Taken | None = None

    def take(self, activation: Tensor) -> None:
        """Make one batch (B, ...) small."""
        if activation.shape[0] < self.count:
            raise ModelError(
                f"layer {self.layer.name} gives {activation.shape[0]} rows for {self.count} images; "
                "leave it out with --layer"
            )
        activation = activation[: self.count].detach()
        flat = activation.float().flatten(1)  # (B, K)
        peaks = torch.maximum(flat.amax(1), -flat.amin(1))  # (B,), NaN where there is one
        if not bool(torch.isfinite(peaks).all()):
            raise ModelError(f"layer {self.layer.name} gives NaN or infinite values; check the weights and --scale")
        rows, pooling = features(activation)  # (B, F)
        zeros = zero_fraction(activation).numpy()
        if not self._side:
            self.taken = Taken(rows, pooling, None, np.ones(len(rows), np.float32), zeros, 0.0)
            return
        maps = shown_maps(activation, self._side)  # (B, C, h, w)
        if tuple(maps.shape[2:]) == (1, 1):
            values, largest = maps.clone(), float(peaks.max())
            self.taken = Taken(rows, pooling, values, np.ones(len(rows), np.float32), zeros, largest)
        else:
            whole = maps.shape[1:].numel() == flat.shape[1]
            codes, scales = quantised(maps, peaks if whole else None)
            self.taken = Taken(rows, pooling, codes, scales, zeros, float(scales.max(initial=0.0)) * 127)


def quantised(maps: Tensor, peaks: Tensor | None = None) -> tuple[Tensor, Float32]:
    """Maps (B, C, h, w) as int8 codes with one scale an image; zero stays zero.

    ``peaks`` (B,) are the largest absolute values, where they are known.
    """
    if peaks is None:
        flat = maps.flatten(1)
        peaks = torch.maximum(flat.amax(1), -flat.amin(1))
    scales = peaks / 127  # (B,)
    safe = torch.where(scales > 0, scales, torch.ones_like(scales))
    codes = (maps / safe[:, None, None, None]).round_().to(torch.int8)  # (B, C, h, w)
    return codes, scales.numpy()


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
    except (RuntimeError, TypeError, IndexError, AssertionError) as error:  # what a forward pass raises
        raise ModelError(
            f"{type(model).__name__} cannot take {len(filled)} images of shape {tuple(inputs.shape[1:])} at once "
            f"({one_line(error)}); its forward must take any number of them; check the input size, or try "
            f"--batch {LEAST} if memory ran out"
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
