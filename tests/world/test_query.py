"""Queries give what numpy gives, refuse what they should, and say what is wrong."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.store.read import World, open_world
from explorer.store.write import Attribute, LayerArrays, WorldArrays, write_world
from explorer.world.properties import Flags, Numbers, Properties, identifier, properties
from explorer.world.query import LONGEST, matching
from tests.worlds import CLASSES, make_world

N = 120
GROUPS, FINE = ("animal", "thing"), ("cat", "dog", "cup", "boat")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return open_world(make_world(tmp_path_factory.mktemp("query") / "a.world", images=N))


@pytest.fixture(scope="module")
def known(world: World) -> Properties:
    return properties(world)


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Eight images of four classes in two groups, two of them unlabelled."""
    path = tmp_path_factory.mktemp("query") / "b.world"
    arrays = WorldArrays(
        title="grouped", layers=[LayerArrays("input", np.random.default_rng(0).normal(size=(8, 15)))],
        labels=np.array([0, 0, 1, 1, 0, 1, -1, -1], np.int32), class_names=GROUPS,
        fine_labels=np.array([0, 1, 2, 3, 0, 2, -1, -1], np.int32), fine_names=FINE,
        predictions=np.array([0, 0, 1, 0, 0, 1, 0, 1], np.int32),
        fine_predictions=np.array([0, 0, 2, 1, 1, 3, 0, 2], np.int32),
        names=["a/x.png", "a/y.png", "b/x.png", "b*.png", "*", "", "ö [1].png", "a/x.jpeg"],
        attributes=[
            Attribute("mean colour", np.array([1, np.nan, 3, 4, 5, 6, 7, 8.0])), Attribute("class", np.arange(8)),
        ],
    )  # fmt: skip
    return open_world(write_world(path, arrays))


def test_each_kind_of_comparison(world: World, known: Properties) -> None:
    labels, predictions = world.labels, np.asarray(world.predictions)
    confidences, index = np.asarray(world.confidences), np.arange(N)
    split, brightness = np.asarray(world.attribute(0)), np.asarray(world.attribute(1))
    wrong = labels != predictions
    expected = {
        'label == "cross"': labels == 2,
        '"cross" == label': labels == 2,
        'label != "cross"': labels != 2,
        'label == "cross" and wrong': (labels == 2) & wrong,
        'label == "cross" or prediction == "square"': (labels == 2) | (predictions == 1),
        "label == prediction": ~wrong,
        "label != prediction": wrong,
        "correct": ~wrong,
        "not correct": wrong,
        "wrong == true": wrong,
        "correct == wrong": np.zeros(N, bool),
        'label in ("cross", "circle")': (labels == 2) | (labels == 0),
        'label not in ["cross", "circle"]': (labels == 1) | (labels == 3),
        'label ~ "c*"': (labels == 0) | (labels == 2),
        'label ~ "*r*s*"': labels == 2,
        'label startswith "s"': (labels == 1) | (labels == 3),
        '"qu" in label': labels == 1,
        '(label == "cross") != (index < 60)': (labels == 2) != (index < 60),
        "confidence < 0.7": confidences < np.float32(0.7),
        "0.6 <= confidence < 0.7": (confidences >= np.float32(0.6)) & (confidences < np.float32(0.7)),
        "0.7 > confidence": confidences < np.float32(0.7),
        "index % 10 == 3": index % 10 == 3,
        "index * 2 + 1 > 100": index * 2 + 1 > 100,
        "-index > -5": index < 5,
        "index / 0 > 1": np.zeros(N, bool) | (index > 0),
        "index > confidence": index > confidences,
        'split == "test"': split == 1,
        "split == none": split < 0,
        "split != none": split >= 0,
        "brightness > 0.5": brightness > 0.5,
        "brightness == none": np.isnan(brightness),
        "not brightness > 0.5": ~(brightness > 0.5),
        "index in (1, 5, 7.0)": np.isin(index, (1, 5, 7)),
        'file == "cross/0002.png"': index == 2,
        'file ~ "cross/*"': labels == 2,
        'file ~ "*/00*2.png"': np.isin(index, (2, 12, 22, 32, 42, 52, 62, 72, 82, 92)),
        'file startswith "stripe"': labels == 3,
        '"e/0001" in file': index == 1,
        'file in ("cross/0002.png", "nothing")': index == 2,
        'file >= "square"': (labels == 1) | (labels == 3),
    }
    for query, wanted in expected.items():
        np.testing.assert_array_equal(matching(query, known), wanted, query)


