"""The same seed gives the same world, bit for bit, however the work was cut."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from explorer.builder.options import BuildOptions
from explorer.builder.pipeline import build_world
from tests.builder.activations.small import deal_small
from tests.builder.tiny import apart, content, image_folder, model_file, options


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> BuildOptions:
    """198 images in four shards, two of them unreadable; layers that are pooled, projected, and kept as they are."""
    folder = tmp_path_factory.mktemp("determinism")
    image_folder(folder / "images", per_class=50, size=17)
    for name in ("red/003.png", "blue/049.png"):
        (folder / "images" / name).write_bytes(b"nothing")
    return replace(options(folder), model=f"{model_file(folder)}:wide")


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    deal_small(monkeypatch, shard=64, sample=128)
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def wanted(asked: BuildOptions) -> dict[str, bytes]:
    """The world as one thread makes it in batches of 64."""
    with pytest.MonkeyPatch.context() as patch:
        deal_small(patch, shard=64, sample=128)
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        found = content(build_world(asked).path)
        torch.set_num_threads(before)
    return found


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("batch", [16, 64, 100, 7, 1])
def test_batch_and_threads_do_not_matter(
    tmp_path: Path, asked: BuildOptions, wanted: dict[str, bytes], batch: int, threads: int
) -> None:
    torch.set_num_threads(threads)
    report = build_world(replace(asked, output=tmp_path / asked.output.name, batch=batch))
    assert report.manifest.images == 198
    assert {x.reduction["pooling"] for x in report.manifest.layers} == {"flat", "average 7x7"}
    assert apart(content(report.path), wanted) == []


@pytest.mark.parametrize("cores", [1, 4])
def test_layers_side_by_side_are_those_one_after_another(
    tmp_path: Path, asked: BuildOptions, wanted: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    monkeypatch.setattr("explorer.builder.crew.cores", lambda: cores)
    found = content(build_world(replace(asked, output=tmp_path / asked.output.name)).path)
    assert apart(found, wanted) == []


def test_another_process_makes_the_same(tmp_path: Path, asked: BuildOptions, wanted: dict[str, bytes]) -> None:
    """Other hash seeds, another number of threads."""
    code = (
        "import sys; from pathlib import Path; from dataclasses import replace;"
        "from explorer.builder.activations import shards; from explorer.builder.pipeline import build_world;"
        "from tests.builder.tiny import options; shards.SHARD, shards.SAMPLE = 64, 128; folder = Path(sys.argv[1]);"
        "asked = replace(options(folder), model=f'{folder}/tiny_model.py:wide', output=Path(sys.argv[2]));"
        "build_world(asked)"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "2"}
    output = tmp_path / asked.output.name
    command = [sys.executable, "-c", code, str(asked.output.parent), str(output)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert apart(content(output), wanted) == []


def test_another_seed_makes_another_world(tmp_path: Path, asked: BuildOptions, wanted: dict[str, bytes]) -> None:
    other = replace(asked, output=tmp_path / asked.output.name, embed=replace(asked.embed, seed=5))
    found = content(build_world(other).path)
    for name in ("embeddings/00.npy", "embeddings/03.npy", "reduced/01.npy"):
        assert found[name] != wanted[name]
    for name in ("thumbnails.npy", "labels.npy", "predictions.npy", "maps/01.npy"):
        assert found[name] == wanted[name]
