"""A model in hand, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from explorer.builder.images.preprocess import Preprocess

RANDOM = Path("random")
"""The word of ``--weights`` for an untrained network."""


@dataclass(frozen=True)
class ModelSource:
    """A model and what is known of it."""

    module: nn.Module
    """In eval mode, on the CPU."""
    name: str
    """Name of the factory, or of the model in its hub."""
    source: str
    """File name, module name or hub."""
    digest: str
    """Hash of the source text, or of the library and its version; says nothing of the weights."""
    spec: str = ""
    """As it was asked for."""
    preprocess: Preprocess | None = None
    """What the model's own configuration says of its input; None without one."""
    class_names: tuple[str, ...] = ()
    """The model's own names of its outputs, where it knows them."""
    weights: str = ""
    """Name of the checkpoint, "pretrained", "random", or empty: as the factory returned it."""
    notes: tuple[str, ...] = ()
    """What a person should know of it: lines to print."""


def one_line(error: BaseException) -> str:
    """Type and message of an exception in one line of bounded length."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:240]}" if text else type(error).__name__
