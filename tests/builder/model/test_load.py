"""Model sources: what is found, and one line for each thing that is not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from explorer.builder.model.load import load_model, untrained
from explorer.builder.model.source import AS_MADE, RANDOM
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


def test_a_factory_may_import_its_neighbours_when_it_is_called(tmp_path: Path) -> None:
    model_file(tmp_path)
    (tmp_path / "lazy.py").write_text("def make():\n    from tiny_model import tiny\n    return tiny()\n")
    assert isinstance(load_model(f"{tmp_path / 'lazy.py'}:make").module, nn.Module)


def test_so_may_a_forward_pass(tmp_path: Path) -> None:
    (tmp_path / "helpers_of_late.py").write_text("def double(x): return 2 * x\n")
    (tmp_path / "late.py").write_text(
        "from torch import nn\n"
        "class Late(nn.Module):\n"
        "    def forward(self, x):\n"
        "        from helpers_of_late import double\n"
        "        return double(x)\n"
    )
    assert float(load_model(f"{tmp_path / 'late.py'}:Late").module(torch.ones(1))) == 2


def test_two_files_have_each_their_own_neighbours(tmp_path: Path) -> None:
    for name, width in (("a", 3), ("b", 5)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "blocks.py").write_text(f"WIDTH = {width}\n")
        (tmp_path / name / "net.py").write_text(
            "from torch import nn\nfrom blocks import WIDTH\ndef make(): return nn.Linear(WIDTH, 1)\n"
        )
    widths = [load_model(f"{tmp_path / x / 'net.py'}:make").module.in_features for x in ("a", "b", "a")]
    assert widths == [3, 5, 3]


def test_the_digest_covers_the_neighbours(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text("from parts import WIDTH\n")
    (tmp_path / "parts.py").write_text("WIDTH = 2\n")
    (tmp_path / "unused.py").write_text("")
    (tmp_path / "net.py").write_text(
        "from torch import nn\ndef make():\n    from blocks import WIDTH\n    return nn.Linear(2, 1)\n"
    )
    spec = f"{tmp_path / 'net.py'}:make"
    before = load_model(spec).digest
    (tmp_path / "unused.py").write_text("x = 1\n")
    assert load_model(spec).digest == before
    (tmp_path / "parts.py").write_text("WIDTH = 2  # edited\n")
    assert load_model(spec).digest != before


def test_an_untrained_factory_gives_the_same_network_every_time(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("from torch import nn\ndef make(): return nn.Linear(4, 4)\n")
    one, two, other = (load_model(f"{tmp_path / 'net.py'}:make", RANDOM, seed).module.weight for seed in (0, 0, 1))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


def test_a_module_in_hand(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    found = load_model(module)
    assert found.module is module
    assert not module.training
    assert (found.name, found.spec) == ("Sequential", "Sequential")
    torch.save({"0.weight": torch.eye(2), "0.bias": torch.ones(2)}, tmp_path / "w.pt")
    assert load_model(module, tmp_path / "w.pt").weights == "w.pt"
    assert torch.equal(module[0].weight, torch.eye(2))


def test_a_network_that_may_be_untrained_says_so(tmp_path: Path) -> None:
    spec = f"{model_file(tmp_path)}:tiny"
    made, random = load_model(spec), load_model(spec, RANDOM)
    assert (made.weights, random.weights) == (AS_MADE, "random")
    assert untrained(made) == (
        "no --weights: it is as the factory made it, untrained unless that loads weights itself",
    )
    assert untrained(random) == ("untrained: its weights are random",)
    torch.save(made.module.state_dict(), tmp_path / "w.pt")
    assert untrained(load_model(spec, tmp_path / "w.pt")) == ()
    assert untrained(load_model(nn.ReLU())) == ()
    with pytest.raises(ModelError, match="a ReLU in hand has its weights already"):
        load_model(nn.ReLU(), RANDOM)


def test_a_mistake_in_a_factory_is_found_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text("import torch\n\ndef wrong():\n    return torch.zeros(3).reshape(2, 2)\n")
    (tmp_path / "net.py").write_text("import parts\ndef make(): return parts.wrong()\n")
    with pytest.raises(ModelError, match=r"the factory raised RuntimeError: .*, in parts\.py:4$"):
        load_model(f"{tmp_path / 'net.py'}:make")
    with pytest.raises(ModelError, match=r"missing 1 required positional argument: 'size'; it should work without"):
        load_model(f"{model_file(tmp_path)}:wants_argument")


@pytest.mark.parametrize(
    ("spec", "part"),
    [
        ("{file}", "write FILE.py:factory"),
        ("{folder}/none.py:tiny", "none.py does not exist"),
        ("{file}:nothing", "has no factory 'nothing'; it has Net, Wide, tiny, wide, wants_argument, a_number"),
        ("{file}:NOT_CALLABLE", "has no factory"),
        ("{file}:wants_argument", "the factory raised TypeError"),
        ("{file}:a_number", "returned int, expected a torch.nn.Module"),
        ("{folder}/broken.py:x", "cannot be imported: SyntaxError"),
        ("{folder}/exits.py:x", "cannot be imported: SystemExit"),
        ("{folder}/exits.py:leaves", "cannot be imported: SystemExit"),
        ("{folder}/leaves.py:leaves", "the factory raised SystemExit"),
        ("{folder}/leaves.py:lazy", "has lazy layers"),
        ("no.such.package:x", "no Python module"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, spec: str, part: str) -> None:
    (tmp_path / "broken.py").write_text("def x(:\n")
    (tmp_path / "exits.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "leaves.py").write_text(
        "import sys\nfrom torch import nn\ndef leaves(): sys.exit('bye')\ndef lazy(): return nn.LazyLinear(3)\n"
    )
    with pytest.raises(ModelError) as caught:
        load_model(spec.format(file=model_file(tmp_path), folder=tmp_path))
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)
