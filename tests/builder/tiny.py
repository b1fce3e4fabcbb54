"""A tiny network in a file of its own and a few images, for tests of the builder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from explorer.builder.options import BuildOptions, EmbedSettings

MODEL = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 6, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(6 * 4 * 4, 4)

    def forward(self, x):
        return self.fc(self.pool(self.relu(self.conv(x))).flatten(1))

class Wide(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.conv = nn.Conv2d(3, 160, 3, padding=1)
        self.relu = nn.ReLU()
        self.mix = nn.Conv2d(160, 24, 3)
        self.fc1 = nn.Linear(24, 12)
        self.fc = nn.Linear(12, 4)

    def forward(self, x):
        return self.fc(self.fc1(self.mix(self.relu(self.conv(x))).mean((2, 3))).relu())

def tiny():
    return Net()

def wide():
    return Wide()

def wants_argument(size):
    return Net()

def a_number():
    return 3

NOT_CALLABLE = 1
"""

CLASSES = ("dark", "red", "green", "blue")
QUICK = EmbedSettings(neighbours=8, epochs=20, components=32)


def model_file(folder: Path) -> Path:
    """Write the model's source."""
    file = folder / "tiny_model.py"
    file.write_text(MODEL)
    return file


def weights_file(folder: Path, seed: int) -> Path:
    """A checkpoint of the tiny network."""
    generator = torch.Generator().manual_seed(seed)
    shapes = {"conv.weight": (6, 3, 3, 3), "conv.bias": (6,), "fc.weight": (4, 96), "fc.bias": (4,)}
    path = folder / f"epoch{seed}.pt"
    torch.save({name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}, path)
    return path


def image_folder(folder: Path, per_class: int = 12, size: int = 8) -> Path:
    """A subfolder of PNG files per class."""
    rng = np.random.default_rng(0)
    for index, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for i in range(per_class):
            pixels = rng.integers(0, 60, (size, size, 3), dtype=np.uint8)
            if index:
                pixels[..., index - 1] += 150
            Image.fromarray(pixels).save(folder / name / f"{i:03d}.png")
    return folder


def image_array(folder: Path, count: int, size: int = 8) -> Path:
    """An archive of images and labels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, count)
    pixels = rng.integers(0, 60, (count, size, size, 3), dtype=np.uint8)
    for index in (1, 2, 3):
        pixels[labels == index, ..., index - 1] += 150
    path = folder / f"images{count}x{size}.npz"
    np.savez(path, images=pixels, labels=labels)
    return path


def options(tmp_path: Path, output: str = "t.world", epochs: int = 20) -> BuildOptions:
    """A build of the tiny network that takes a fraction of a second."""
    images = tmp_path / "images"
    if not images.exists():
        image_folder(images)
    return BuildOptions(
        model=f"{model_file(tmp_path)}:tiny",
        images=images,
        output=tmp_path / output,
        embed=replace(QUICK, epochs=epochs),
    )


def many(tmp_path: Path, count: int = 601) -> BuildOptions:
    """The same of enough images for several shards, where ``deal_small`` makes those small."""
    return replace(options(tmp_path), images=image_array(tmp_path, count))


def apart(found: dict[str, bytes], wanted: dict[str, bytes]) -> list[str]:
    """What differs between two worlds, a line for each file: what is to be known when it happens once in a while."""
    lines = []
    for name in sorted(found.keys() | wanted.keys()):
        a, b = found.get(name, b""), wanted.get(name, b"")
        if a != b:
            places = [i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y]
            lines.append(f"{name}: {len(a)} and {len(b)} bytes, {len(places)} differ, at {places[:5]}")
    return lines


def content(world: Path) -> dict[str, bytes]:
    """Every file of a world, or of any folder."""
    return {str(x.relative_to(world)): x.read_bytes() for x in sorted(world.rglob("*")) if x.is_file()}
