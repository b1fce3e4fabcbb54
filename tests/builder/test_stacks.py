"""Several networks over the same images: each a stack, turned onto the first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.builder.options import BuildOptions, ModelSpec
from explorer.builder.pipeline import build_world
from explorer.builder.progress import Silent
from explorer.geometry.procrustes import align
from explorer.store.read import open_world, verify_world
from explorer.store.verify import faults
from tests.builder.activations.small import deal_small
from tests.builder.tiny import content, options, weights_file


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    deal_small(monkeypatch, shard=16, sample=32)


@pytest.fixture
def checkpoints(tmp_path: Path) -> BuildOptions:
    """Two checkpoints of one network, and another architecture; one image cannot be read."""
    asked = options(tmp_path)
    (tmp_path / "images" / "red" / "004.png").write_bytes(b"nothing")
    tiny = str(asked.model)
    others = (ModelSpec(tiny, weights_file(tmp_path, 2)), ModelSpec(tiny.replace(":tiny", ":wide"), name="wide"))
    return replace(asked, weights=weights_file(tmp_path, 1), others=others)


def test_every_network_is_a_stack_that_can_be_read(checkpoints: BuildOptions) -> None:
    report = build_world(checkpoints)
    verify_world(report.path)
    assert list(faults(report.path)) == []
    world = open_world(report.path)
    assert world.stacks == 3
    first, second, wide = (world.stack(x) for x in range(3))
    assert [x.name for x in (first, second, wide)] == ["tiny epoch1", "tiny epoch2", "wide"]
    names = [[x.name for x in stack.layers] for stack in (first, second, wide)]
    assert names[0] == names[1] == ["input", "relu", "pool", "fc", "softmax"]
    assert names[2] == ["input", "relu", "mix", "fc1", "fc", "softmax"]
    entries = world.manifest.stacks
    assert entries[0].aligned_to == (0, 1, 2, 3, 4)
    assert [entries[1].aligned_to[i] for i in (0, 1, 4, 5)] == [0, 1, 3, 4]
    for stack, entry in ((first, world.manifest), (second, entries[0]), (wide, entries[1])):
        assert entry.accuracy is not None
        assert stack.answers.predictions is not None
        assert np.mean(stack.answers.predictions == world.labels) == pytest.approx(entry.accuracy)
        assert stack.answers.confidences is not None
        assert stack.answers.confidences.min() >= 0.25
        for i, layer in enumerate(stack.layers):
            assert stack.embedding(i).shape == (47, 15)
            assert np.allclose(stack.embedding(i).mean(axis=0), 0, atol=1e-4)
            near, reduced, maps = stack.neighbours(i), stack.reduced(i), stack.maps(i, 5)
            assert near is not None
            assert near.shape == (47, 15)
            assert reduced is not None
            assert reduced.shape == (47, layer.reduction["components"])
            assert maps is not None
            assert maps.full_shape == layer.shape
            assert 0 <= layer.quality["trustworthiness"] <= 1


def test_residuals_are_those_of_every_pair_of_layers(checkpoints: BuildOptions) -> None:
    world = open_world(build_world(checkpoints).path)
    first = world.stack(0)
    for index, entry in enumerate(world.manifest.stacks, 1):
        stack = world.stack(index)
        assert np.shape(entry.residuals) == (5, len(entry.layers))
        for i in range(5):
            for j in range(len(entry.layers)):
                onto, points = np.asarray(first.embedding(i), float), np.asarray(stack.embedding(j), float)
                assert entry.residuals[i][j] == pytest.approx(align(points, onto).residual, abs=1e-5)
        for j, i in enumerate(entry.aligned_to):
            onto, points = np.asarray(first.embedding(i), float), np.asarray(stack.embedding(j), float)
            assert entry.layers[j].residual == pytest.approx(entry.residuals[i][j], abs=1e-5)
            assert np.allclose(align(points, onto).rotation, np.eye(15), atol=1e-3)  # it is turned already


def test_the_first_stack_is_that_of_a_build_of_its_own(tmp_path: Path, checkpoints: BuildOptions) -> None:
    both = content(build_world(checkpoints).path)
    output = tmp_path / "alone" / checkpoints.output.name
    alone = content(build_world(replace(checkpoints, others=(), output=output, name="tiny epoch1")).path)
    for name in alone:
        if name not in ("manifest.json", "SHA256SUMS"):
            assert both[name] == alone[name], name


def test_a_network_twice_is_the_same_cloud_twice(tmp_path: Path) -> None:
    asked = options(tmp_path)
    world = open_world(build_world(replace(asked, others=(ModelSpec(asked.model, name="again"),))).path)
    residuals = np.array(world.manifest.stacks[0].residuals)
    assert residuals.diagonal().max() < 0.15  # 48 images, 20 epochs
    assert np.array_equal(world.stack(0).reduced(2), world.stack(1).reduced(2))
    assert np.array_equal(world.stack(0).neighbours(2), world.stack(1).neighbours(2))


class InterruptedAt(Silent):
    """Ctrl-C when a stage begins for the n-th time."""

    def __init__(self, stage: str, nth: int) -> None:
        super().__init__()
        self._stage, self._nth = stage, nth

    def start(self, stage: str, total: float) -> None:
        super().start(stage, total)
        if self.stages.count(self._stage) == self._nth and stage == self._stage:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("stage", "nth"),
    [("images", 2), ("join", 2), ("images", 3), ("embed", 1), ("embed", 2), ("embed", 3), ("quality", 1)],
)
def test_it_resumes_in_any_stack(tmp_path: Path, checkpoints: BuildOptions, stage: str, nth: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        build_world(checkpoints, InterruptedAt(stage, nth))
    again = Silent()
    build_world(checkpoints, again)
    assert sum("images of the interrupted build" in x for x in again.notes) == {"images": nth - 1, "join": nth}.get(
        stage, 3
    )
    fresh = build_world(replace(checkpoints, output=tmp_path / "fresh" / checkpoints.output.name))
    assert content(checkpoints.output) == content(fresh.path)


def test_networks_may_change_places(tmp_path: Path, checkpoints: BuildOptions) -> None:
    """What an image set lacks is remembered with each network, not with the first alone."""
    build_world(checkpoints)
    second = checkpoints.others[0]
    for asked in (
        replace(checkpoints, weights=second.weights, others=(ModelSpec(checkpoints.model, checkpoints.weights),)),
        replace(checkpoints, weights=second.weights, others=()),
    ):
        again = Silent()
        report = build_world(asked, again)
        assert report.manifest.images == 47
        assert any("activations of the world that is replaced" in x for x in again.notes)
        fresh = build_world(replace(asked, output=tmp_path / f"fresh{len(asked.others)}" / asked.output.name))
        assert content(report.path) == content(fresh.path)


def test_layers_of_the_first_network_that_turn_the_others(tmp_path: Path, checkpoints: BuildOptions) -> None:
    """A frame hangs on all layers before it; an interrupted build with other layers had other frames."""
    asked = replace(checkpoints, others=checkpoints.others[:1])
    with pytest.raises(KeyboardInterrupt):
        build_world(replace(asked, layers=("input", "pool", "fc")), InterruptedAt("quality", 1))
    changed = replace(asked, layers=("conv", "pool", "fc"))
    build_world(changed)
    fresh = build_world(replace(changed, output=tmp_path / "fresh" / asked.output.name))
    assert content(changed.output) == content(fresh.path)
