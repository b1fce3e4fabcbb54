"""Named selections on disk: read by numpy alone, kept by a rebuild, passed over by verify, never a danger."""

from __future__ import annotations

import errno
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import SelectionError
from explorer.store import selections
from explorer.store.read import open_world
from explorer.store.selections import (
    FOLDER,
    LONGEST,
    Saved,
    delete_selection,
    list_selections,
    load_selection,
    rename_selection,
    save_selection,
    slug,
)
from explorer.store.verify import faults
from explorer.store.write import LayerArrays, WorldArrays, write_world
from tests.worlds import make_world

N = 60


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return make_world(tmp_path / "a.world", images=N)


def bare(path: Path, images: int, names: list[str] | None = None) -> Path:
    """A world of nothing but points."""
    points = np.random.default_rng(0).normal(size=(images, 15))
    return write_world(path, WorldArrays("bare", [LayerArrays("input", points)], names=names or []))


def files(world: Path) -> list[Path]:
    return sorted((world / FOLDER).iterdir())


def test_what_is_saved_is_found_again_by_name(world: Path) -> None:
    assert list_selections(world) == ()
    save_selection(world, "  sea   lions ", np.array([5, 3, 59, 3]))
    save_selection(world, "Über 日本", np.arange(0))
    save_selection(world, "Sea Lions", np.arange(N))
    assert list_selections(world) == (Saved("Sea Lions", N), Saved("sea lions", 3), Saved("Über 日本", 0))
    assert load_selection(world, "sea lions").tolist() == [3, 5, 59]
    assert load_selection(world, "Über 日本").tolist() == []
    save_selection(world, "sea lions", np.array([1]))
    assert load_selection(world, "sea lions").tolist() == [1]
    assert len(files(world)) == 3


def test_numpy_alone_can_read_it(world: Path) -> None:
    save_selection(world, "mine", np.array([7, 2]))
    with np.load(files(world)[0], allow_pickle=False) as arrays:
        assert arrays["images"].tolist() == [2, 7]
        assert (str(arrays["name"]), int(arrays["total"])) == ("mine", N)


def test_renaming_and_deleting(world: Path) -> None:
    save_selection(world, "one", np.array([1]))
    save_selection(world, "two", np.array([2]))
    with pytest.raises(SelectionError, match="'two' already"):
        rename_selection(world, "one", "two")
    assert rename_selection(world, "one", " three ") == "three"
    assert rename_selection(world, "three", "three") == "three"
    assert [x.name for x in list_selections(world)] == ["three", "two"]
    assert load_selection(world, "three").tolist() == [1]
    delete_selection(world, "two")
    assert [x.name for x in list_selections(world)] == ["three"]
    with pytest.raises(SelectionError, match="'two'"):
        delete_selection(world, "two")
    with pytest.raises(SelectionError, match="there are: three"):
        load_selection(world, "two")


@pytest.mark.parametrize("name", ["", "   ", "x" * (LONGEST + 1), "a\x00b", "\u202eevil", "\ud800"])
def test_names_that_are_none_are_refused(world: Path, name: str) -> None:
    with pytest.raises(SelectionError, match=f"1 to {LONGEST} characters"):
        save_selection(world, name, np.array([1]))


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "a\\b", "CON", ".", "con.npz", "a/b", "%2e%2e"])
def test_names_lead_nowhere_else(world: Path, name: str) -> None:
    before = {x for x in world.parent.rglob("*") if x.is_file()}
    save_selection(world, name, np.array([1]))
    made = {x for x in world.parent.rglob("*") if x.is_file()} - before
    assert [x.parent for x in made] == [world / FOLDER]
    assert load_selection(world, name).tolist() == [1]


def test_images_that_are_none_are_refused(world: Path) -> None:
    for image in (-1, N):
        with pytest.raises(SelectionError, match=f"image {image} is none of {N}"):
            save_selection(world, "wrong", np.array([0, image]))


def test_verify_passes_selections_over_but_nothing_else(world: Path) -> None:
    save_selection(world, "mine", np.array([1]))
    assert list(faults(world)) == []
    (world / FOLDER / "note.txt").write_text("?")
    (world / FOLDER / "deeper").mkdir()
    (world / FOLDER / "deeper" / "x.npz").write_text("?")
    assert sorted("deeper" in x for x in faults(world)) == [False, True]


def test_a_rebuild_over_the_same_images_keeps_them(world: Path) -> None:
    save_selection(world, "mine", np.array([1, 2]))
    before = files(world)[0].read_bytes()
    make_world(world, images=N, seed=1)
    assert files(world)[0].read_bytes() == before
    assert load_selection(world, "mine").tolist() == [1, 2]
    assert list(faults(world)) == []


def test_a_rebuild_over_other_images_finds_them_by_name(tmp_path: Path) -> None:
    path = bare(tmp_path / "b.world", 5, ["a", "b", "c", "d", "e"])
    save_selection(path, "mine", np.array([0, 2, 3]))
    bare(path, 4, ["e", "d", "c", "x"])
    assert load_selection(path, "mine").tolist() == [1, 2]
    bare(path, 3, ["p", "q", "r"])
    assert load_selection(path, "mine").tolist() == []


def test_without_names_a_selection_of_another_number_of_images_waits(tmp_path: Path) -> None:
    path = bare(tmp_path / "b.world", 5)
    save_selection(path, "mine", np.array([0, 4]))
    bare(path, 5)
    assert load_selection(path, "mine").tolist() == [0, 4]
    bare(path, 4)
    assert list_selections(path) == ()
    with pytest.raises(SelectionError, match="another number of images"):
        load_selection(path, "mine")
    bare(path, 5)
    assert load_selection(path, "mine").tolist() == [0, 4]


