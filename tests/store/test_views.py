"""Saved views on disk, and a basis as text."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import ViewError
from explorer.geometry.rotation import random_basis
from explorer.store.verify import faults
from explorer.store.views import NAME, View, from_json, read_views, to_json, write_views
from tests.worlds import make_world

BASIS = random_basis(np.random.default_rng(3))


def view(name: str = "here") -> View:
    return View(name, BASIS, "layer1", np.array([0.1, 0.2, 1.4]), np.array([0.0, 0.6, 0.0, 0.8]), "principal")


def same(one: View, other: View) -> bool:
    arrays = ((one.basis, other.basis), (one.position, other.position), (one.orientation, other.orientation))
    near = all(np.abs(a - b).max() < 1e-14 for a, b in arrays)
    return near and (one.name, one.layer, one.space) == (other.name, other.layer, other.space)


def test_views_come_back_as_they_were_in_their_order(tmp_path: Path) -> None:
    assert read_views(tmp_path) == ()
    views = [view("b"), view("ü 字"), view("a")]
    write_views(tmp_path, views)
    assert all(same(*pair) for pair in zip(read_views(tmp_path), views, strict=True))
    write_views(tmp_path, views[:1])
    assert [x.name for x in read_views(tmp_path)] == ["b"]
    assert sorted(os.listdir(tmp_path)) == [NAME]


def test_verify_passes_them_over_and_a_rebuild_keeps_them(tmp_path: Path) -> None:
    world = make_world(tmp_path / "w.world")
    write_views(world, [view()])
    assert list(faults(world)) == []
    make_world(world, seed=1)
    assert [x.name for x in read_views(world)] == ["here"]
    assert list(faults(world)) == []
    (world / "other.json").write_text("{}")
    assert len(list(faults(world))) == 1


def test_a_link_in_their_place_is_a_fault(tmp_path: Path) -> None:
    world = make_world(tmp_path / "w.world")
    (tmp_path / "elsewhere.json").write_text("{}")
    (world / NAME).symlink_to(tmp_path / "elsewhere.json")
    assert len(list(faults(world))) == 1
    make_world(world, seed=1)
    assert not (world / NAME).exists()


def test_a_folder_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ViewError, match=r"cannot be written .*; the views last until you quit"):
        write_views(tmp_path / "file", [view()])


DAMAGED = [
    "", "{", "[]", "[" * 10_000, '{"views": []}', '{"format": "layerflight views", "views": {}}', "\x00", "null",
]  # fmt: skip


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_said_in_a_line(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(ViewError, match=NAME):
        read_views(tmp_path)


SPOILT = {
    "no basis": {"basis": None},
    "another shape": {"basis": [[1.0, 0.0, 0.0]] * 14},
    "not a number": {"basis": [[float("nan")] * 3] * 15},
    "not orthonormal": {"basis": (BASIS * 2).tolist()},
    "words for numbers": {"basis": [["a", "b", "c"]] * 15},
    "huge": {"camera": {"position": [1e300, 0, 0], "orientation": [0, 0, 0, 1]}},
    "no rotation": {"camera": {"position": [0, 0, 0], "orientation": [0, 0, 0, 0]}},
    "no camera": {"camera": 3},
    "a name in numbers": {"name": 7},
}


@pytest.mark.parametrize("change", SPOILT.values(), ids=SPOILT.keys())
def test_a_spoilt_view_is_named(tmp_path: Path, change: dict[str, object]) -> None:
    write_views(tmp_path, [view(), view()])
    data = json.loads((tmp_path / NAME).read_text())
    data["views"][1] |= change
    (tmp_path / NAME).write_text(json.dumps(data))
    with pytest.raises(ViewError, match="view 2 in"):
        read_views(tmp_path)


def test_half_a_character_in_a_name_does_not_stop_the_views_from_being_written(tmp_path: Path) -> None:
    write_views(tmp_path, [view()])
    data = json.loads((tmp_path / NAME).read_text())
    data["views"][0] |= {"name": "\ud800sea", "layer": "\udfff"}
    (tmp_path / NAME).write_text(json.dumps(data))
    views = read_views(tmp_path)
    assert (views[0].name, views[0].layer) == ("?sea", "?")
    write_views(tmp_path, [*views, view("\ud800")])
    assert [x.name for x in read_views(tmp_path)] == ["?sea", "?"]


def test_a_basis_is_copied_and_pasted_exactly() -> None:
    text = to_json(BASIS)
    assert len(text.splitlines()) == 17
    assert np.abs(from_json(text) - BASIS).max() < 1e-15
    assert np.abs(from_json(json.dumps(BASIS.tolist())) - BASIS).max() < 1e-15
    rounded = from_json(json.dumps(np.round(BASIS, 5).tolist()))
    assert np.abs(rounded.T @ rounded - np.eye(3)).max() < 1e-14


@pytest.mark.parametrize("text", ["hello", "3", "null", '{"basis": 3}', "[[1, 2, 3]]", json.dumps([[1e400] * 3] * 15)])
def test_what_is_no_basis_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(ViewError, match="clipboard"):
        from_json(text)
