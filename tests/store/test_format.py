"""docs/format.md is true: its examples run on a world, with numpy alone, and it names every field and file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from explorer.store.manifest import AttributeEntry, LayerEntry, Manifest, StackEntry
from tests.worlds import make_world

PAGE = Path(__file__).parents[2] / "docs" / "format.md"

# Nothing but the standard library and numpy may be imported by the examples.
GUARD = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("explorer", "deflate", "PIL", "torch", "rich"):
            raise ImportError(f"the page promises numpy alone, this needs {name}")
sys.meta_path.insert(0, Refuse())
"""
CHECKS = """
assert values.shape == tuple(layer["map_shape"]) and points.shape == (60, 15)
"""


@pytest.fixture
def text() -> str:
    if not PAGE.exists():
        pytest.skip("docs/ is not part of this copy")
    return PAGE.read_text(encoding="utf-8")


def test_the_examples_run(tmp_path: Path, text: str) -> None:
    make_world(tmp_path / "digits.world")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 3
    code = GUARD + blocks[0] + CHECKS + blocks[1] + blocks[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "layer3 [6] stripe"
    assert lines[1] == "split test"
    assert lines[2].startswith("brightness 0.11")
    assert lines[3].startswith("tiny input (60, 15) {'trustworthiness': 0.97")
    assert len(lines) == 3 + 4


def test_maps_of_every_layer_by_the_page(tmp_path: Path, text: str) -> None:
    """The recipe holds for int8 maps as it does for float32 vectors."""
    make_world(tmp_path / "digits.world")
    recipe = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]
    for index in range(4):
        code = recipe.replace('manifest["layers"][3]', f'manifest["layers"][{index}]') + CHECKS
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kind", [Manifest, LayerEntry, AttributeEntry, StackEntry])
def test_every_field_is_named(kind: type, text: str) -> None:
    for field in fields(kind):
        assert f"`{field.name}`" in text, field.name


def test_every_file_of_a_world_is_named(tmp_path: Path, text: str) -> None:
    world = make_world(tmp_path / "a.world")
    listed = set(json.loads((world / "manifest.json").read_text())["files"])
    found = {x.relative_to(world).as_posix() for x in world.rglob("*") if x.is_file()}
    assert found == listed | {"manifest.json", "SHA256SUMS"}
    for name in found:
        assert f"`{re.sub(r'/[0-9]{2}', '/NN', name)}`" in text, name
