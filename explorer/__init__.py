"""Layerflight: fly through the layers of a trained convolutional network.

``explorer.build``, ``explorer.fly`` and ``explorer.record`` are the three verbs of the command line as
functions; ``explorer.selections`` gives the selections of a world. They are loaded when first asked for, so that
importing a floor does not load all others.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["build", "fly", "record", "selections"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("explorer.app.api"), name)
    raise AttributeError(f"module 'explorer' has no attribute {name!r}")
