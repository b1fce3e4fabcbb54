"""docs/format.md is true: its example runs on a world, with numpy alone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds import make_world

PAGE = Path(__file__).parents[2] / "docs" / "format.md"


def test_the_example_runs(tmp_path: Path) -> None:
    if not PAGE.exists():
        pytest.skip("docs/ is not part of this copy")
    make_world(tmp_path / "digits.world")
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    code = blocks[0] + "\nassert values.shape == tuple(layer['map_shape']) and points.shape == (60, 15)\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "layer3 [6] stripe\n"
