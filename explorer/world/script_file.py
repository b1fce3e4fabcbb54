"""Scene scripts read from ``scenes/*.toml``: every entry checked, every complaint names the file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from explorer.errors import SceneError
from explorer.geometry import matrices
from explorer.types import Pose
from explorer.world.looks import SPACES
from explorer.world.script import Script, Stop
from explorer.world.tours import GRAND, GUIDED, LITTLE, LOCAL, PLANNED


def load_script(path: Path) -> Script:
    """Reads a scene script.

    Raises:
        SceneError: no such file, not TOML, or an entry that is unknown, missing or out of range.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SceneError(f"no scene script at {path}; give a .toml file or the name of a shipped scene") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SceneError(f"{path} is not a readable TOML scene script: {error}") from None
    return parse_script(data, path.name)


def parse_script(data: dict[str, Any], name: str) -> Script:
    """A script from parsed TOML; ``name`` is for error messages."""
    read = _Reader(name)
    read.keys(data, "the top level", {"title", "video", "tour", "start", "stop", "labels"})
    video = read.table(data, "video", {"width", "height", "fps"})
    tour = read.table(data, "tour", {"seed", "speed", "mode"})
    start = read.table(data, "start", {"position", "look_at"})
    stops = data.get("stop", [])
    if not isinstance(stops, list) or not stops or not all(isinstance(stop, dict) for stop in stops):
        raise SceneError(f'{name}: expected at least one [[stop]], found none; add one with layers = "*"')
    return Script(
        title=str(data.get("title", name)),
        stops=tuple(_stop(read, stop) for stop in stops),
        width=int(read.number(video, "width", 1280, 16, 7680)),
        height=int(read.number(video, "height", 720, 16, 4320)),
        fps=read.number(video, "fps", 30.0, 1, 240),
        seed=int(read.number(tour, "seed", 0, 0, 2**31)),
        tour_speed=read.number(tour, "speed", 20.0, 0, 360),
        tour_mode=read.choice(tour, "mode", GRAND, (GRAND, LITTLE, LOCAL, GUIDED, PLANNED)),
        labels=read.flag(data, "labels") is not False,
        start=_start(read, start),
    )


def _stop(read: _Reader, data: dict[str, Any]) -> Stop:
    read.keys(data, "a [[stop]]", set(Stop.__dataclass_fields__))
    return Stop(
        layers=_layer_glob(read, data),
        travel=read.number(data, "travel", 1.6, 0, 600),
        hold=read.number(data, "hold", 1.2, 0, 600),
        orbit=read.number(data, "orbit", 0.0, -360, 360),
        images=read.flag(data, "images"),
        dive=read.flag(data, "dive"),
        colour=read.text(data, "colour"),
        select=read.text(data, "select"),
        threads=read.flag(data, "threads"),
        movement=read.flag(data, "movement"),
        flat=read.flag(data, "flat"),
        radial=read.flag(data, "radial"),
        slice=read.flag(data, "slice"),
        space=read.choice(data, "space", "", SPACES),
        overview=read.flag(data, "overview") is True,
    )


def _layer_glob(read: _Reader, data: dict[str, Any]) -> str:
    glob = data.get("layers", "")
    if not isinstance(glob, str):
        raise SceneError(f'{read.name}: expected layers to be a name or glob as in "conv*", found {glob!r}')
    if glob and data.get("overview"):
        raise SceneError(f"{read.name}: a stop goes to layers or to the overview, not both; make two stops")
    return glob


def _start(read: _Reader, data: dict[str, Any]) -> Pose | None:
    if not data:
        return None
    position, target = read.place(data, "position"), read.place(data, "look_at")
    if np.allclose(position, target):
        raise SceneError(f"{read.name}: [start] position and look_at are the same place; move one of them")
    return Pose(position, matrices.looking(position, target))


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


@dataclass(frozen=True)
class _Reader:
    """Checks entries of a scene script; every complaint names the script."""

    name: str

    def keys(self, data: dict[str, Any], where: str, known: set[str]) -> None:
        unknown = sorted(set(data) - known)
        if unknown:
            raise SceneError(f"{self.name}: {where} has no entry {unknown[0]!r}; known are {', '.join(sorted(known))}")

    def table(self, data: dict[str, Any], key: str, known: set[str]) -> dict[str, Any]:
        table = data.get(key, {})
        if not isinstance(table, dict):
            raise SceneError(f"{self.name}: expected {key} to be a table, found {table!r}; write [{key}]")
        self.keys(table, f"[{key}]", known)
        return table

    def number(self, data: dict[str, Any], key: str, default: float, low: float, high: float) -> float:
        value = data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise SceneError(f"{self.name}: expected {key} between {low} and {high}, found {value!r}")
        return float(value)

    def choice(self, data: dict[str, Any], key: str, default: str, known: tuple[str, ...]) -> str:
        value = data.get(key, default)
        if value not in (default, *known):
            raise SceneError(f"{self.name}: expected {key} to be one of {', '.join(known)}, found {value!r}")
        return str(value)

    def text(self, data: dict[str, Any], key: str) -> str:
        value = data.get(key, "")
        if not isinstance(value, str):
            raise SceneError(f"{self.name}: expected {key} to be a text, found {value!r}")
        return value

    def flag(self, data: dict[str, Any], key: str) -> bool | None:
        value = data.get(key)
        if value is not None and not isinstance(value, bool):
            raise SceneError(f"{self.name}: expected {key} to be true or false, found {value!r}")
        return value

    def place(self, data: dict[str, Any], key: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        value = data.get(key)
        if not isinstance(value, list) or len(value) != 3 or not all(_is_finite(v) for v in value):
            raise SceneError(f"{self.name}: expected [start] {key} as three numbers [x, y, z], found {value!r}")
        return np.array(value, dtype=np.float64)
