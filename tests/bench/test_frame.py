"""The bench of a frame keeps working: its figures are for people, its columns are checked here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).with_name("frame.py")


def test_the_bench_measures_both_ways_of_drawing() -> None:
    command = [sys.executable, str(BENCH), "--sizes", "2000,20000", "--frames", "3"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in result.stdout.splitlines() if "│" in line]
    assert [row[0] for row in rows] == ["2,000", "20,000"]
    for row in rows:
        assert row[5] == "384"  # bytes: 256 for the cloud, 128 for the view
        assert float(row[7].rstrip("%")) < 1.0  # the two ways show the same picture
