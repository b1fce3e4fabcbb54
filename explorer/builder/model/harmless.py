"""Classes that training scripts leave beside the weights, and that loading may make: they run no code.

torch.load(weights_only=True) makes nothing but tensors and plain Python values. Arguments of the command line,
paths and NumPy numbers are so common in checkpoints that refusing them would refuse half of what is found. Each
of these only stores what it is given. NumPy's types of objects, strings and structures are left out.
"""

from __future__ import annotations

import argparse
import pathlib
import types
from collections.abc import Callable
from typing import Any

import numpy as np

Global = Callable[..., Any] | tuple[Callable[..., Any], str]
"""A class or function, or one with the name under which a file knows it."""


def _paths() -> list[Global]:
    """Paths of either system, without a way to the disk: saved by one, they cannot be made on the other."""
    homes = ("pathlib", "pathlib._local")  # the latter in files of Python 3.13
    here: list[tuple[type, str]] = [
        (pathlib.PurePosixPath, "PosixPath"),
        (pathlib.PurePosixPath, "PurePosixPath"),
        (pathlib.PureWindowsPath, "WindowsPath"),
        (pathlib.PureWindowsPath, "PureWindowsPath"),
    ]
    return [(made, f"{home}.{name}") for home in homes for made, name in here]


def _numpy() -> list[Global]:
    """Numbers and arrays of them; the functions that remake them moved between NumPy 1 and 2."""
    scalar, array = (x.__reduce__()[0] for x in (np.float64(0), np.zeros(0)))
    homes = ("numpy.core.multiarray", "numpy._core.multiarray")
    remade: list[tuple[Any, str]] = [(scalar, "scalar"), (array, "_reconstruct")]
    functions: list[Global] = [(made, f"{home}.{name}") for home in homes for made, name in remade]
    kinds = [type(np.dtype(x)) for x in "?bBhHiIlLqQefdgFD"]
    return [*functions, np.dtype, np.ndarray, *dict.fromkeys(kinds)]


HARMLESS: tuple[Global, ...] = (argparse.Namespace, types.SimpleNamespace, *_paths(), *_numpy())