def test_unknown_is_equal_to_nothing_but_none(grouped: World) -> None:
    known = properties(grouped)
    assert matching('label == "cat"', known).tolist() == [1, 0, 0, 0, 1, 0, 0, 0]
    assert matching('label != "cat"', known).tolist() == [0, 1, 1, 1, 0, 1, 1, 1]
    assert matching("label == none", known).tolist() == [0, 0, 0, 0, 0, 0, 1, 1]
    assert matching("label == prediction", known).tolist() == [1, 0, 1, 0, 0, 0, 0, 0]
    assert matching("mean_colour < 4", known).tolist() == [1, 0, 1, 0, 0, 0, 0, 0]
    assert matching("_class >= 6", known).tolist() == [0, 0, 0, 0, 0, 0, 1, 1]


def test_a_label_is_a_class_or_its_group(grouped: World) -> None:
    known = properties(grouped)
    assert matching('label == "animal"', known).tolist() == [1, 1, 0, 0, 1, 0, 0, 0]
    assert matching('group == "animal"', known).tolist() == [1, 1, 0, 0, 1, 0, 0, 0]
    assert matching('prediction == "thing"', known).tolist() == [0, 0, 1, 0, 0, 1, 0, 1]
    assert matching("correct", known).tolist() == [1, 0, 1, 0, 0, 0, 0, 0]
    assert matching("right_group", known).tolist() == [0, 1, 0, 0, 1, 1, 0, 0]
    assert matching("wrong", known).tolist() == [0, 0, 0, 1, 0, 0, 0, 0]
    with pytest.raises(QueryError, match='no image can be "cat" there; it could be animal, thing'):
        matching('group == "cat"', known)


def test_patterns_know_one_sign_and_take_the_rest_as_it_is(grouped: World) -> None:
    known = properties(grouped)
    expected = {
        'file ~ "*.png"': [1, 1, 1, 1, 0, 0, 1, 0], 'file ~ "a/*"': [1, 1, 0, 0, 0, 0, 0, 1],
        'file ~ "*/x.*"': [1, 0, 1, 0, 0, 0, 0, 1], 'file ~ "*"': [1] * 8, 'file ~ ""': [0, 0, 0, 0, 0, 1, 0, 0],
        'file ~ "*[1]*"': [0, 0, 0, 0, 0, 0, 1, 0], 'file ~ "a/x.png"': [1, 0, 0, 0, 0, 0, 0, 0],
        'file ~ "a/x.png*png"': [0] * 8, 'file ~ "**x*?*"': [0] * 8, 'file ~ "ö*"': [0, 0, 0, 0, 0, 0, 1, 0],
    }  # fmt: skip
    for query, wanted in expected.items():
        assert matching(query, known).tolist() == wanted, query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("lable == 1", "did you mean label.*there are .*confidence"),
        ("xyzzy", "nothing is called xyzzy; there are "),
        ("label == cross", 'in quotes: label == "cross"'),
        ('label == "crss"', 'no image can be "crss" there; it could be cross'),
        ('label = "cross"', "== and not by ="),
        ("label", "a category alone is neither yes nor no"),
        ("index", "a number alone"),
        ("file", "a file name alone"),
        ("3", "3 alone"),
        ("label < 3", "names have no order"),
        ('confidence == "high"', "a number cannot be compared by == with"),
        ("wrong > 3", "a yes or no cannot be compared"),
        ("wrong and", "cannot be read"),
        ("(wrong", "cannot be read"),
        ('label == "cross', "cannot be read"),
        ("label in ()", "list after in is empty"),
        ("label in index", "means nothing"),
        ("label + 1 == 2", "is no number"),
        ('label @ "c*"', "cannot be read"),
        ("index << 3", "cannot be read"),
        ("index ** 9", "not part of a query"),
        ("9" * 400 + " > index", "too large"),
        ("index > 1 / 0", "divides by zero"),
        ("index > 1 % 0", "divides by zero"),
        ("wrong\nand correct", "cannot be read"),
        ("x" * (LONGEST + 1), "at most"),
        ("(" * 500 + "wrong" + ")" * 500, "cannot be read|nested"),
        ("not " * 400 + "wrong" + " and wrong" * 30, ""),
    ],
)
def test_what_is_wrong_is_said_in_one_line(known: Properties, query: str, words: str) -> None:
    if not words:
        assert matching(query, known).shape == (N,)
        return
    with pytest.raises(QueryError, match=words) as error:
        matching(query, known)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "query",
    [
        '__import__("os").system("true")', "label.__class__", "[x for x in file]", "lambda: 1", "file[0]",
        "(x := wrong)", "wrong if correct else wrong", "f'{label}'", "{1: 2}", "open('x')", "index.sum()", "*file",
        "label is none", "b'x' == file", "1j < index", "... == index", "index & 3", "~wrong", "yield", "await wrong",
        "print", "exit()", "wrong;wrong", "import os",
    ],
)  # fmt: skip
def test_nothing_can_be_called_or_reached(known: Properties, query: str) -> None:
    with pytest.raises(QueryError):
        matching(query, known)


