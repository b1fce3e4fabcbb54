"""CSV tables of files and of classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.builder.images.classtable import from_table
from explorer.errors import ImagesError

COARSE = 'index,synset,words,categories\n0,n01,"tench, Tinca",fish\n1,n02,goldfish,fish\n2,n03,hen,bird\n'
NAMES = ["n03_hen.JPEG", "n01_tench.JPEG"]


def table(tmp_path: Path, text: str) -> Path:
    (tmp_path / "t.csv").write_text(text)
    return tmp_path / "t.csv"


def test_a_table_of_classes_groups_them(tmp_path: Path) -> None:
    found = from_table(table(tmp_path, COARSE), NAMES, None, None)
    assert [found.labels.names[i] for i in found.labels.values] == ["bird", "fish"]
    assert found.targets is not None
    assert found.targets.tolist() == [2, 0]
    assert found.fine_names == ("tench", "goldfish", "hen")
    assert found.groups is not None
    assert [found.labels.names[i] for i in found.groups] == ["fish", "fish", "bird"]


def test_class_folders_are_matched_too(tmp_path: Path) -> None:
    found = from_table(table(tmp_path, COARSE), ["n02/a.png", "n02/b.png"], "words", None)
    assert [found.labels.names[i] for i in found.labels.values] == ["goldfish", "goldfish"]


def test_a_table_of_files(tmp_path: Path) -> None:
    text = "file,label\nb.png,dog\na.png,cat\nc.png,\n"
    found = from_table(table(tmp_path, text), ["a.png", "b.png", "c.png"], None, None)
    assert found.labels.values.tolist() == [0, 1, -1]
    assert found.named_only


def test_integer_labels_of_the_images_are_matched_by_index(tmp_path: Path) -> None:
    text = "index,words,coarse\n0,tench,fish\n1,hen,bird\n"
    found = from_table(table(tmp_path, text), ["x/0", "x/1", "x/2"], None, np.array([1, 0, 1]))
    assert [found.labels.names[i] for i in found.labels.values] == ["bird", "fish", "bird"]


@pytest.mark.parametrize(
    ("text", "names", "column", "part"),
    [
        (COARSE, ["n01_a.png", "n09_b.png"], None, "names 1 of 2 images; n09_b.png is not in it"),
        (COARSE, ["x.png", "y.png"], None, "names none of the 2 images (such as x.png)"),
        (COARSE, NAMES, "size", "has no column 'size'; it has index, synset, words, categories"),
        ("a,b\n1\n", NAMES, None, "line 2 has 1 fields, its header has 2"),
        ("a,b\n", NAMES, None, "at least one row"),
        (COARSE.replace("\n1,", "\nx,"), NAMES, None, "should hold class indices"),
    ],
)
def test_what_does_not_fit(tmp_path: Path, text: str, names: list[str], column: str | None, part: str) -> None:
    with pytest.raises(ImagesError) as caught:
        from_table(table(tmp_path, text), names, column, None)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_columns_of_a_table_of_classes(tmp_path: Path) -> None:
    text = "index,synset,words,size,group\n0,n01,tench,0.5,fish\n1,n02,goldfish,0.25,fish\n2,n03,hen,2,bird\n"
    found = from_table(table(tmp_path, text), ["n03_a.png", "n01_a.png", "n03_b.png"], None, None)
    assert [x.name for x in found.attributes] == ["size"]  # not what the images are called after
    assert found.attributes[0].values.tolist() == [2, 0.5, 2]
    by_words = from_table(table(tmp_path, text), ["n03_a.png", "n01_a.png", "n03_b.png"], "words", None)
    assert [x.name for x in by_words.attributes] == ["size", "group"]
    assert by_words.attributes[1].names == ("bird", "fish")
    assert by_words.attributes[1].values.tolist() == [0, 1, 0]


def test_other_columns_of_a_table_of_files(tmp_path: Path) -> None:
    text = "file,label,age,site,note\nb.png,1,30.5,west,p\na.png,0,,east,q\nc.png,1,7,east,r\n"
    found = from_table(table(tmp_path, text), ["a.png", "b.png", "c.png"], None, None, ("ill", "well"))
    assert found.labels.names == ("ill", "well")
    assert found.labels.values.tolist() == [0, 1, 1]
    age, site = found.attributes
    assert np.array_equal(age.values, [np.nan, 30.5, 7], equal_nan=True)
    assert site.values.tolist() == [0, 1, 0]
    assert found.notes == ("note is left out: it names every image differently",)


def test_named_classes_in_the_networks_order_are_its_classes(tmp_path: Path) -> None:
    text = "file,label\nb.png,dog\na.png,cat\n"
    found = from_table(table(tmp_path, text), ["a.png", "b.png"], None, None, ("dog", "cat"))
    assert found.labels.values.tolist() == [1, 0]
    assert not found.named_only


def test_a_table_without_a_label(tmp_path: Path) -> None:
    found = from_table(table(tmp_path, "file,score\na.png,0.5\nb.png,0.25\n"), ["a.png", "b.png"], None, None)
    assert found.labels.values.tolist() == [-1, -1]
    assert found.labels.names == ()
    assert found.targets is None
    assert found.attributes[0].values.tolist() == [0.5, 0.25]


@pytest.mark.parametrize("index", ["1000000000", "12345678901234567890", "-3", "1.5"])
def test_indices_that_are_none(tmp_path: Path, index: str) -> None:
    with pytest.raises(ImagesError, match="should hold class indices"):
        from_table(table(tmp_path, COARSE.replace("\n1,", f"\n{index},")), NAMES, None, np.array([0, 2]))
