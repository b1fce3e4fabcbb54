"""The bench of hands keeps working: its figures are for people, what must hold at any size is checked here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).with_name("interact.py")


def test_the_bench_times_every_action_and_a_selection_sends_a_byte_a_point() -> None:
    command = [sys.executable, str(BENCH), "--sizes", "20000", "--rounds", "3"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert result.returncode == 0, result.stderr
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in result.stdout.splitlines() if "│" in line]
    beyond = {row[2]: float(row[6]) for row in rows}
    assert set(beyond) == {"tour", "hover", "click", "lasso", "drag", "selection"}
    # Frames differ by a matrix or two: some hundred bytes.
    assert 0.95 <= beyond["selection"] < 1.05
    assert 0.95 <= beyond["lasso"] < 1.05
    assert beyond["hover"] < 0.05
    assert beyond["drag"] < 0.05