def test_no_query_takes_much_memory_or_searches_texts_that_no_longer_fit(
    known: Properties, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = Properties({"index": lambda: Numbers(np.arange(100_000)), "odd": lambda: Flags(np.arange(100_000) % 2 > 0)})
    for query in (f"index in ({','.join(map(str, range(400)))})", "odd or " * 250 + "odd", "index < " * 200 + "index"):
        tracemalloc.start()
        matching(query, many)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20 * 100_000, query  # bytes: a few arrays of all images, however long the query

    searched, find = [], np.strings.find

    def counted(values: NDArray[Any], *rest: Any) -> Any:
        searched.append(len(values))
        return find(values, *rest)

    monkeypatch.setattr(np.strings, "find", counted)
    assert not matching(f'file ~ "{"*e" * 900}"', known).any()
    assert matching(f'file ~ "{"*" * 1900}"', known).all()
    assert sum(searched) < 10 * N  # no name has more than a few of that letter


def test_names_are_written_as_identifiers() -> None:
    names = ("split", "mean colour", "3d", "class", "a-b.c", "größe", " x ", "%")
    assert [identifier(x) for x in names] == ["split", "mean_colour", "_3d", "_class", "a_b_c", "größe", "x", "_"]


def test_broken_file_names_can_be_asked_for(tmp_path: Path) -> None:
    """Half a surrogate pair stands for a byte that is no text; numpy's strings cannot hold it."""
    layers = [LayerArrays("input", np.eye(15)[:3])]
    path = write_world(tmp_path / "c.world", WorldArrays("broken", layers, names=["a\udcff.png", "b.png", "ok"]))
    assert matching('file ~ "a*.png"', properties(open_world(path))).tolist() == [1, 0, 0]


def test_a_zero_byte_in_a_file_name_is_one_name_still(tmp_path: Path) -> None:
    layers = [LayerArrays("input", np.eye(15)[:3])]
    path = write_world(tmp_path / "d.world", WorldArrays("zero", layers, names=["a\0b.png", "b.png", "ok"]))
    assert matching('file ~ "*b.png"', properties(open_world(path))).tolist() == [1, 1, 0]


def test_properties_are_read_once_and_only_when_asked_for(world: World) -> None:
    made = []
    one = Properties({"a": lambda: made.append(1) or properties(world)["index"]})  # type: ignore[func-returns-value]
    more = one.beside({"b": lambda: properties(world)["label"]})
    assert (list(more), made) == (["a", "b"], [])
    assert more["a"] is one["a"] is more["a"]
    assert made == [1]
    assert set(CLASSES) == properties(world)["label"].names  # type: ignore[union-attr]
