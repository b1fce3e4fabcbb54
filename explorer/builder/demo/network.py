"""A seven-layer CNN (conv, pool, conv, pool, fc, ReLU, fc) for 8x8 digits, and its training."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.builder.progress import Progress

EPOCHS = 30
_BATCH = 32
_RATE = 5e-3
"""Learning rate of Adam at the start; falls to 0 in a straight line."""


@dataclass(frozen=True)
class Trained:
    """A trained network."""

    model: nn.Module
    """In eval mode."""
    held_out: float
    """Accuracy on the images it was not trained on, 0 to 1."""


def digit_network() -> nn.Module:
    """The untrained network: (B, 1, 8, 8) pixels from 0 to 1 to (B, 10) logits."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 16, 3, padding=1),  # (B, 16, 8, 8)
            pool1=nn.MaxPool2d(2),  # (B, 16, 4, 4)
            conv2=nn.Conv2d(16, 32, 3, padding=1),  # (B, 32, 4, 4)
            pool2=nn.MaxPool2d(2),  # (B, 32, 2, 2)
            flatten=nn.Flatten(),  # (B, 128)
            fc1=nn.Linear(128, 64),
            relu=nn.ReLU(),
            fc2=nn.Linear(64, 10),
        )
    )


def train(images: Tensor, labels: Tensor, seed: int, progress: Progress) -> Trained:
    """Train on a random four fifths of the images; the same seed gives the same weights.

    Args:
        images: (N, 1, 8, 8) float32, 0 to 1.
        labels: (N,) int64, 0 to 9.
        seed: of the split, the start and the order of the images.
        progress: told of every epoch.
    """
    with torch.random.fork_rng(devices=[]), _one_thread():
        torch.manual_seed(seed)
        model = digit_network().train()
        order = torch.randperm(len(images))  # (N,)
        held = order[: len(images) // 5]
        rest = order[len(images) // 5 :]
        optimiser = torch.optim.Adam(model.parameters(), lr=_RATE, weight_decay=1e-4)
        progress.start("train", EPOCHS)
        for epoch in range(EPOCHS):
            for group in optimiser.param_groups:
                group["lr"] = _RATE * (1 - epoch / EPOCHS)
            for batch in torch.split(rest[torch.randperm(len(rest))], _BATCH):
                optimiser.zero_grad()
                loss = F.cross_entropy(model(images[batch]), labels[batch])
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
            progress.advance(1, f"loss {float(loss.detach()):.3f}")
        progress.finish()
        model.eval()
        with torch.no_grad():
            right = model(images[held]).argmax(1) == labels[held]  # (H,)
    return Trained(model, float(right.float().mean()))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Layers this small lose more by sharing work between threads than they gain."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
