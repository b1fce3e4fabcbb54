"""A .npy file whose rows arrive in any order, against an array in memory."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import DTypeLike

from explorer.store.files import save_array
from explorer.store.rowfile import RowFile


@pytest.mark.parametrize("dtype", [np.float32, np.uint8, np.int64])
@pytest.mark.parametrize("shape", [(200, 7), (200,), (200, 2, 3, 4), (1, 5), (200, 0), (0, 3)])
def test_rows_in_any_order_give_the_file_of_the_whole(tmp_path: Path, dtype: DTypeLike, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    array = rng.integers(0, 200, shape).astype(dtype)
    dealt = np.array_split(rng.permutation(shape[0]), 9)
    with RowFile(tmp_path / "deep" / "rows.npy", dtype, shape) as file:
        for places in dealt:
            places.sort()
            file.put(places, array[places])
    save_array(tmp_path / "whole.npy", array)
    assert (tmp_path / "deep" / "rows.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()


def test_values_are_cast_and_rows_need_not_lie_together(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.float64).reshape(6, 4)
    with RowFile(tmp_path / "a.npy", np.float32, (6, 2)) as file:
        file.put(np.arange(6), array[:, ::2])
    found = np.load(tmp_path / "a.npy")
    assert found.dtype == np.float32
    assert np.array_equal(found, array[:, ::2])


def test_rows_that_never_come_are_zero(tmp_path: Path) -> None:
    with RowFile(tmp_path / "a.npy", np.float32, (5, 3)) as file:
        file.put(np.array([1, 3]), np.ones((2, 3)))
        file.put(np.array([], np.int64), np.ones((0, 3)))
    assert np.load(tmp_path / "a.npy").tolist() == [[0] * 3, [1] * 3, [0] * 3, [1] * 3, [0] * 3]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A terabyte, of which three rows are written."""
    try:
        with RowFile(tmp_path / "a.npy", np.float32, (1_000_000_000, 256)) as file:
            file.put(np.array([0, 1, 999_999_999]), np.ones((3, 256)))
    except OSError as error:
        pytest.skip(f"the file system does not take files of a terabyte ({error.strerror})")
    found = np.load(tmp_path / "a.npy", mmap_mode="r")
    assert found[[0, 1, 2, 999_999_999], 5].tolist() == [1, 1, 0, 1]


def test_an_interruption_leaves_an_open_file_of_nobody(tmp_path: Path) -> None:
    file = RowFile(tmp_path / "a.npy", np.uint8, (4, 2))
    with pytest.raises(KeyboardInterrupt), file:
        raise KeyboardInterrupt
    with pytest.raises(ValueError, match="closed file"):
        file.put(np.arange(2), np.ones((2, 2)))


@pytest.mark.parametrize("limit", [10, 200, 3000])
def test_a_file_that_may_not_grow_says_so_by_its_number(tmp_path: Path, limit: int) -> None:
    """Whether the header, the length or the rows meet the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with (
            pytest.raises(OSError, match="File too large") as caught,
            RowFile(tmp_path / "a.npy", np.float32, (1000, 8)) as file,
        ):
            file.put(np.arange(1000), np.ones((1000, 8)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.errno == errno.EFBIG


def test_a_full_disk_is_noticed_at_the_end_at_latest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"), RowFile(tmp_path / "a.npy", np.uint8, (4, 2)) as file:
        file.put(np.arange(4), np.ones((4, 2)))
