"""Calls the user's own factory: ``FILE.py:factory`` or ``package.module:factory``."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import torch
from torch import nn

from explorer.builder.model.source import AS_MADE, ModelSource, one_line, own_line
from explorer.errors import ModelError

_neighbours: set[str] = set()
"""Modules that factories in files brought along: the next file has neighbours of its own, perhaps of the same name."""


def from_factory(place: str, factory: str, seed: int) -> ModelSource:
    """Call the function or class ``factory`` of a file or module.

    Args:
        place: FILE.py, or a dotted module name, also of a package in the current folder.
        factory: takes no argument, returns a torch.nn.Module. It may import its neighbours when it is called.
        seed: of torch's generator while it runs, so that an untrained network is the same in every run.

    Raises:
        ModelError: no such file, module or factory; it fails or returns something else.
    """
    in_file = place.endswith(".py")
    folder = Path(place).resolve().parent if in_file else Path.cwd()
    with _importing(folder, first=in_file) as brought:
        source = _from_file(Path(place)) if in_file else _from_package(place)
        build = getattr(source, factory, None)
        if build is None or not callable(build):
            there = ", ".join(_factories(source)) or "no functions or modules"
            raise ModelError(f"{place} has no factory {factory!r}; it has {there}")
        module = _called(build, f"{place}:{factory}", seed)
    return ModelSource(module, factory, Path(place).name, _digest(source, brought), weights=AS_MADE)


def _called(build: Callable[[], object], spec: str, seed: int) -> nn.Module:
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            module = build()
    except (Exception, SystemExit) as error:
        hint = "; it should work without arguments" if isinstance(error, TypeError) and not own_line(error) else ""
        raise ModelError(f"{spec}: the factory raised {one_line(error)}{hint}") from error
    if not isinstance(module, nn.Module):
        raise ModelError(f"{spec} returned {type(module).__name__}, expected a torch.nn.Module")
    return module


@contextmanager
def _importing(folder: Path, first: bool) -> Iterator[set[str]]:
    """Modules in ``folder`` can be imported; afterwards too, for a forward pass that does so, but last of all.

    Args:
        folder: of the file or the packages.
        first: whether its modules come before installed ones, as for a script in it; they are then imported
            anew by the next such file.

    Yields:
        A set, filled at the end with the names of the modules below ``folder`` that were imported.
    """
    for name in [x for x in _neighbours if x in sys.modules]:
        del sys.modules[name]
    _neighbours.clear()
    before, path, brought = set(sys.modules), str(folder), set[str]()
    sys.path.insert(0, path) if first else sys.path.append(path)
    try:
        yield brought
    finally:
        if first:
            sys.path.remove(path)
            sys.path.append(path)
        if sys.path.count(path) > 1:
            sys.path.pop()
        brought |= {x for x in set(sys.modules) - before if _is_below(sys.modules[x], folder)}
        if first:
            _neighbours.update(brought)


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ModelError(f"{path} does not exist; --model takes FILE.py:factory")
    name = f"layerflight_model_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ModelError(f"{path} cannot be imported as Python source")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look a class's module up by name
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ModelError(f"{path} cannot be imported: {one_line(error)}") from error
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


def _digest(source: ModuleType, brought: set[str]) -> str:
    """Hash of the source text of a module and of all that it uses from its own folder."""
    file = getattr(source, "__file__", None)
    if file is None:
        return hashlib.sha256(source.__name__.encode()).hexdigest()
    folder = Path(file).resolve().parent
    waiting = [source, *(sys.modules[x] for x in sorted(brought) if x in sys.modules)]
    used = set(waiting)
    while waiting:
        for value in list(vars(waiting.pop()).values()):
            module = (
                value if isinstance(value, ModuleType) else sys.modules.get(getattr(value, "__module__", None) or "")
            )
            if module is not None and module not in used and _is_below(module, folder):
                used.add(module)
                waiting.append(module)
    digest = hashlib.sha256()
    for path in sorted({Path(str(x.__file__)).resolve() for x in used}):
        digest.update(f"{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_below(module: ModuleType, folder: Path) -> bool:
    """Whether a module is a source file below a folder, and not installed there (as in a .venv)."""
    file = getattr(module, "__file__", None)
    if not file or module.__name__ == "__main__" or not str(file).endswith(".py"):
        return False
    path = Path(file).resolve()
    return path.is_relative_to(folder) and "site-packages" not in path.relative_to(folder).parts
