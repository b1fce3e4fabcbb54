"""Arrays from files of unknown origin: what numpy would read, and one clear line for everything else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.builder.images.npyfile import load_npy
from explorer.errors import ImagesError


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4), np.asfortranarray(np.arange(12).reshape(3, 4)), np.array(["cat", "dög"]),
        np.array([b"cat", b"x"]), np.arange(5, dtype=">i4"), np.zeros((0, 15), np.float16), np.array(3.0),
        np.array([True, False]),
    ],
)  # fmt: skip
def test_it_reads_what_numpy_wrote(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", array)
    found = load_npy(tmp_path / "x.npy")
    assert found.dtype == array.dtype
    assert found.shape == array.shape
    assert np.array_equal(found, array)


def header(text: bytes, version: bytes = b"\x01\x00") -> bytes:
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text


def good(shape: bytes = b"(2,)", descr: bytes = b"'<f8'") -> bytes:
    return b"{'descr': " + descr + b", 'fortran_order': False, 'shape': " + shape + b", }\n"


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 and so on", "an .npz?"),
        (b"\x89PNG", "not a .npy file"),
        (b"\x93NUM", "not a .npy file"),
        (b"\x93NUMPY\x01\x00\x99", "damaged"),
        (header(good(), b"\x07\x00") + bytes(16), "damaged"),
        (header(good())[:-20], "damaged"),
        (header(good()) + bytes(15), "torn"),
        (header(good()) + bytes(17), "torn"),
        (header(good(b"(1000000000000, 1000000000000)")) + bytes(16), "torn"),
        (header(good(b"(-2,)")) + bytes(16), "damaged"),
        (header(good(b"(True, 2)")) + bytes(16), "damaged"),
        (header(good(b"2")) + bytes(16), "damaged"),
        (header(good(b"(2,)", b"'|O'")) + bytes(16), "plain numbers"),
        (header(good(b"(2,)", b"[('a', '<f8')]")) + bytes(16), "plain numbers"),
        (header(good(b"(2,)", b"'<U0'")), "plain numbers"),
        (header(good(b"(2,)", b"'nonsense'")) + bytes(16), "damaged"),
        (header(b"__import__('os').abort()\n") + bytes(16), "damaged"),
        (header(b"(" * 9000 + b"\n") + bytes(16), "damaged"),
        (header(b"{'descr': \xff}\n") + bytes(16), "damaged"),
    ],
)
def test_hostile_and_torn_files(tmp_path: Path, content: bytes, part: str) -> None:
    (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(ImagesError) as caught:
        load_npy(tmp_path / "x.npy")
    assert part in str(caught.value)
    assert "x.npy" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(ImagesError, match="No such file"):
        load_npy(tmp_path / "none.npy")
    with pytest.raises(ImagesError, match="directory"):
        load_npy(tmp_path)
