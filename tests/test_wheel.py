"""The built wheel carries shaders, assets and scenes, and runs where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.worlds import make_world

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("shaders", "assets", "scenes")


def run(*command: str | Path, cwd: Path) -> str:
    """The output of a command that must succeed, without anything that could point it to the checkout."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(list(command), cwd=cwd, env=clean, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, and the wheel that was built from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def fresh(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh venv with the wheel in it.

    Its dependencies are those of the running Python, by a path line: of these, unlike of site folders, the
    .pth files are not read, so an editable install of the checkout there stays out of sight.
    """
    home = tmp_path_factory.mktemp("fresh") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home.parent)
    python = home / "bin" / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (wheel,) = dist.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", wheel, cwd=home)
    return home / "bin"


def shipped_files() -> set[str]:
    """Every file that has to travel, relative to the root."""
    return {
        str(path.relative_to(ROOT))
        for kind in SHIPPED
        for path in (ROOT / kind).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def test_the_wheel_carries_what_is_shipped(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"explorer/_data/{name}" for name in shipped_files()} <= names
    strays = {name for name in names if not name.startswith(("explorer/", "layerflight-"))}
    assert not strays
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_sdist_carries_all_that_the_tests_need(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert shipped_files() <= names
    assert {"Makefile", "constraints.txt", "LICENSE", "README.md", "pyproject.toml", "tests/test_wheel.py"} <= names


def test_the_wheels_own_copy_runs_and_finds_its_files(fresh: Path, tmp_path: Path) -> None:
    code = "import explorer.resources as r; print(r.__file__); print(r.resource('shaders', 'points.glsl'))"
    module, shader = run(fresh / "python", "-c", code, cwd=tmp_path).split()
    inside = str(fresh.parent.resolve())
    assert module.startswith(inside)
    assert shader.startswith(inside)
    assert "/explorer/_data/shaders/" in shader


def test_the_installed_command_knows_a_world_and_records_it(fresh: Path, tmp_path: Path) -> None:
    world = make_world(tmp_path / "small.world")
    assert run(fresh / "layerflight", "--version", cwd=tmp_path).startswith("layerflight ")
    assert "layer1" in run(fresh / "layerflight", "info", world, cwd=tmp_path)
    run(fresh / "layerflight", "record", world, "flight", "-o", "shots", "--duration", "0.2", "-q", cwd=tmp_path)
    assert len(list((tmp_path / "shots").glob("*.png"))) >= 4
