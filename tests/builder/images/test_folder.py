"""Folders as they are found on disks: links, pipes, odd names, empty files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.builder.images.decode import Unreadable
from explorer.builder.images.image_set import open_image_set
from explorer.builder.images.words import printable
from explorer.errors import ImagesError
from tests.builder.tiny import image_folder


def picture(path: Path | str | bytes, grey: int = 0) -> None:
    with open(path, "wb") as file:
        Image.fromarray(np.full((4, 4), grey, np.uint8)).save(file, "PNG")


def test_only_files_with_the_names_of_images_count(tmp_path: Path) -> None:
    for name in ("B.JPG", "a.Png", ".hidden.png", "notes.txt", "png"):
        picture(tmp_path / name)
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    assert list(open_image_set(tmp_path).source.names) == ["B.JPG", "a.Png"]


def test_links(tmp_path: Path) -> None:
    images = image_folder(tmp_path / "images", per_class=1)
    (images / "red" / "loop").symlink_to(images)
    (images / "red" / "itself.png").symlink_to(images / "red" / "itself.png")
    (images / "red" / "gone.png").symlink_to(tmp_path / "none.png")
    (images / "linked").symlink_to(images / "blue")
    found = open_image_set(images)
    names = ["blue/000.png", "dark/000.png", "green/000.png", "linked/000.png"]
    assert list(found.source.names) == [*names, "red/000.png", "red/gone.png", "red/itself.png"]
    bad = found.source.batch(range(7))[5:]
    assert all(isinstance(x, Unreadable) for x in bad)  # missing images are counted, not passed over
    assert found.stamp() == open_image_set(images).stamp()


def test_empty_files_are_counted(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    (tmp_path / "b.png").touch()
    good, bad = open_image_set(tmp_path).source.batch([0, 1])
    assert not isinstance(good, Unreadable)
    assert str(bad) == "the file is empty"


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    picture(folder + b"/\xff.png", 77)
    picture(folder + b"/b.png")
    found = open_image_set(tmp_path)
    assert found.class_names == ("caf\\xe9",)
    assert [found.name(i) for i in range(2)] == ["caf\\xe9/b.png", "caf\\xe9/\\xff.png"]
    json.dumps([found.name(i) for i in range(2)], ensure_ascii=False).encode()
    assert found.source.read(1)[0, 0, 0] == 77
    assert len(found.stamp()) == 64
    (tmp_path / "t.csv").write_text("file,label\nx.png,1\n")
    with pytest.raises(ImagesError) as caught:
        open_image_set(Path(os.fsdecode(folder)), labels=tmp_path / "t.csv")
    str(caught.value).encode()
    with pytest.raises(ImagesError) as caught:
        open_image_set(Path(os.fsdecode(folder)) / "none")
    str(caught.value).encode()
    assert printable("ü") == "ü"


def test_a_changed_file_changes_the_hash(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    before = open_image_set(tmp_path).stamp()
    os.utime(tmp_path / "a.png", ns=(1, 1))
    assert open_image_set(tmp_path).stamp() != before


def test_images_beside_folders_of_images(tmp_path: Path) -> None:
    images = image_folder(tmp_path / "images", per_class=1)
    (images / "notes").mkdir()
    assert len(open_image_set(images)) == 4
    picture(images / "stray.png")
    with pytest.raises(ImagesError, match=r"stray\.png.*keep the one or the other"):
        open_image_set(images)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_folders_that_may_not_be_read(tmp_path: Path) -> None:
    images = image_folder(tmp_path / "images", per_class=1)
    (images / "red").chmod(0)
    try:
        with pytest.raises(ImagesError, match=r"red cannot be read \(Permission denied\)"):
            open_image_set(images)
    finally:
        (images / "red").chmod(0o755)
