"""The pass over the images: what hooks see, what is kept of it, and that nothing is left behind."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from explorer.builder.activations.network import Network
from explorer.builder.activations.taps import probabilities
from explorer.builder.crew import Interrupted, stopped_by
from explorer.builder.images.image_set import ImageSet, open_image_set
from explorer.builder.images.preprocess import Preprocess
from explorer.builder.options import ModelSpec
from explorer.builder.plan import _behaviour, _copies_behave
from explorer.errors import ImagesError, ModelError
from explorer.store.maps import MapWriter
from tests.builder.activations.small import InPlace, deal_small, joined, run, small_pass
from tests.builder.tiny import apart, content, image_folder


def images(tmp_path: Path, per_class: int = 3) -> ImageSet:
    return open_image_set(image_folder(tmp_path / "images", per_class))


def hooks(model: nn.Module) -> int:
    return sum(len(x._forward_hooks) + len(x._forward_pre_hooks) for x in model.modules())


def test_features_are_what_the_modules_returned(tmp_path: Path) -> None:
    model, found = InPlace(), images(tmp_path)
    layers, outputs = joined(small_pass(tmp_path, model, found), tmp_path / "world")
    inputs = Preprocess().tensor([found.source.read(i) for i in range(12)])
    with torch.no_grad():
        conv = model.conv(inputs)
        first = conv.clamp(min=0)
        second = (first - 0.1).clamp(min=0)
        logits = model.fc(second.flatten(1))
    wanted = [inputs, conv, first, second, logits, logits.softmax(1)]
    assert len(layers) == len(wanted)
    for index, activation in enumerate(wanted):
        rows = np.load(tmp_path / "world" / f"reduced/{index:02d}.npy")
        assert np.allclose(rows, activation.flatten(1).numpy(), atol=1e-6), index
        assert layers[index].explained == 1.0
    zeros = np.load(tmp_path / "world" / "maps/03.zeros.npy")
    assert np.allclose(zeros, (second == 0).float().mean((1, 2, 3)).numpy())
    assert outputs.classes is not None
    assert outputs.classes.tolist() == logits.argmax(1).tolist()
    assert outputs.outputs == 4
    assert hooks(model) == 0
    assert all((tmp_path / "world" / x).exists() for x in MapWriter.paths("maps/05"))


def test_wide_layers_are_projected_alike_in_the_sample_and_beyond(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Distances in ten components are those of the planted ten dimensions, whichever shard an image is in."""
    deal_small(monkeypatch, shard=8, sample=32)
    found, model = images(tmp_path, per_class=15), InPlace()
    layers, _ = joined(small_pass(tmp_path, model, found, components=40), tmp_path / "world")
    assert [x.components for x in layers] == [31, 31, 31, 31, 4, 4]
    assert [x.width for x in layers] == [192, 180, 180, 180, 4, 4]
    inputs = Preprocess().tensor([found.source.read(i) for i in range(60)]).flatten(1).numpy()
    rows = np.load(tmp_path / "world" / "reduced/00.npy")
    near, whole = (np.linalg.norm(x[:, None] - x[None], axis=2)[np.triu_indices(60, 1)] for x in (rows, inputs))
    assert np.corrcoef(near, whole)[0, 1] > 0.95
    assert (near <= whole * (1 + 1e-5)).all()


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
        run(small_pass(tmp_path, model, images(tmp_path)))
    assert hooks(model) == 0


def test_corrupt_images_are_skipped_and_listed(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "images", per_class=10)
    (folder / "red" / "003.png").write_bytes(b"nothing")
    _, outputs = joined(small_pass(tmp_path, InPlace(), open_image_set(folder)), tmp_path / "world")
    assert [x for x, _ in outputs.skipped] == ["red/003.png"]
    assert np.array_equal(outputs.kept, np.delete(np.arange(40), 33))
    assert len(np.load(tmp_path / "world" / "thumbnails.npy")) == 39
    for i in (4, 5):
        (folder / "red" / f"00{i}.png").write_bytes(b"nothing")
    with pytest.raises(ImagesError, match=r"more than 5% of the images cannot be read \(3 so far: red/003\.png"):
        run(small_pass(tmp_path / "again", InPlace(), open_image_set(folder)))


def test_images_of_different_sizes_need_a_size(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "images", per_class=3)
    image_folder(tmp_path / "large", per_class=1, size=9)
    (tmp_path / "large" / "red" / "000.png").replace(folder / "red" / "009.png")
    with pytest.raises(ImagesError, match=r"red/009\.png is 9x9 pixels, others are 8x8; give --input-size"):
        run(small_pass(tmp_path, InPlace(), open_image_set(folder)))


def test_probabilities_are_not_softened_again() -> None:
    logits = torch.randn(5, 7)
    soft = logits.softmax(1)
    assert torch.allclose(probabilities(logits), soft)
    assert torch.equal(probabilities(soft), soft)
    assert torch.allclose(probabilities(logits.log_softmax(1)), soft)


class Keeping(nn.Module):
    """Keeps something for the rest of the pass, as long as another thread takes for its own."""

    def __init__(self, nested: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.fc = nn.Conv2d(3, 4, 3), nn.Linear(4, 3)
        self.kept = torch.zeros(0)
        self._conv = (lambda x: self.conv(x)) if nested else None  # does not follow when this is copied

    def forward(self, x: Tensor) -> Tensor:
        self.kept = x
        time.sleep(0.02)
        found = self.conv(self.kept) if self._conv is None else self._conv(self.kept)
        out: Tensor = self.fc(found.mean((2, 3)))
        return out


def test_threads_do_not_disturb_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deal_small(monkeypatch, shard=8, sample=16)
    before, found, model = torch.get_num_threads(), images(tmp_path, per_class=12), Keeping(nested=False)
    worlds = []
    for threads in (1, 3):
        torch.set_num_threads(threads)
        network = Network.of(ModelSpec(model), model, "", 0, "keeps", copies=True)
        joined(small_pass(tmp_path / str(threads), model, found, network=network), tmp_path / f"world{threads}")
        worlds.append(content(tmp_path / f"world{threads}"))
    torch.set_num_threads(before)
    assert apart(*worlds) == []


def test_networks_that_a_copy_would_not_follow_are_noticed() -> None:
    example = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    for nested in (False, True):
        model = Keeping(nested).eval()
        assert _copies_behave(model, example, _behaviour(model, example)) is not nested


def test_an_interrupted_pass_ends_in_the_middle_of_a_shard(tmp_path: Path) -> None:
    stop = threading.Event()

    class Stopping(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            stop.set()
            return x.mean((2, 3))

    with stopped_by(stop), pytest.raises(Interrupted):
        run(small_pass(tmp_path, Stopping(), images(tmp_path)))
    assert not list((tmp_path / "pass").glob("0*"))
