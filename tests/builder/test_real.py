"""Acceptance on real networks and images, where LAYERFLIGHT_DATA points to them (see its MANIFEST.md)."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.builder.embedding.neighbours import nearest_neighbours
from explorer.builder.images.preprocess import IMAGENET_MEAN, IMAGENET_STD
from explorer.builder.imported import import_world
from explorer.builder.options import BuildOptions, EmbedSettings
from explorer.builder.pipeline import build_world
from explorer.store.read import World, open_world

CIFAR = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
QUICK = EmbedSettings(epochs=20, components=32)


def build(options: BuildOptions) -> World:
    return open_world(build_world(options).path)


def label_accuracy(world: World, layer: int) -> float:
    """Share of images whose ten nearest neighbours in the embedding vote for their label."""
    points = torch.from_numpy(np.array(world.embedding(layer)))
    votes = world.labels[nearest_neighbours(points, 11).indices[:, 1:]]  # (N, 10)
    return float(np.mean([np.bincount(v).argmax() == x for v, x in zip(votes, world.labels, strict=True)]))


def test_lenet_on_all_test_digits(data_dir: Path, tmp_path: Path) -> None:
    world = build(BuildOptions(
        model=f"{data_dir}/nets.py:lenet", weights=data_dir / "lenet_mnist/caffe_lenet.pth", images=data_dir / "mnist",
        output=tmp_path / "m.world", scale=256, layers=("softmax",), maps=0, embed=QUICK, batch=256,
    ))  # fmt: skip
    assert world.manifest.images == 10_000
    assert world.manifest.accuracy == pytest.approx(0.9905, abs=1e-4)


def test_lenet_layers(data_dir: Path, tmp_path: Path) -> None:
    world = build(BuildOptions(
        model=f"{data_dir}/nets.py:lenet", weights=data_dir / "lenet_mnist/caffe_lenet.pth", images=data_dir / "mnist",
        output=tmp_path / "m.world", scale=256, limit=1000,
    ))  # fmt: skip
    names = [x.name for x in world.manifest.layers]
    assert names == ["input", "conv1", "pool1", "conv2", "pool2", "relu1", "ip2", "softmax"]
    assert np.bincount(world.labels).tolist() == [100] * 10
    assert label_accuracy(world, 0) < label_accuracy(world, 6)
    assert label_accuracy(world, 6) > 0.95


def test_resnet20_from_its_checkpoint_as_found(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("\n".join(CIFAR))
    asked = BuildOptions(
        class_names=tmp_path / "names.txt",
        model=f"{data_dir}/nets.py:resnet20", weights=data_dir / "resnet20_cifar10/resnet20-12fca82f.th",
        images=data_dir / "cifar10/cifar10_test.npz", output=tmp_path / "c.world", mean=IMAGENET_MEAN,
        std=IMAGENET_STD, layers=("relu", "layer*.*", "softmax"), maps=0, embed=QUICK, limit=2000,
    )  # fmt: skip
    world = build(asked)
    layers = world.manifest.layers
    assert [x.name for x in layers][:2] == ["relu", "layer1.0"]
    assert [x.inputs for x in layers] == [(), *[(i,) for i in range(10)]]
    assert world.label_text(0) in CIFAR
    assert world.manifest.accuracy == pytest.approx(0.9173, abs=0.015)
    assert label_accuracy(world, 9) > label_accuracy(world, 0) + 0.3


def test_mobilenet_on_a_thousand_classes(data_dir: Path, tmp_path: Path) -> None:
    world = build(BuildOptions(
        model=f"{data_dir}/nets.py:mobilenet_v2", weights=data_dir / "mobilenet_v2/mobilenet_v2_1.0_224.pth",
        images=data_dir / "imagenet1000/images", labels=data_dir / "imagenet1000/coarse_labels.csv", label_offset=1,
        input_size=(224, 224), resize=256, scale=128, offset=128, output=tmp_path / "i.world",
        layers=("features.*", "pool", "softmax"), maps=0, embed=QUICK,
    ))  # fmt: skip
    assert world.manifest.accuracy == pytest.approx(0.863, abs=1.5e-3)
    assert len(world.manifest.class_names) == 67
    assert world.label_text(0) == "tench (fish)"
    assert world.prediction_text(0) == "tench (fish)"
    assert world.thumbnails is not None
    assert world.thumbnails.shape[1] == 64
    preview = world.preview(3)
    assert preview is not None
    assert min(preview.shape[:2]) == 224
    assert label_accuracy(world, 19) > label_accuracy(world, 0)


def test_the_published_tour_is_imported_in_seconds(data_dir: Path, tmp_path: Path) -> None:
    begin = time.process_time()
    folder = data_dir / "googlenet15d"
    world = open_world(import_world(folder, tmp_path / "g.world", folder / "labels_coarse.npy"))
    assert time.process_time() - begin < 20
    assert world.manifest.images == 50_000
    assert len(world.manifest.layers) == 21
    assert [x.name for x in world.manifest.layers][-3:] == ["Flatten", "Linear", "Softmax"]
    assert all(x.residual < 0.7 for x in world.manifest.layers)
