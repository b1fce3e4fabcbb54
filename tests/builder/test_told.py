"""What a build tells a person: notes and errors that name what they are about."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console
from torch import nn

import explorer
from explorer.builder.keywords import build_options
from explorer.builder.options import ModelSpec
from explorer.builder.pipeline import build_world
from explorer.builder.progress import Silent
from explorer.builder.summary import headline, print_summary
from explorer.errors import ModelError, WorldError
from explorer.store.describe import describe
from explorer.store.read import open_world
from explorer.store.swap import beside
from tests.builder.tiny import CLASSES, image_folder, many, options

NETS = """
import torch
from torch import nn

class Small(nn.Module):
    def __init__(self, gain):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.fc, self.gain = nn.Conv2d(3, 4, 3), nn.Linear(4, 4), gain

    def forward(self, x):
        return self.gain * self.fc(self.first(x).mean((2, 3)))

class Wrong(Small):
    def forward(self, x):
        return self.last(x)

def plain(): return Small(1.0)
def endless(): return Small(float("nan"))
def wrong(): return Wrong(1.0)
"""


@pytest.fixture
def nets(tmp_path: Path) -> str:
    (tmp_path / "nets.py").write_text(NETS)
    return str(tmp_path / "nets.py")


def test_where_the_weights_come_from_is_told_and_kept(tmp_path: Path) -> None:
    progress = Silent()
    report = build_world(options(tmp_path), progress)
    assert (
        "tiny: no --weights: it is as the factory made it, untrained unless that loads weights itself" in progress.notes
    )
    assert report.manifest.sources["weights"] == "as the factory made it"
    asked = replace(options(tmp_path, "r.world"), weights=Path("random"))
    assert build_world(asked, progress).manifest.sources["weights"] == "random"
    assert "tiny: untrained: its weights are random" in progress.notes


def test_an_error_names_which_of_several_models(tmp_path: Path, nets: str) -> None:
    asked = replace(options(tmp_path), model=f"{nets}:plain", others=(ModelSpec(f"{nets}:endless"),))
    with pytest.raises(ModelError, match=r"^endless: layer softmax gives NaN"):
        build_world(asked)
    with pytest.raises(ModelError, match=r"^layer softmax gives NaN"):
        build_world(replace(asked, model=f"{nets}:endless", others=(), output=tmp_path / "one.world"))


def test_a_mistake_in_a_forward_pass_is_found_by_file_and_line(tmp_path: Path, nets: str) -> None:
    with pytest.raises(ModelError, match=r"the network's forward raised AttributeError: .* in nets\.py:16$"):
        build_world(replace(options(tmp_path), model=f"{nets}:wrong"))


def test_an_error_tells_what_is_kept(tmp_path: Path, nets: str) -> None:
    asked = replace(options(tmp_path), model=f"{nets}:plain", others=(ModelSpec(f"{nets}:endless"),))
    partial = beside(asked.output, ".partial")
    with pytest.raises(ModelError) as caught:
        build_world(asked)
    assert str(caught.value).endswith(f"; what is finished is kept in {partial} for the next run")
    assert list(partial.glob("passes/*/*.npz"))
    with pytest.raises(WorldError, match=r"choose another output, or remove it$"):  # nothing was begun
        build_world(replace(asked, output=tmp_path / "images"))


def test_too_many_neighbours_are_told_once(tmp_path: Path) -> None:
    progress = Silent()
    build_world(replace(options(tmp_path), limit=6), progress)
    told = [x for x in progress.notes if "too few" in x]
    assert told == ["all layers: pca: 6 images are too few for 8 neighbours"]


def test_a_glob_must_name_a_layer_of_one_model_at_least(tmp_path: Path, nets: str) -> None:
    asked = replace(options(tmp_path), others=(ModelSpec(f"{nets}:plain"),), layers=("conv", "first", "fc"))
    report = build_world(asked)
    assert [[x.name for x in y.layers] for y in (report.manifest, *report.manifest.stacks)] == [
        ["conv", "fc"], ["first", "fc"],
    ]  # fmt: skip
    with pytest.raises(ModelError, match="--layer 'second' names no layer of any of the 2 models"):
        build_world(replace(asked, layers=("fc", "second")))
    with pytest.raises(ModelError, match=r"^plain: --layer 'conv' names no layer of this network"):
        build_world(replace(asked, layers=("conv",)))


def test_a_table_found_beside_the_images_is_named(tmp_path: Path) -> None:
    asked = options(tmp_path)
    flat = tmp_path / "flat"
    flat.mkdir()
    rows = ["file,label,light"]
    for i, file in enumerate(sorted((tmp_path / "images").rglob("*.png"))):
        file.rename(flat / f"{i:02d}.png")
        rows.append(f"{i:02d}.png,{CLASSES[i // 12]},{i / 7:.2f}")
    (flat / "labels.csv").write_text("\n".join(rows))
    progress = Silent()
    report = build_world(replace(asked, images=flat), progress)
    assert "labels.csv, found beside the images, gives their labels and the attribute light" in progress.notes
    assert report.manifest.sources["labels"] == "labels.csv"
    progress = Silent()
    report = build_world(replace(asked, images=flat / "labels.csv"), progress)
    assert not [x for x in progress.notes if "found beside" in x]
    progress = Silent()
    build_world(replace(asked, images=flat, labels=flat / "labels.csv"), progress)
    assert not [x for x in progress.notes if "found beside" in x]


def test_images_in_the_current_folder_have_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = options(tmp_path)
    monkeypatch.chdir(tmp_path / "images")
    for place, name in ((Path("."), "images"), (Path("dark/.."), "images")):
        assert build_world(replace(asked, images=place)).manifest.sources["images"] == name


class InterruptedAfter(Silent):
    """Ctrl-C when so many images have been passed through."""

    def __init__(self, images: float) -> None:
        super().__init__()
        self._left = images

    def advance(self, steps: float, detail: str = "") -> None:
        self._left -= steps
        if self._left <= 0:
            raise KeyboardInterrupt


def test_resuming_in_the_middle_of_a_pass_tells_how_much_is_there(tmp_path: Path) -> None:
    asked = many(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        build_world(asked, InterruptedAfter(300))
    again = Silent()
    build_world(asked, again)
    assert "512 of 601 images of the interrupted build are used again" in again.notes


def test_a_module_in_hand_is_as_it_was_afterwards(tmp_path: Path) -> None:
    torch.manual_seed(0)
    frozen = nn.BatchNorm2d(3).eval()
    model = nn.Sequential(frozen, nn.Conv2d(3, 4, 3), nn.Dropout(), nn.Flatten(), nn.Linear(4 * 36, 4)).train()
    frozen.eval()
    images = image_folder(tmp_path / "images")
    explorer.build(model, images, tmp_path / "t.world", epochs=5, progress=False)
    assert [x.training for x in model.modules()] == [True, False, True, True, True, True]
    with pytest.raises(ModelError, match="names no layer"):
        explorer.build(model, images, tmp_path / "t.world", layers="conv9", progress=False)
    assert model.training


def test_a_build_from_a_script_tells_what_the_command_does(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asked = options(tmp_path)
    path = explorer.build(asked.model, asked.images, tmp_path / "t.world", epochs=5)
    said = capfd.readouterr()
    assert path == tmp_path / "t.world"
    assert "no --weights" in said.err
    assert "t.world: 48 images in 5 layers" in said.err
    assert said.out == ""
    explorer.build(asked.model, asked.images, tmp_path / "t.world", epochs=5, progress=False)
    assert capfd.readouterr() == ("", "")


def test_the_help_of_the_function_names_every_option() -> None:
    words = set((explorer.build.__doc__ or "").replace(",", " ").replace(":", " ").replace(".", " ").split())
    with pytest.raises(ModelError, match="there are") as caught:
        build_options("a:f", "photos", "t.world", {"zzzzzz": 1})
    known = str(caught.value).partition("there are ")[2].split(", ")
    assert len(known) > 25
    assert [x for x in known if x not in words] == []


def test_several_networks_are_told_of_and_which_is_shown(tmp_path: Path) -> None:
    asked = options(tmp_path)
    report = build_world(replace(asked, name="early", others=(ModelSpec(asked.model, name="late"),)))
    line = headline(report)
    assert "48 images in 5 + 5 layers of 2 networks" in line
    assert "the window shows the first, early, accuracy" in line
    for width in (80, 200):
        stream = io.StringIO()
        console = Console(width=width, file=stream)
        print_summary(report, console)
        console.print(describe(open_world(report.path)))
        text = stream.getvalue()
        assert max(len(x) for x in text.splitlines()) <= width
        assert "…" not in text
        assert "early" in text
        assert "shown in the window" in text
        assert "source: weights  as the factory made it" in " ".join(text.split()).replace("weights as", "weights  as")
        for layer in report.manifest.layers:
            rows = [x.split() for x in text.splitlines() if layer.name in x.split()]
            assert sum(f"{layer.quality['recall']:.3f}" in x for x in rows) >= 2  # in the summary and in info
        assert ("no room for" in text) == (width == 80)
