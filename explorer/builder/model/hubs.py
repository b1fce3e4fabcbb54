"""Models by name from the libraries that keep them: torchvision, timm, transformers."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import torch

from explorer.builder.model import hub_hf, hub_timm, hub_torchvision
from explorer.builder.model.source import ModelSource, one_line
from explorer.errors import ModelError


class Hub(NamedTuple):
    """A library that makes models by name; an optional extra of ours, of the hub's own name."""

    library: str
    load: Callable[[Any, str, bool], ModelSource]
    """Takes the library, a name, and whether trained weights are wanted. May raise whatever the library
    does; OSError stands for files that are neither in the local cache nor to be had from the network."""


HUBS = {
    "torchvision": Hub("torchvision", hub_torchvision.load),
    "timm": Hub("timm", hub_timm.load),
    "hf": Hub("transformers", hub_hf.load),
}


def from_hub(hub: str, name: str, pretrained: bool, seed: int) -> ModelSource:
    """The model ``name`` of a hub.

    Args:
        hub: key of ``HUBS``.
        name: as the library calls it; for hf an ID, or a folder.
        pretrained: with trained weights, from the library's local cache or the network.
        seed: of an untrained network.

    Raises:
        ModelError: the library is missing or does not know the name, or the weights cannot be had.
    """
    library = _library(hub)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            source = HUBS[hub].load(library, name, pretrained)
    except ModelError:
        raise
    except OSError as error:
        if not pretrained:
            raise ModelError(
                f"{hub}:{name} is no folder, not in the local cache, and could not be downloaded "
                f"({_first_sentence(error)})"
            ) from error
        raise ModelError(
            f"{hub}:{name}: its trained weights are not in the local cache and could not be downloaded "
            f"({_first_sentence(error)}); give --weights FILE, or --weights random for an untrained network"
        ) from error
    except Exception as error:  # each library has its own
        raise ModelError(f"{hub}:{name} cannot be made: {one_line(error)}") from error
    version = f"{HUBS[hub].library} {library.__version__} {name}"
    return replace(
        source,
        name=name,
        source=hub,
        digest=hashlib.sha256(version.encode()).hexdigest(),
        weights="pretrained" if pretrained else "random",
    )


def _library(hub: str) -> Any:
    name = HUBS[hub].library
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise _unusable(name, hub, error) from error
        raise ModelError(
            f"--model {hub}:NAME needs {name}, which is not installed: pip install 'layerflight[{hub}]'"
        ) from error
    except (ImportError, RuntimeError, OSError) as error:
        raise _unusable(name, hub, error) from error


def _unusable(name: str, hub: str, error: Exception) -> ModelError:
    """A library that is installed and cannot be imported; most often its torchvision is made for another torch."""
    reason = _first_sentence(error)
    if "torchvision::" in reason or "torchvision" in str(getattr(error, "name", "")):
        whose = "torchvision" if name == "torchvision" else f"{name} cannot be imported: its torchvision"
        return ModelError(
            f"{whose} is missing or made for another torch than {torch.__version__} ({reason}); install the two "
            "together, from one index: pip install --upgrade torch torchvision"
        )
    return ModelError(
        f"{name} is installed, but cannot be imported ({reason}); install it again: "
        f"pip install --upgrade --force-reinstall 'layerflight[{hub}]'"
    )


def _first_sentence(error: BaseException) -> str:
    """What libraries say at length, in short."""
    return one_line(error).partition(". ")[0].rstrip(".")
