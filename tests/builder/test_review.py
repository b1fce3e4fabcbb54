"""Mistakes that once went through in silence: each is told now, or done right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.builder.images.image_set import open_image_set
from explorer.builder.pipeline import build_world
from explorer.builder.progress import Silent
from explorer.errors import ImagesError, ModelError
from explorer.store.read import open_world
from explorer.store.swap import beside
from tests.builder.tiny import image_folder, options

DEAD = """
import torch
from torch import nn

class Dead(nn.Module):
    def forward(self, x):
        return x * 0

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.before, self.dead, self.after = nn.Identity(), Dead(), nn.Identity()
        self.fc = nn.Linear(192, 4)

    def forward(self, x):
        x = self.before(x)
        self.dead(x)
        return self.fc(self.after(x + 0).flatten(1))

class OneByOne(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(192, 4)

    def forward(self, x):
        return self.fc(x.view(1, -1))

def net():
    torch.manual_seed(0)
    return Net()

def one_by_one():
    return OneByOne()
"""


@pytest.fixture
def dead(tmp_path: Path) -> Path:
    file = tmp_path / "dead_model.py"
    file.write_text(DEAD)
    return file


def test_a_dead_layer_does_not_break_the_alignment(tmp_path: Path, dead: Path) -> None:
    asked = replace(options(tmp_path), model=f"{dead}:net", layers=("before", "dead", "after"))
    world = open_world(build_world(asked).path)
    names = [entry.name for entry in world.manifest.layers]
    before, dark, after = (np.asarray(world.embedding(names.index(name))) for name in ("before", "dead", "after"))
    assert not dark.any()
    assert world.manifest.layers[names.index("dead")].residual == 1.0
    cosine = float((before * after).sum() / np.linalg.norm(before) / np.linalg.norm(after))
    assert cosine > 0.8  # the same activations before and after


def test_a_model_that_takes_one_image_at_a_time_is_told_so(tmp_path: Path, dead: Path) -> None:
    asked = replace(options(tmp_path), model=f"{dead}:one_by_one", layers=())
    with pytest.raises(ModelError, match=r"cannot take 16 images.*must take any number") as caught:
        build_world(asked)
    assert "\n" not in str(caught.value)


def test_files_that_a_power_cut_left_empty_are_made_again(tmp_path: Path) -> None:
    class Interrupted(Silent):
        def advance(self, steps: float, detail: str = "") -> None:
            if self.stages[-1] == "embed" and steps:
                raise KeyboardInterrupt

    asked = options(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        build_world(asked, Interrupted())
    partial = beside(asked.output, ".partial")
    emptied = list(partial.rglob("*.npz"))
    assert len(emptied) >= 2
    for file in emptied:
        file.write_bytes(b"")
    assert build_world(asked).manifest.images == 48


def test_a_stray_image_does_not_hide_the_class_folders(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "images", per_class=3)
    (folder / "cover.png").write_bytes((folder / "red" / "000.png").read_bytes())
    with pytest.raises(ImagesError, match=r"cover\.png.*beside folders"):
        open_image_set(folder)


def test_a_table_of_other_files_is_not_applied_in_order(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "images", per_class=1)
    table = tmp_path / "labels.csv"
    table.write_text("file,label\n" + "".join(f"other{i}.png,{i}\n" for i in range(4)))
    with pytest.raises(ImagesError, match="names none of the 4 images"):
        open_image_set(folder, table)


def test_a_table_that_names_an_image_twice_is_refused(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "images", per_class=1)
    table = tmp_path / "labels.csv"
    rows = [f"{name}/000.png,{i}" for i, name in enumerate(("dark", "red", "green", "blue"))]
    table.write_text("file,label\n" + "\n".join([*rows, "red/000.png,3"]) + "\n")
    with pytest.raises(ImagesError, match="in rows that differ"):
        open_image_set(folder, table)
