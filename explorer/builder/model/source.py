"""A model in hand, and where it came from."""

from __future__ import annotations

import site
import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from explorer.builder.images.preprocess import Preprocess

RANDOM = Path("random")
"""The word of ``--weights`` for an untrained network."""

AS_MADE = "as the factory made it"
"""What ``ModelSource.weights`` says of a network of the user's own without a checkpoint."""

_OURS = Path(__file__).resolve().parents[2]
_LONGEST = 240
"""Characters of an exception's message that are told."""


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
    """Name of the checkpoint, "pretrained", "random", ``AS_MADE``, or empty: a module in hand."""
    notes: tuple[str, ...] = ()
    """What a person should know of it: lines to print."""


def one_line(error: BaseException) -> str:
    """Type and message of an exception in one line of bounded length, and where in the user's code it was raised."""
    text = " ".join(str(error).split())
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    place = own_line(error)
    told = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"{told}, in {place}" if place and place not in told else told


def own_line(error: BaseException) -> str:
    """File and line of the innermost call in the user's own code, as in "nets.py:42"; empty where there is none."""
    installed = [Path(x).resolve() for x in (*site.getsitepackages(), *_standard())]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if frame.filename.startswith("<") or not path.is_file():
            continue
        path = path.resolve()
        if not any(path.is_relative_to(x) for x in (_OURS, *installed)):
            return f"{path.name}:{frame.lineno}"
    return ""


def _standard() -> set[str]:
    return {sysconfig.get_path(x) for x in ("stdlib", "platstdlib", "purelib", "platlib")}
