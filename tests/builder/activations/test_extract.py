"""The pass over the images: what hooks see, and that they leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from explorer.builder.activations.extract import Extraction, extract, probabilities
from explorer.builder.activations.sinks import read_features
from explorer.builder.images.image_set import ImageSet, open_image_set
from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.layers import choose_layers
from explorer.builder.model.probe import probe
from explorer.builder.progress import Silent
from explorer.errors import ImagesError, ModelError
from explorer.store.maps import MapWriter
from tests.builder.tiny import image_folder


class InPlace(nn.Module):
    """An in-place ReLU overwrites what the convolution returned, and one module is called twice."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 5, 3)
        self.relu = nn.ReLU(inplace=True)
        self.fc = nn.Linear(5 * 6 * 6, 4)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc(self.relu(self.relu(self.conv(x)) - 0.1).flatten(1))
        return out


def images(tmp_path: Path) -> ImageSet:
    return open_image_set(image_folder(tmp_path / "images", per_class=3))


def run(tmp_path: Path, model: nn.Module, found: ImageSet, batch: int = 5) -> Extraction:
    model.eval()
    work, world = tmp_path / "work", tmp_path / "world"
    for folder in (work, world):
        folder.mkdir(exist_ok=True)
    layers = choose_layers(model, probe(model, torch.zeros(1, 3, 8, 8)), (3, 8, 8), ("**",))
    return extract(model, found, Preprocess(), layers, batch, 32, work, world, Silent())


def hooks(model: nn.Module) -> int:
    return sum(len(x._forward_hooks) + len(x._forward_pre_hooks) for x in model.modules())


def test_features_are_what_the_modules_returned(tmp_path: Path) -> None:
    model, found = InPlace(), images(tmp_path)
    result = run(tmp_path, model, found)
    inputs = Preprocess().tensor([found.source.read(i) for i in range(12)])
    with torch.no_grad():
        conv = model.conv(inputs)
        first = conv.clamp(min=0)
        second = (first - 0.1).clamp(min=0)
        logits = model.fc(second.flatten(1))
    wanted = [inputs, conv, first, second, logits, logits.softmax(1)]
    assert len(result.layers) == len(wanted)
    for index, activation in enumerate(wanted):
        rows = read_features(tmp_path / "work", index, 12, result.layers[index].width)
        assert np.allclose(rows, activation.flatten(1).numpy(), atol=1e-6), index
    zeros = np.load(tmp_path / "world" / "maps/03.zeros.npy")
    assert np.allclose(zeros, (second == 0).float().mean((1, 2, 3)).numpy())
    assert result.classes is not None
    assert result.classes.tolist() == logits.argmax(1).tolist()
    assert hooks(model) == 0
    assert all((tmp_path / "world" / x).exists() for x in MapWriter.paths("maps/05"))


def test_the_size_of_a_batch_does_not_matter(tmp_path: Path) -> None:
    found = images(tmp_path)
    run(tmp_path, InPlace(), found, batch=12)
    large = read_features(tmp_path / "work", 1, 12, 5 * 6 * 6)
    run(tmp_path, InPlace(), found, batch=1)
    assert np.allclose(read_features(tmp_path / "work", 1, 12, 5 * 6 * 6), large, atol=1e-5)


class FailsLater(InPlace):
    """Fails, or gives NaN, from the second batch on."""

    def __init__(self, nan: bool) -> None:
        super().__init__()
        self.nan, self.calls = nan, 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        if self.calls > 2 and not self.nan:
            raise RuntimeError("out of luck")
        out: Tensor = super().forward(x * float("nan") if self.calls > 2 else x)
        return out


@pytest.mark.parametrize("nan", [True, False])
def test_hooks_are_removed_when_the_pass_fails(tmp_path: Path, nan: bool) -> None:
    model = FailsLater(nan)
    with pytest.raises(ModelError, match="layer conv gives NaN" if nan else "out of luck"):
        run(tmp_path, model, images(tmp_path))
    assert hooks(model) == 0


def test_corrupt_images_are_skipped_and_listed(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "images", per_class=10)
    (folder / "red" / "003.png").write_bytes(b"nothing")
    result = run(tmp_path, InPlace(), open_image_set(folder))
    assert [x for x, _ in result.skipped] == ["red/003.png"]
    assert len(result.kept) == 39
    assert 33 not in result.kept
    assert len(np.load(tmp_path / "world" / "thumbnails.npy")) == 39
    for i in (4, 5):
        (folder / "red" / f"00{i}.png").write_bytes(b"nothing")
    with pytest.raises(ImagesError, match=r"more than 5% of the images cannot be read \(3 so far: red/003\.png"):
        run(tmp_path, InPlace(), open_image_set(folder))


def test_images_of_different_sizes_need_a_size(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "images", per_class=3)
    image_folder(tmp_path / "large", per_class=1, size=9)
    (tmp_path / "large" / "red" / "000.png").replace(folder / "red" / "009.png")
    with pytest.raises(ImagesError, match=r"red/009\.png is 9x9 pixels, others are 8x8; give --input-size"):
        run(tmp_path, InPlace(), open_image_set(folder))


def test_probabilities_are_not_softened_again() -> None:
    logits = torch.randn(5, 7)
    soft = logits.softmax(1)
    assert torch.allclose(probabilities(logits), soft)
    assert torch.equal(probabilities(soft), soft)
    assert torch.allclose(probabilities(logits.log_softmax(1)), soft)
