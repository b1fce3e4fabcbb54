"""Files of a pass: whole or not at all, and damage is noticed."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from explorer.builder.activations.passes import is_whole, load_arrays, save_arrays, save_with, write_durably

ARRAYS = {"rows": np.arange(60, dtype=np.float32), "name": np.array("flat"), "none": np.zeros(0)}


def test_arrays_come_back_and_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.npz", tmp_path / "b.npz"
    for path in (first, second):
        save_arrays(path, ARRAYS)
    assert first.read_bytes() == second.read_bytes()
    found = load_arrays(first)
    assert found is not None
    assert all(np.array_equal(found[x], ARRAYS[x]) for x in ARRAYS)
    assert sorted(x.name for x in tmp_path.iterdir()) == ["a.npz", "b.npz"]


def test_a_file_is_replaced_at_once(tmp_path: Path) -> None:
    write_durably(tmp_path / "x", b"one")
    with open(tmp_path / "x", "rb") as file:
        write_durably(tmp_path / "x", b"two")
        assert file.read() == b"one"
    assert (tmp_path / "x").read_bytes() == b"two"


def test_what_is_not_there_is_not_whole(tmp_path: Path) -> None:
    assert load_arrays(tmp_path / "none.npz") is None
    assert not is_whole(tmp_path / "none.npz", ".maps")
    save_arrays(tmp_path / "alone.npz", ARRAYS)
    assert not is_whole(tmp_path / "alone.npz", ".maps")


@pytest.mark.parametrize("suffix", [".npz", ".maps"])
def test_damage_anywhere_is_noticed_and_nothing_else_is_raised(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "a.npz"
    streams = random.Random(0).randbytes(500)
    save_with(path, ARRAYS, ".maps", streams)
    assert is_whole(path, ".maps")
    good, rng = path.with_suffix(suffix).read_bytes(), random.Random(1)
    for _ in range(300):
        data = bytearray(good)
        for _ in range(rng.choice([1, 1, 5])):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.with_suffix(suffix).write_bytes(data)
        whole, found = is_whole(path, ".maps"), load_arrays(path)
        if suffix == ".maps":
            assert not whole
        elif whole and found is not None:  # dates and the like mean nothing
            assert all(np.array_equal(found[x], ARRAYS[x]) for x in ARRAYS)
    for length in range(0, len(good), 7):
        path.with_suffix(suffix).write_bytes(good[:length])
        assert not is_whole(path, ".maps")
        path.with_suffix(suffix).write_bytes(good[:length] + bytes(len(good) - length))
        assert not is_whole(path, ".maps") or good[length:].count(0) == len(good) - length
