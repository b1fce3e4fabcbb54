"""All maps of one image are read in a moment; the bench that says so keeps working."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Console

from explorer.store.read import open_world
from tests.bench.maps import make, report, times


def test_maps_of_one_image_in_under_20_ms(tmp_path: Path) -> None:
    path = make(tmp_path / "a.world", 300, 23)
    assert len(open_world(path).manifest.layers) == 23
    assert np.median(times(path, list(range(0, 300, 15)), anew=True)) < 20.0
    console = Console(width=100, record=True, quiet=True)
    console.print(report(path, 5))
