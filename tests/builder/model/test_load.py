"""Model sources: what is found, and one line for each thing that is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import nn

from explorer.builder.model.load import load_model
from explorer.errors import ModelError
from tests.builder.tiny import model_file


def test_a_factory_in_a_file(tmp_path: Path) -> None:
    found = load_model(f"{model_file(tmp_path)}:tiny")
    assert isinstance(found.module, nn.Module)
    assert not found.module.training
    assert (found.name, found.source) == ("tiny", "tiny_model.py")


def test_a_factory_in_a_package() -> None:
    assert isinstance(load_model("torch.nn:ReLU").module, nn.ReLU)


def test_a_file_may_import_its_neighbours(tmp_path: Path) -> None:
    model_file(tmp_path)
    (tmp_path / "other.py").write_text("from tiny_model import tiny\ndef make(): return tiny()\n")
    assert isinstance(load_model(f"{tmp_path / 'other.py'}:make").module, nn.Module)


@pytest.mark.parametrize(
    ("spec", "part"),
    [
        ("{file}", "write FILE.py:factory"),
        ("{folder}/none.py:tiny", "none.py does not exist"),
        ("{file}:nothing", "has no factory 'nothing'; it has Net, tiny, wants_argument, a_number"),
        ("{file}:NOT_CALLABLE", "has no factory"),
        ("{file}:wants_argument", "the factory raised TypeError"),
        ("{file}:a_number", "returned int, expected a torch.nn.Module"),
        ("{folder}/broken.py:x", "cannot be imported: SyntaxError"),
        ("{folder}/exits.py:x", "cannot be imported: SystemExit"),
        ("no.such.package:x", "no Python module"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, spec: str, part: str) -> None:
    (tmp_path / "broken.py").write_text("def x(:\n")
    (tmp_path / "exits.py").write_text("raise SystemExit(3)\n")
    with pytest.raises(ModelError) as caught:
        load_model(spec.format(file=model_file(tmp_path), folder=tmp_path))
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)
