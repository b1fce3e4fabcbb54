"""A sample is embedded and the other images are placed among it: how good that is, and what it holds in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from explorer.builder.embedding import embed
from explorer.builder.embedding.embed import embed_layer, place_layer
from explorer.builder.embedding.neighbours import nearest_neighbours
from explorer.builder.embedding.quality import Kept, kept_neighbourhoods, label_accuracy
from explorer.builder.images.preprocess import IMAGENET_MEAN, IMAGENET_STD
from explorer.builder.options import BuildOptions, EmbedSettings
from explorer.builder.pipeline import build_world
from explorer.store.read import World, open_world, verify_world
from explorer.types import Float32
from tests.builder.tiny import options

SETTINGS = EmbedSettings(epochs=100)
CLUSTERS, COUNT, SAMPLE = 12, 2400, 480


def mixture() -> tuple[Float32, NDArray[np.int64]]:
    """(N, 40) points of planted clusters, each flat in 8 of its own directions, and (N,) which one."""
    rng = np.random.default_rng(3)
    labels = rng.integers(0, CLUSTERS, COUNT)
    axes = rng.normal(size=(CLUSTERS, 8, 40)) / np.sqrt(8)
    inside = np.einsum("nk,nkd->nd", rng.normal(size=(COUNT, 8)), axes[labels])
    centres = rng.normal(size=(CLUSTERS, 40))[labels] * 1.5
    return (centres + 2 * inside + 0.05 * rng.normal(size=(COUNT, 40))).astype(np.float32), labels


def embedded(points: Float32) -> Float32:
    near = nearest_neighbours(torch.from_numpy(points), SETTINGS.neighbours)
    return embed_layer(points, near, None, SETTINGS).points


@pytest.fixture(scope="module")
def points() -> Float32:
    return mixture()[0]


@pytest.fixture(scope="module")
def chosen() -> NDArray[np.int64]:
    return np.sort(np.random.default_rng(0).permutation(COUNT)[:SAMPLE])


@pytest.fixture(scope="module")
def sample(points: Float32, chosen: NDArray[np.int64]) -> Float32:
    return embedded(points[chosen])


@pytest.fixture(scope="module")
def placed(points: Float32, chosen: NDArray[np.int64], sample: Float32) -> tuple[Float32, NDArray[np.int64]]:
    return place_layer(points, chosen, sample, SETTINGS, 15)


def held_out(chosen: NDArray[np.int64], count: int = COUNT) -> NDArray[np.int64]:
    return np.setdiff1d(np.arange(count), chosen)


def kept(high: Float32, low: Float32, rows: NDArray[np.int64]) -> Kept:
    return kept_neighbourhoods(torch.from_numpy(high - high.mean(0)), torch.from_numpy(low), rows)


def test_the_sample_keeps_its_places(placed: Any, chosen: NDArray[np.int64], sample: Float32) -> None:
    assert placed[0].shape == (COUNT, 15)
    assert placed[0].dtype == np.float32
    assert np.array_equal(placed[0][chosen], sample)
    assert np.isfinite(placed[0]).all()


def test_planted_clusters_land_in_their_clusters(placed: Any, chosen: NDArray[np.int64], sample: Float32) -> None:
    labels = mixture()[1]
    centres = np.stack([sample[labels[chosen] == x].mean(0) for x in range(CLUSTERS)])  # (12, 15)
    rows = held_out(chosen)
    apart = np.linalg.norm(placed[0][rows, None] - centres[None], axis=2)  # (H, 12)
    assert np.mean(apart.argmin(1) == labels[rows]) > 0.99


def test_placed_images_keep_their_neighbourhoods(placed: Any, points: Float32, chosen: NDArray[np.int64]) -> None:
    """Against embedding all: the labels are told as well, neighbours that lie among so few are kept in part."""
    labels, rows = mixture()[1], held_out(chosen)
    everything = embedded(points)
    best, found = kept(points, everything, rows), kept(points, placed[0], rows)
    assert found.trustworthiness > best.trustworthiness - 0.02
    assert found.recall > 0.5 * best.recall
    accuracy = [label_accuracy(torch.from_numpy(x), labels, rows) for x in (everything, placed[0])]
    assert accuracy[1] > accuracy[0] - 0.01


def test_a_place_depends_on_the_sample_alone(
    placed: Any, points: Float32, chosen: NDArray[np.int64], sample: Float32, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = place_layer(points, chosen, sample, SETTINGS, 15)
    assert again[0].tobytes() == placed[0].tobytes()
    monkeypatch.setattr(embed, "_PLACED", 137)
    blocks = place_layer(points, chosen, sample, SETTINGS, 15)
    assert blocks[0].tobytes() == placed[0].tobytes()
    assert blocks[1].tobytes() == placed[1].tobytes()
    fewer = np.sort(np.concatenate([chosen, held_out(chosen)[::7]]))  # without most of those that are placed
    there = np.isin(fewer, chosen).nonzero()[0]
    alone = place_layer(points[fewer], there, sample, SETTINGS, 15)
    assert alone[0].tobytes() == placed[0][fewer].tobytes()


def test_the_nearest_of_the_sample_are_told(placed: Any, points: Float32, chosen: NDArray[np.int64]) -> None:
    nearest = placed[1]
    assert nearest.shape == (COUNT, 15)
    assert np.isin(nearest, chosen).all()
    assert not (nearest == np.arange(COUNT)[:, None]).any()
    for row in (0, int(chosen[5]), COUNT - 1):
        others = chosen[chosen != row]
        apart = np.linalg.norm(points[others].astype(np.float64) - points[row], axis=1)
        assert np.array_equal(nearest[row], others[np.argsort(apart, kind="stable")[:15]])


class Rows:
    """An array on disk that notes how many rows are held at a time."""

    def __init__(self, array: Float32) -> None:
        self._array, self.most = array, 0

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, rows: NDArray[np.int64]) -> Float32:
        found: Float32 = self._array[rows]
        self.most = max(self.most, len(found))
        return found


def test_never_more_than_the_sample_or_a_block_is_held(
    points: Float32, chosen: NDArray[np.int64], sample: Float32, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed, "_PLACED", 200)
    rows: Any = Rows(points)
    place_layer(rows, chosen, sample, replace(SETTINGS, epochs=3), 15)
    assert rows.most == SAMPLE


def test_few_neighbours_and_a_small_sample(points: Float32) -> None:
    chosen = np.arange(0, COUNT, COUNT // 12)  # (12,)
    settings = replace(SETTINGS, neighbours=5)
    low, nearest = place_layer(points, chosen, points[chosen, :15], settings, 15)
    assert np.isfinite(low).all()
    assert nearest.shape == (COUNT, 11)
    assert not (nearest == np.arange(COUNT)[:, None]).any()


def test_images_equal_to_one_of_the_sample(points: Float32, chosen: NDArray[np.int64], sample: Float32) -> None:
    doubled = points.copy()
    rows = held_out(chosen)[:40]
    doubled[rows] = points[chosen[:40]]
    low, nearest = place_layer(doubled, chosen, sample, SETTINGS, 15)
    assert np.array_equal(nearest[rows, 0], chosen[:40])
    apart = np.linalg.norm(low[rows] - sample[:40], axis=1)
    assert np.median(apart) < np.median(np.linalg.norm(sample - sample.mean(0), axis=1)) / 4


def test_a_world_of_a_sample(tmp_path: Path) -> None:
    asked = options(tmp_path)
    build = replace(asked, embed=replace(asked.embed, sample=20))
    world = open_world(build_world(build).path)
    verify_world(world.path)
    assert [x.method for x in world.manifest.layers] == ["umap of a sample"] * 5
    assert world.manifest.parameters["embed"]["sample"] == 20
    near = np.load(world.path / str(world.manifest.layers[2].neighbours))
    assert near.shape == (48, 15)
    assert len(np.unique(near)) == 20
    first = (world.path / "SHA256SUMS").read_text()
    assert (
        build_world(replace(build, output=tmp_path / "x" / build.output.name)).path / "SHA256SUMS"
    ).read_text() == first
    whole = replace(asked, output=tmp_path / "w.world", embed=replace(asked.embed, sample=48))
    assert {x.method for x in build_world(whole).manifest.layers} == {"umap"}


LAYERS = ("layer2.2", "layer3.2", "linear")


def test_quality_on_real_activations(data_dir: Path, tmp_path: Path) -> None:
    """Held-out images of CIFAR-10 in three layers of ResNet-20, 1,500 of 6,000 embedded, against all of them."""
    worlds: list[World] = []
    for name, sample in (("all", None), ("sample", 1500)):
        build = BuildOptions(
            model=f"{data_dir}/nets.py:resnet20", weights=data_dir / "resnet20_cifar10/resnet20-12fca82f.th",
            images=data_dir / "cifar10/cifar10_test.npz", output=tmp_path / f"{name}.world", mean=IMAGENET_MEAN,
            std=IMAGENET_STD, layers=LAYERS, maps=0, limit=6000, embed=EmbedSettings(sample=sample),
        )  # fmt: skip
        worlds.append(open_world(build_world(build).path))
    chosen = np.random.default_rng(0).permutation(6000)[:1500]
    rows = held_out(chosen, 6000)[::3]
    labels = np.load(worlds[0].path / "labels.npy")
    for i, layer in enumerate(LAYERS):
        high = np.load(worlds[0].path / str(worlds[0].manifest.layers[i].reduced))
        low = [np.array(x.embedding(i)) for x in worlds]
        best, found = (kept(high, x, rows) for x in low)
        accuracy = [label_accuracy(torch.from_numpy(x), labels, rows) for x in low]
        print(f"{layer}: trustworthiness {best.trustworthiness:.4f} {found.trustworthiness:.4f}, "
              f"recall {best.recall:.3f} {found.recall:.3f}, accuracy {accuracy[0]:.4f} {accuracy[1]:.4f}")  # fmt: skip
        assert found.trustworthiness > best.trustworthiness - 0.03
        assert found.recall > 0.5 * best.recall
        assert accuracy[1] > accuracy[0] - (0.12 if layer == "layer2.2" else 0.015)
