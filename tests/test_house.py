"""The house rules that no other tool checks. Which floor may import which is import-linter's: `make test`."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 300
REASON = re.compile(r"(?:#|//)\s*Long because: \S.{9,}")
HEAVY = ("torch", "umap", "sklearn", "captum", "numba", "pandas", "matplotlib")
VIEWER = ("geometry", "store", "world", "draw", "hud", "recorder")


def sources() -> list[Path]:
    """All Python and shader files of the project."""
    folders = ("explorer", "tests", "shaders")
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".glsl"} and "_data" not in path.parts
    ]


def test_there_are_sources() -> None:
    assert len(sources()) > 50


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_long_without_a_reason(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    reason = any(REASON.search(line) for line in lines[:5])
    assert len(lines) <= LONGEST or reason, (
        f"{len(lines)} lines; split it, or give the reason in its first lines: # Long because: ..."
    )


def imported_by(code: str) -> set[str]:
    """The top-level modules that a fresh Python has loaded after running some code."""
    code += "\nimport sys\nprint(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def modules_of(floor: str) -> list[str]:
    """Every module of a floor."""
    package = importlib.import_module(f"explorer.{floor}")
    return [module.name for module in pkgutil.walk_packages(package.__path__, f"explorer.{floor}.")]


@pytest.mark.parametrize("floor", VIEWER)
def test_what_the_viewer_needs_loads_nothing_heavy(floor: str) -> None:
    loaded = imported_by("\n".join(f"import {name}" for name in modules_of(floor)))
    assert not loaded & set(HEAVY)


def test_the_command_line_alone_loads_neither_numpy_nor_opengl() -> None:
    loaded = imported_by("import explorer.app.cli")
    assert not loaded & {*HEAVY, "numpy", "moderngl", "pyglet", "imgui_bundle", "av"}


def test_the_pages_of_docs_name_files_that_exist() -> None:
    """A map of the house that is out of date is worse than none."""
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:explorer|shaders|scenes|tests|assets|docs)/[\w/.]*)`", page))
    assert len(named) > 15
    missing = sorted(name for name in named if not (ROOT / name).exists())
    assert not missing
