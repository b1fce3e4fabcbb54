"""``layerflight build`` and ``layers`` as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import Dataset

import explorer
from explorer.store.read import open_world
from tests.app.test_cli import layerflight, refused
from tests.builder.tiny import image_folder, model_file

QUICK = ("--epochs", 10, "--neighbours", 5, "--components", 16)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["build", "--modle", "x"], "No such option: --modle (Possible options: --mean, --model, --name)"),
        (["build"], "Missing option '--images'; see"),
        (["build", "--images", "x", "-o", "y"], "give a --model: FILE.py:factory"),
        (["build", "--images", "x", "-o", "y", "--limit", "many"], "Invalid value for '--limit'"),
        (["build", "--images", "x", "-o", "y", "--maps", "64"], "Invalid value for '--maps'"),
        (["build", "--images", "x", "-o", "y", "-m", "a:b", "--input-size", "big"], "--input-size should be"),
        (["buidl"], "No such command 'buidl'"),
        (["layers", "-m", "n.py:f", "-w", "pretrained"], "there are no pretrained weights for n.py:f"),
        (["layers"], "Missing option '--model'"),
        (["layers", "--model", "nothing"], "'nothing' does not name a model; write FILE.py:factory"),
        (["build", "--config", "none.toml"], "--config none.toml cannot be read"),
    ],
)
def test_a_mistake_is_one_line(words: list[object], part: str) -> None:
    assert part in refused(*words)


def test_layers_are_a_tree_with_all_that_is_known_of_each(tmp_path: Path) -> None:
    done = layerflight("layers", "--model", f"{model_file(tmp_path)}:tiny", "--input-size", 8)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[2:] == [
        ["●", "input", "3×8×8", "1", "1", "0"],
        ["conv", "Conv2d", "6×8×8", "3", "1", "0", "168"],
        ["●", "relu", "ReLU", "6×8×8", "3", "1", "0"],
        ["●", "pool", "MaxPool2d", "6×4×4", "4", "2", "0.5"],
        ["●", "fc", "Linear", "4", "all", "388"],
        ["●", "softmax", "Softmax", "4", "all"],
        ["●", "5", "become", "clouds", "556"],
    ]


def test_layers_for_scripts_and_with_globs(tmp_path: Path) -> None:
    words = [
        "layers",
        "--model",
        f"{model_file(tmp_path)}:tiny",
        "--input-size",
        "8",
        "--json",
        "-l",
        "conv",
        "-l",
        "f*",
    ]
    content = json.loads(layerflight(*words).stdout)
    assert content["parameters"] == 556
    assert [x["name"] for x in content["layers"] if x["chosen"]] == ["conv", "fc"]
    conv, fc = (next(x for x in content["layers"] if x["name"] == name) for name in ("conv", "fc"))
    assert conv["receptive"] == {"size": [3, 3], "stride": [1, 1], "offset": [0, 0], "whole": False}
    assert (conv["shape"], conv["parameters"], conv["inputs"], fc["inputs"]) == ([6, 8, 8], 168, [], ["conv"])


def test_layers_without_a_size(tmp_path: Path) -> None:
    assert "give --input-size" in refused("layers", "--model", f"{model_file(tmp_path)}:tiny")


def test_a_build_from_a_file_of_options_and_from_python_is_the_same(tmp_path: Path) -> None:
    """Paths are relative to the file, the command line wins."""
    model_file(tmp_path)
    image_folder(tmp_path / "photos", per_class=8)
    (tmp_path / "build.toml").write_text(
        'model = "tiny_model.py:tiny"\nimages = "photos"\nout = "a.world"\nlayers = ["conv", "fc"]\n'
        "epochs = 10\nneighbours = 5\ncomponents = 16\nmean = [0.5, 0.4, 0.3]\ninput-size = [8, 8]\ntitle = 'other'\n"
    )
    done = layerflight("build", "--config", tmp_path / "build.toml", "--title", "mine", "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[-1]["event"] == "done"
    assert [x["name"] for x in events[-1]["stacks"][0]["layers"]] == ["conv", "fc"]
    assert {x["event"] for x in events} == {"start", "advance", "finish", "note", "done"}
    explorer.build(
        f"{tmp_path / 'tiny_model.py'}:tiny", tmp_path / "photos", tmp_path / "b.world", layers=["conv", "fc"],
        epochs=10, neighbours=5, components=16, mean=(0.5, 0.4, 0.3), input_size=8, title="mine",
    )  # fmt: skip
    one, two = open_world(tmp_path / "a.world"), open_world(tmp_path / "b.world")
    assert one.manifest.title == "mine"
    assert {k: v.sha256 for k, v in one.manifest.files.items()} == {k: v.sha256 for k, v in two.manifest.files.items()}


CHATTY = """
import os, torch
from torch import nn
print("imported")
class Chatty(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(192, 4)
    def forward(self, x):
        print("forward")
        os.system("echo from below")
        return self.fc(x.flatten(1))
"""


def test_what_a_model_prints_stays_out_of_what_scripts_read(tmp_path: Path) -> None:
    (tmp_path / "chatty.py").write_text(CHATTY)
    image_folder(tmp_path / "photos", per_class=8)
    spec = f"{tmp_path / 'chatty.py'}:Chatty"
    words = ["build", "-m", spec, "--images", tmp_path / "photos", "-o", tmp_path / "t.world", *QUICK, "--json", "-q"]
    done = layerflight(*words)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {x["event"] for x in events} == {"start", "finish", "note", "done"}
    for line in ("imported", "forward", "from below"):
        assert line in done.stderr.splitlines()
    done = layerflight("layers", "-m", spec, "--input-size", 8, "--json")
    assert json.loads(done.stdout)["parameters"] == 772


def test_an_error_is_a_line_of_json_too(tmp_path: Path) -> None:
    image_folder(tmp_path / "photos", per_class=8)
    words = ["build", "-m", f"{model_file(tmp_path)}:tiny", "--images", tmp_path / "photos", "-o", tmp_path / "t.world"]
    for more, part in ((["--layer", "conv9"], "names no layer"), (["--limit", "none"], "Invalid value for '--limit'")):
        done = layerflight(*words, "--json", *more)
        last = json.loads(done.stdout.splitlines()[-1])
        assert (done.returncode, last["event"], last["code"]) == (2, "error", 2)
        assert part in last["text"]
        assert done.stderr.rstrip() == f"layerflight: {last['text']}"


@pytest.mark.parametrize("width", [80, 200])
def test_tables_fit_the_terminal(tmp_path: Path, width: int) -> None:
    spec = f"{model_file(tmp_path)}:tiny"
    image_folder(tmp_path / "photos", per_class=8)
    words = ["build", "-m", spec, "--images", tmp_path / "photos", "-o", tmp_path / "t.world", *QUICK]
    said = [
        layerflight(*words, COLUMNS=str(width)).stderr,
        layerflight("info", tmp_path / "t.world", COLUMNS=str(width)).stdout,
        layerflight("layers", "-m", spec, "--input-size", 8, COLUMNS=str(width)).stdout,
    ]
    for text in said:
        rows = [x.split() for x in text.splitlines()]
        assert "…" not in text
        for name in ("input", "relu", "pool", "fc", "softmax"):
            assert any(name in x for x in rows), (name, text)
    assert ["●", "5", "become", "clouds", "556"] in [x.split() for x in said[2].splitlines()]


def test_an_input_of_absurd_size_is_one_line(tmp_path: Path) -> None:
    spec = f"{model_file(tmp_path)}:tiny"
    said = refused("layers", "-m", spec, "--input-size", 100_000)
    assert "--input-size 100000x100000 is beyond 64 million pixels" in said


def test_two_checkpoints_are_two_stacks(tmp_path: Path) -> None:
    spec = f"{model_file(tmp_path)}:tiny"
    image_folder(tmp_path / "photos", per_class=8)
    words = ["build", "-m", spec, "-w", "random", "-w", "factory", "--name", "first", "--name", "second"]
    done = layerflight(*words, "--images", tmp_path / "photos", "-o", tmp_path / "t.world", "-q", *QUICK)
    assert done.returncode == 0, done.stderr
    assert "first" in (tmp_path / "t.world" / "manifest.json").read_text()
    assert "second" in (tmp_path / "t.world" / "manifest.json").read_text()


def test_a_module_and_a_data_set_in_hand(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 3))
    pixels = np.random.default_rng(0).integers(0, 256, (24, 8, 8, 3), dtype=np.uint8)
    images = [(Image.fromarray(x), i % 3) for i, x in enumerate(pixels)]
    path = explorer.build(model, Listed(images), tmp_path / "t.world", epochs=10, neighbours=5, components=16)
    world = open_world(path)
    assert world.manifest.images == 24
    assert [x.name for x in world.manifest.layers] == ["input", "1", "3", "softmax"]
    assert world.labels is not None
    assert world.labels.tolist() == [i % 3 for i in range(24)]


class Listed(Dataset[tuple[Image.Image, int]]):
    """Images and classes in a list."""

    def __init__(self, items: list[tuple[Image.Image, int]]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        return self.items[index]
