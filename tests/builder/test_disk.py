"""A disk that is full, slow to say so, or not to be written: one line, and nothing is lost."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from explorer.builder.pipeline import build_world
from explorer.errors import WorldError
from explorer.store.read import open_world, verify_world
from explorer.store.swap import beside
from tests.builder.activations.small import deal_small
from tests.builder.tiny import content, options
from tests.worlds import make_world


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    deal_small(monkeypatch, shard=16, sample=32)


class Full:
    """``os.fsync`` of a disk that is full from the n-th file on."""

    def __init__(self, free: int) -> None:
        self.left, self._sync = free, os.fsync

    def __call__(self, handle: int) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._sync(handle)


@pytest.mark.parametrize("free", [0, 1, 2, 4, 7, 11, 14, 17, 25, 40, 60])
def test_a_full_disk_is_one_line_and_the_next_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int
) -> None:
    asked = options(tmp_path)
    make_world(asked.output, images=9)
    full = Full(free)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorldError, match=r"t\.world cannot be written: the disk is full; free some space") as caught:
        build_world(asked)
    assert "\n" not in str(caught.value)
    assert full.left < 0
    monkeypatch.undo()
    deal_small(monkeypatch, shard=16, sample=32)
    assert open_world(asked.output).manifest.images == 9
    verify_world(asked.output)
    build_world(asked)
    assert not beside(asked.output, ".partial").exists()
    fresh = build_world(replace(asked, output=tmp_path / "fresh" / asked.output.name))
    assert content(asked.output) == content(fresh.path)


@pytest.mark.parametrize("limit", [1_000, 20_000, 60_000])
def test_files_that_may_not_grow(tmp_path: Path, limit: int) -> None:
    """A real limit of the system, met wherever it is met: in a shard, in the world, in a thread."""
    asked = options(tmp_path)
    make_world(asked.output, images=9)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(WorldError, match=r"t\.world cannot be written \(File too large\)") as caught:
            build_world(asked)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(caught.value)
    verify_world(asked.output)
    assert build_world(asked).manifest.images == 48


def below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file" / "t.world"


def below_proc(folder: Path) -> Path:
    return Path("/proc/layerflight/t.world")


def a_file(folder: Path) -> Path:
    (folder / "t.world").write_text("thesis")
    return folder / "t.world"


def a_foreign_folder(folder: Path) -> Path:
    (folder / "t.world").mkdir()
    (folder / "t.world" / "thesis.tex").write_text("thesis")
    return folder / "t.world"


def a_long_name(folder: Path) -> Path:
    return folder / f"{'x' * 300}.world"


@pytest.mark.parametrize("target", [below_a_file, below_proc, a_file, a_foreign_folder, a_long_name])
def test_a_target_that_cannot_be_written_is_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: Callable[[Path], Path]
) -> None:
    def worked(*arguments: Any) -> None:
        raise AssertionError("the work was begun")

    monkeypatch.setattr("explorer.builder.pipeline.plan_stack", worked)
    asked = replace(options(tmp_path), output=target(tmp_path))
    before = content(tmp_path)
    with pytest.raises(WorldError) as caught:
        build_world(asked)
    assert "\n" not in str(caught.value)
    assert content(tmp_path) == before
