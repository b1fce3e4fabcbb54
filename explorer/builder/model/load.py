"""Finds the user's model: ``FILE.py:factory`` or ``package.module:factory`` to a torch module in eval mode."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from torch import nn

from explorer.builder.images.preprocess import Preprocess
from explorer.errors import ModelError


@dataclass(frozen=True)
class ModelSource:
    """A model and where it came from."""

    module: nn.Module
    """In eval mode, on the CPU."""
    name: str
    """Name of the factory."""
    source: str
    """File name or module name of the source."""
    digest: str
    """Hash of the source text."""
    spec: str = ""
    """As it was asked for."""
    preprocess: Preprocess | None = None
    """What the model's own configuration says of its input; None without one."""
    class_names: tuple[str, ...] = ()
    """The model's own names of its outputs, where it knows them."""


def load_model(spec: str | nn.Module) -> ModelSource:
    """Call the factory that ``spec`` names.

    Args:
        spec: "FILE.py:factory" or "package.module:factory"; the factory takes no argument and returns a
            torch.nn.Module (the name of a Module class without arguments does as well). Or a module in hand.

    Raises:
        ModelError: no such file, module or factory; the factory fails or returns something else.
    """
    if isinstance(spec, nn.Module):
        kind = type(spec)
        return ModelSource(spec.eval(), kind.__name__, kind.__module__, "", spec=kind.__name__)
    place, colon, factory = spec.rpartition(":")
    if not colon or not place or not factory:
        raise ModelError(f"{spec!r} does not name a model; write FILE.py:factory or package.module:factory")
    source = _from_file(Path(place)) if place.endswith(".py") else _from_package(place)
    build = getattr(source, factory, None)
    if build is None or not callable(build):
        there = ", ".join(_factories(source)) or "no functions or modules"
        raise ModelError(f"{place} has no factory {factory!r}; it has {there}")
    try:
        module = build()
    except Exception as error:
        raise ModelError(f"{spec}: the factory raised {one_line(error)}; it should work without arguments") from error
    if not isinstance(module, nn.Module):
        raise ModelError(f"{spec} returned {type(module).__name__}, expected a torch.nn.Module")
    file = getattr(source, "__file__", None)
    digest = hashlib.sha256(Path(file).read_bytes() if file else b"").hexdigest()
    return ModelSource(module.eval().cpu(), factory, Path(place).name, digest, spec)


def one_line(error: BaseException) -> str:
    """Type and message of an exception in one line of bounded length."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:240]}" if text else type(error).__name__


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ModelError(f"{path} does not exist; --model takes FILE.py:factory")
    name = f"layerflight_model_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ModelError(f"{path} cannot be imported as Python source")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look a class's module up by name
    sys.path.insert(0, str(path.resolve().parent))  # the file may import its neighbours
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ModelError(f"{path} cannot be imported: {one_line(error)}") from error
    finally:
        sys.path.remove(str(path.resolve().parent))
    return module


def _from_package(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ModelError(f"no Python module {name!r} ({error}); write FILE.py:factory for a file") from error
    except (Exception, SystemExit) as error:
        raise ModelError(f"{name} cannot be imported: {one_line(error)}") from error


def _factories(source: ModuleType) -> list[str]:
    """Public functions and module classes that the source itself defines."""
    found = []
    for name, value in vars(source).items():
        ours = getattr(value, "__module__", None) == source.__name__
        if ours and not name.startswith("_") and (inspect.isfunction(value) or _is_module_class(value)):
            found.append(name)
    return found


def _is_module_class(value: object) -> bool:
    return inspect.isclass(value) and issubclass(value, nn.Module)
