"""``--config FILE.toml``: options of a command from a file; the command line wins."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer

from explorer.errors import LayerflightError

WORDS = ("random", "pretrained", "factory")
"""What --weights takes beside files."""

_PATHS = ("images", "labels", "class_names", "out", "weights")
"""Options with paths, which a file gives relative to itself."""

_NOT_IN_FILES = ("config", "help")


def _load(context: typer.Context, path: Path | None) -> Path | None:
    if path is not None and not context.resilient_parsing:
        context.default_map = {
            **(context.default_map or {}),
            **read_config(path, _options(context.command), _elsewhere(context)),
        }
    return path


Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        callback=_load,
        is_eager=True,
        help="TOML file with any of these options, paths relative to it; the command line wins.",
    ),
]


def read_config(
    path: Path, options: dict[str, tuple[str, bool]], elsewhere: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The options in a file, as the command line would give them.

    Args:
        path: TOML; keys are long options without their dashes, ``[[models]]`` holds model, weights and name.
        options: by key (with underscores) the parameter it sets, and whether it takes several values.
        elsewhere: keys of other commands that the file may serve as well.

    Raises:
        LayerflightError: no file, no TOML, an unknown key, or a value of the wrong kind.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise LayerflightError(f"--config {path} cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LayerflightError(f"{path} is not valid TOML: {error}") from error
    found: dict[str, Any] = {}
    for key, value in (content | _models(path, content.pop("models", []))).items():
        name = key.replace("-", "_")
        if name in elsewhere and name not in options:
            continue
        if name not in options and isinstance(value, dict):
            raise LayerflightError(
                f"{path} has a table [{key}]; write options at the top of the file, without one (only [[models]] are "
                "tables)"
            )
        if name not in options:
            near = get_close_matches(name, options, 1)
            there = f"; did you mean {near[0].replace('_', '-')}?" if near else f"; it may have {_listed(options)}"
            raise LayerflightError(f"{path} has an unknown option {key!r}{there}")
        parameter, several = options[name]
        found[parameter] = _value(path, key, value, parameter, several)
    return found


def _listed(options: dict[str, tuple[str, bool]]) -> str:
    return ", ".join(sorted(x.replace("_", "-") for x in options))


def _models(path: Path, tables: Any) -> dict[str, list[str]]:
    """``[[models]]`` as the repeated options --model, --weights and --name."""
    if not tables:
        return {}
    if not isinstance(tables, list) or not all(isinstance(x, dict) and "model" in x for x in tables):
        raise LayerflightError(f"{path}: models should be [[models]] tables, each with a model, and weights and a name")
    for table in tables:
        for key in table:
            if key not in ("model", "weights", "name"):
                raise LayerflightError(
                    f"{path} has an unknown option {key!r} in [[models]]; it takes model, weights and name"
                )
    found = {"model": [str(x["model"]) for x in tables], "weights": [str(x.get("weights", "")) for x in tables]}
    found["weights"] = found["weights"] if any(found["weights"]) else []
    names = [str(x.get("name", "")) for x in tables]
    return {k: v for k, v in found.items() if v} | ({"name": names} if any(names) else {})


def _value(path: Path, key: str, value: Any, parameter: str, several: bool) -> Any:
    """One option's value: text, number or switch, as a list where it takes several."""
    items = value if isinstance(value, list) else [value]
    if any(isinstance(x, dict | list) for x in items):
        raise LayerflightError(f"{path}: {key} should be a value or a list of values")
    if several:
        return [_anchored(path.parent, parameter, str(x)) for x in items]
    if isinstance(value, list) and parameter in ("model", "weights"):  # the first, where one is asked for
        return _anchored(path.parent, parameter, str(value[0]))
    if isinstance(value, list):  # input-size = [24, 32], mean = [0.5, 0.5, 0.5]
        return ("x" if parameter in ("input_size", "resize", "crop") else ",").join(str(x) for x in items)
    return _anchored(path.parent, parameter, value) if isinstance(value, str) else value


def _anchored(folder: Path, parameter: str, value: str) -> str:
    """A path relative to the file's folder; words, hubs and packages stay as they are."""
    if parameter == "model":
        place, _, factory = value.rpartition(":")
        return f"{folder / place}:{factory}" if place.endswith(".py") else value
    if parameter not in _PATHS or (parameter == "weights" and value in (*WORDS, "")) or value.startswith("hf:"):
        return value
    return str(folder / value)


def _options(command: Any) -> dict[str, tuple[str, bool]]:
    """The long options of a command by key: each one's parameter, and whether it takes several values."""
    found = {}
    for parameter in command.params:
        for option in (*parameter.opts, *parameter.secondary_opts):
            name = option.lstrip("-").replace("-", "_")
            if option.startswith("--") and name not in _NOT_IN_FILES and parameter.name is not None:
                found[name] = (parameter.name, bool(getattr(parameter, "multiple", False)))
    return found


def _elsewhere(context: typer.Context) -> frozenset[str]:
    """For ``layers`` the keys of ``build``: the same file tells both of the model."""
    if context.command.name != "layers" or context.parent is None:
        return frozenset()
    return frozenset(_options(getattr(context.parent.command, "commands", {})["build"]))
