"""The user's settings and the folders that belong to the user."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from explorer.errors import LayerflightError

_APP = "layerflight"


@dataclass(frozen=True)
class Config:
    """What the config file may set."""

    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Action name to the keys that trigger it, in place of the built-in ones."""


def config_file() -> Path:
    """Where the user's settings are looked for; the file need not exist."""
    return Path(platformdirs.user_config_dir(_APP)) / "config.toml"


def demo_world() -> Path:
    """Where the embedded demo's world is kept."""
    return Path(platformdirs.user_cache_dir(_APP)) / "digits.world"


def pictures_folder() -> Path:
    """Where screenshots and recordings made in the window go: the folder the program was started in.

    Raises:
        LayerflightError: that folder is gone.
    """
    try:
        return Path.cwd()
    except OSError:
        raise LayerflightError("the folder the program was started in is gone; start it from another one") from None


def load_config(path: Path | None = None) -> Config:
    """Reads the user's settings.

    Args:
        path: None takes ``config_file()``; a missing file means the defaults.

    Raises:
        LayerflightError: the file is not TOML or an entry is not what it should be.
    """
    path = path or config_file()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LayerflightError(f"{path} is not a readable TOML config file: {error}") from None
    unknown = sorted(set(data) - {"keys"})
    if unknown:
        raise LayerflightError(f"{path}: unknown entry {unknown[0]!r}; known is [keys]")
    keys = data.get("keys", {})
    if not isinstance(keys, dict) or not all(_is_names(value) for value in keys.values()):
        raise LayerflightError(f'{path}: expected [keys] with lists of key names, as in pause = ["space"]')
    return Config(keys={name: tuple(key.lower() for key in value) for name, value in keys.items()})


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(key, str) for key in value)
