"""Files of options: what they may hold, and what is said of what they may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.app.cli_config import read_config
from explorer.errors import LayerflightError

OPTIONS = {
    "model": ("model", True), "weights": ("weights", True), "name": ("name", True), "images": ("images", False),
    "out": ("out", False), "input_size": ("input_size", False), "mean": ("mean", False), "layer": ("layer", True),
    "layers": ("layer", True), "bgr": ("bgr", False), "rgb": ("bgr", False), "limit": ("limit", False),
}  # fmt: skip


def read(tmp_path: Path, text: str, elsewhere: frozenset[str] = frozenset()) -> dict[str, object]:
    (tmp_path / "o.toml").write_text(text)
    return read_config(tmp_path / "o.toml", OPTIONS, elsewhere)


def test_values_are_those_of_the_command_line(tmp_path: Path) -> None:
    text = "input-size = [24, 32]\nmean = [0.5, 0.25, 1]\nlimit = 20\nbgr = true\nlayers = 'conv*'"
    assert read(tmp_path, text) == {
        "input_size": "24x32", "mean": "0.5,0.25,1", "limit": 20, "bgr": True, "layer": ["conv*"],
    }  # fmt: skip


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = "model = ['net.py:f', 'package.net:f', 'timm:resnet18']\nweights = ['w.pt', 'random', '/abs/w.pt']\n"
    assert read(tmp_path, text + "images = 'photos'\nout = '../t.world'") == {
        "model": [f"{tmp_path}/net.py:f", "package.net:f", "timm:resnet18"],
        "weights": [f"{tmp_path}/w.pt", "random", "/abs/w.pt"],
        "images": f"{tmp_path}/photos",
        "out": f"{tmp_path}/../t.world",
    }
    assert read(tmp_path, "images = 'hf:ylecun/mnist'") == {"images": "hf:ylecun/mnist"}


def test_tables_of_models(tmp_path: Path) -> None:
    text = "[[models]]\nmodel = 'a:f'\nweights = 'w.pt'\n[[models]]\nmodel = 'b:f'\nname = 'B'\n"
    assert read(tmp_path, text) == {
        "model": ["a:f", "b:f"], "weights": [f"{tmp_path}/w.pt", ""], "name": ["", "B"],
    }  # fmt: skip


def test_options_of_the_other_command_are_passed_over(tmp_path: Path) -> None:
    assert read(tmp_path, "epochs = 3\nlimit = 2", frozenset({"epochs"})) == {"limit": 2}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("input-sise = 24", "unknown option 'input-sise'; did you mean input-size?"),
        ("zzz = 24", "unknown option 'zzz'; it may have bgr, images, input-size"),
        ("[limit]\na = 1", "limit should be a value or a list of values"),
        ("[[models]]\nweights = 'w.pt'", "models should be [[models]] tables"),
        ("[[models]]\nmodel = 'a:b'\nwieghts = 'w.pt'", "unknown option 'wieghts' in [[models]]"),
        ("limit = ", "is not valid TOML"),
        ("[build]\nlimit = 3", "has a table [build]; write options at the top of the file"),
    ],
)
def test_what_a_file_may_not_hold(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(LayerflightError) as caught:
        read(tmp_path, text)
    assert part in str(caught.value)
