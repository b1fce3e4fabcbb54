"""A tiny network in a file of its own and a few images, for tests of the builder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
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

def tiny():
    return Net()

def wants_argument(size):
    return Net()

def a_number():
    return 3

NOT_CALLABLE = 1
"""

CLASSES = ("dark", "red", "green", "blue")


def model_file(folder: Path) -> Path:
    """Write the model's source."""
    file = folder / "tiny_model.py"
    file.write_text(MODEL)
    return file


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


def options(tmp_path: Path, output: str = "t.world", epochs: int = 20) -> BuildOptions:
    """A build of the tiny network that takes a fraction of a second."""
    images = tmp_path / "images"
    if not images.exists():
        image_folder(images)
    return BuildOptions(
        model=f"{model_file(tmp_path)}:tiny",
        images=images,
        output=tmp_path / output,
        embed=EmbedSettings(neighbours=8, epochs=epochs, components=32),
    )