def test_selections_of_a_damaged_world_outlive_its_rebuild(world: Path) -> None:
    save_selection(world, "mine", np.array([1, 2]))
    text = (world / "manifest.json").read_text()
    (world / "manifest.json").write_text(text[: len(text) // 2])  # still says whose it is
    make_world(world, images=N)
    assert load_selection(world, "mine").tolist() == [1, 2]


def test_a_selection_copied_from_another_world_is_refused(tmp_path: Path) -> None:
    one, other = bare(tmp_path / "a.world", 3, ["a", "b", "c"]), bare(tmp_path / "b.world", 3, ["x", "y", "z"])
    save_selection(one, "mine", np.array([1]))
    shutil.copytree(one / FOLDER, other / FOLDER)
    with pytest.raises(SelectionError, match="made of other images"):
        load_selection(other, "mine")


def test_a_folder_that_cannot_be_written_is_one_line(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_selection(world, "before", np.array([1]))
    for number in (errno.ENOSPC, errno.EROFS, errno.EACCES):

        def refuse(_: object, number: int = number) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(selections, "sync", refuse)
        with pytest.raises(SelectionError, match=rf"cannot be written \({os.strerror(number)}\)") as error:
            save_selection(world, "mine", np.array([1]))
        assert "\n" not in str(error.value)
    assert [x.name for x in list_selections(world)] == ["before"]
    assert len(files(world)) == 1  # nothing half written stays


def test_a_link_out_of_the_world_is_not_followed(world: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (world / FOLDER).symlink_to(outside)
    with pytest.raises(SelectionError, match="is a link"):
        save_selection(world, "mine", np.array([1]))
    assert list_selections(world) == ()
    assert not any(outside.iterdir())


def hostile(world: Path, **arrays: object) -> None:
    """A file that numpy would load, with something wrong in it."""
    names = open_world(world).manifest.files["names.json"].sha256
    usual = {"images": np.array([1, 2], np.int32), "name": np.array("mine"), "total": np.array(N), "names": names}
    (world / FOLDER).mkdir(exist_ok=True)
    np.savez(selections._file(world, "mine"), **(usual | arrays))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"images": np.array([2, 1], np.int32)}, {"images": np.array([1, 1], np.int32)},
        {"images": np.array([-1, 1], np.int32)}, {"images": np.array([1, N], np.int32)},
        {"images": np.array([1.0, 2.0])}, {"images": np.array([[1, 2]], np.int32)}, {"images": np.array("x")},
        {"images": np.array([1, 2], np.int64) << 32}, {"total": np.array(N + 1)}, {"name": np.array("")},
        {"images": np.array([{}], object)}, {"images": np.zeros(200000, np.int32)},
    ],
)  # fmt: skip
def test_damaged_files_are_no_selections(world: Path, wrong: dict[str, object]) -> None:
    hostile(world)
    assert load_selection(world, "mine").tolist() == [1, 2]
    hostile(world, **wrong)
    assert list_selections(world) == ()
    with pytest.raises(SelectionError, match="damaged"):
        load_selection(world, "mine")


def test_what_unpacks_to_more_than_it_is_long_is_not_read(world: Path) -> None:
    hostile(world)
    file = selections._file(world, "mine")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images.npy", bytes(1 << 24))
    assert file.stat().st_size < 1 << 17
    assert list_selections(world) == ()
    file.write_bytes(b"PK\x03\x04 and then nothing")
    assert list_selections(world) == ()


def test_whatever_a_file_holds_the_list_is_read(world: Path) -> None:
    hostile(world)
    file = selections._file(world, "mine")
    whole, rng = file.read_bytes(), np.random.default_rng(0)
    central = whole.index(b"PK\x01\x02")
    spoilt = [bytearray(whole) for _ in range(400)]
    for data in spoilt:
        data[rng.integers(len(data))] = rng.integers(256)
    for at, value in ((6, 99), (8, 1), (8, 32), (8, 64)):  # a version to come, a password, patches, encryption
        spoilt.append(bytearray(whole))
        spoilt[-1][central + at] = value
    for data in spoilt:
        file.write_bytes(data)
        assert list_selections(world) in ((), (Saved("mine", 2),))
    hostile(world, total=np.array(np.inf))
    assert list_selections(world) == ()


def test_what_is_no_file_of_ours_does_not_stop_a_rebuild(world: Path) -> None:
    save_selection(world, "mine", np.array([1, 2]))
    (world / FOLDER / "link.npz").symlink_to("/nowhere")
    (world / FOLDER / "out.npz").symlink_to(world / "manifest.json")
    (world / FOLDER / "folder.npz").mkdir()
    make_world(world, images=N)
    assert [x.name for x in (world / FOLDER).iterdir()] == [selections._file(world, "mine").name]
    (world / FOLDER).rename(world.parent / "elsewhere")
    (world / FOLDER).symlink_to(world.parent / "elsewhere")
    make_world(world, images=N)
    assert not (world / FOLDER).exists()


def test_what_a_kill_left_of_writing_one_is_no_fault(world: Path) -> None:
    save_selection(world, "mine", np.array([1, 2]))
    file = selections._file(world, "mine")
    file.with_name(f"{file.name}.4711.partial").write_bytes(b"half")
    assert list(faults(world)) == []
    assert list_selections(world) == (Saved("mine", 2),)


def test_slugs() -> None:
    names = ("Sea lions!", "日本", "a" * 99, "--x--", "A/B\\C")
    assert [slug(x) for x in names] == ["sea-lions", "selection", "a" * 40, "x", "a-b-c"]
