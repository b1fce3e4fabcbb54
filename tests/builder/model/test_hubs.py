"""Models by name: what each library makes, and that our preprocessing is theirs, on a real photograph."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_sample_image
from torch import Tensor

from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.load import load_model
from explorer.builder.model.probe import first_tensor
from explorer.builder.model.source import RANDOM, ModelSource
from explorer.errors import ModelError
from explorer.types import UInt8
from tests.operators import define_missing

define_missing()

LEVEL = 1 / 255
"""One grey level, before the division by std."""


@pytest.fixture(scope="module")
def photograph() -> UInt8:
    """(427, 640, 3): a temple in China, which comes with scikit-learn."""
    return np.asarray(load_sample_image("china.jpg"))


def ours(preprocess: Preprocess | None, image: UInt8) -> Tensor:
    assert preprocess is not None
    return preprocess.tensor([preprocess.crop(image)])[0]


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No network, and no cache of an earlier download."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setattr("torch.hub.urlopen", refuse)


@pytest.mark.parametrize("name", ["resnet18", "efficientnet_b0", "inception_v3", "vit_b_16"])
def test_torchvision(name: str, photograph: UInt8) -> None:
    import torchvision  # noqa: PLC0415 - its operators are defined first

    found = load_model(f"torchvision:{name}", RANDOM)
    theirs = torchvision.models.get_model_weights(name).DEFAULT.transforms()(Image.fromarray(photograph))
    assert torch.equal(ours(found.preprocess, photograph), theirs)
    assert len(found.class_names) == 1000
    assert found.class_names[1] == "goldfish"
    assert (found.source, found.name, found.weights) == ("torchvision", name, "random")
    assert not found.module.training


@pytest.mark.parametrize("name", ["resnet18", "vit_tiny_patch16_224", "mobilenetv3_small_100", "tf_efficientnetv2_b0"])
def test_timm(name: str, photograph: UInt8) -> None:
    timm = importlib.import_module("timm")
    found = load_model(f"timm:{name}", RANDOM)
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(found.module), is_training=False)
    assert torch.equal(ours(found.preprocess, photograph), transform(Image.fromarray(photograph)))
    assert found.class_names[1].startswith("goldfish")


HF: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "resnet": (
        {"model_type": "resnet", "embedding_size": 8, "hidden_sizes": [8, 16, 24, 32], "depths": [1, 1, 2, 1],
         "layer_type": "basic"},
        {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 224}, "crop_pct": 0.875},
    ),
    "vit": (
        {"model_type": "vit", "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2,
         "intermediate_size": 64, "image_size": 64, "patch_size": 16},
        {"image_processor_type": "ViTImageProcessor", "size": {"height": 64, "width": 64}, "resample": 2},
    ),
    "deit": (
        {"model_type": "deit", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
         "intermediate_size": 64, "image_size": 56, "patch_size": 8,
         "architectures": ["DeiTForImageClassification"]},
        {"image_processor_type": "DeiTImageProcessor", "size": {"height": 64, "width": 64},
         "crop_size": {"height": 56, "width": 56}},
    ),
    "convnext": (
        {"model_type": "convnext", "hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1]},
        {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 384}},
    ),
    "efficientnet": (
        {"model_type": "efficientnet", "width_coefficient": 0.25, "depth_coefficient": 0.25, "image_size": 96,
         "hidden_dim": 320},
        {"image_processor_type": "EfficientNetImageProcessor", "size": {"height": 120, "width": 120},
         "crop_size": {"height": 96, "width": 96}, "do_center_crop": True, "rescale_offset": True,
         "image_mean": [0.1, 0.2, 0.3], "image_std": [0.5, 0.6, 0.7], "resample": 0},
    ),
    "mobilevit": (
        {"model_type": "mobilevit", "hidden_sizes": [16, 24, 32], "neck_hidden_sizes": [8, 8, 8, 8, 16, 16, 32]},
        {"image_processor_type": "MobileViTImageProcessor", "size": {"shortest_edge": 288},
         "crop_size": {"height": 256, "width": 256}},
    ),
}  # fmt: skip


def hf_folder(folder: Path, kind: str, **more: Any) -> Path:
    """A folder as the hub keeps it: configuration, processor, trained weights of a small network."""
    transformers = importlib.import_module("transformers")
    model, processor = HF[kind]
    names = dict(enumerate(("cat", "dog", "fish", "bird", "horse")))
    config = transformers.AutoConfig.for_model(**model, id2label=names, **more)
    torch.manual_seed(3)
    transformers.AutoModelForImageClassification.from_config(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(importlib.import_module("json").dumps(processor))
    return folder


@pytest.mark.parametrize("kind", HF)
@pytest.mark.parametrize("weights", [None, RANDOM])
def test_hf(tmp_path: Path, kind: str, weights: Path | None, photograph: UInt8, offline: None) -> None:
    """Where our sizes round as torchvision's do and theirs do not, the crop may lie half a pixel off: here
    all sizes are even, and the inputs agree to float32's rounding."""
    transformers = importlib.import_module("transformers")
    found = load_model(f"hf:{hf_folder(tmp_path / kind, kind)}", weights)
    processor = transformers.AutoImageProcessor.from_pretrained(tmp_path / kind, backend="pil")
    even = photograph[:426, :]
    theirs = processor(images=Image.fromarray(even), return_tensors="pt")["pixel_values"]
    mine = ours(found.preprocess, even)
    assert torch.allclose(mine, theirs[0].float(), atol=LEVEL / 50)
    assert found.class_names == ("cat", "dog", "fish", "bird", "horse")
    assert found.notes == ()
    assert found.weights == ("pretrained" if weights is None else "random")
    logits = first_tensor(found.module(mine[None]))
    assert logits is not None
    assert logits.shape == (1, 5)


def test_hf_loads_the_weights_of_the_folder(tmp_path: Path, offline: None) -> None:
    transformers = importlib.import_module("transformers")
    folder = hf_folder(tmp_path / "resnet", "resnet")
    saved = transformers.AutoModelForImageClassification.from_pretrained(folder).state_dict()
    found = load_model(f"hf:{folder}").module.state_dict()
    assert all(torch.equal(found[x], saved[x]) for x in saved)
    other = load_model(f"hf:{folder}", RANDOM).module.state_dict()
    assert not torch.equal(other["classifier.1.weight"], saved["classifier.1.weight"])


def test_hf_says_what_the_checkpoint_lacks(tmp_path: Path, offline: None) -> None:
    transformers = importlib.import_module("transformers")
    folder = hf_folder(tmp_path / "vit", "vit")
    body = transformers.ViTModel.from_pretrained(folder)
    body.config.architectures = ["ViTForImageClassification"]
    body.save_pretrained(folder)
    config = (folder / "config.json").read_text().replace("ViTModel", "ViTForImageClassification")
    (folder / "config.json").write_text(config)
    assert "lacks" in load_model(f"hf:{folder}").notes[0]
    assert "classifier" in load_model(f"hf:{folder}").notes[0]


def test_hf_of_an_unknown_processor_and_of_text(tmp_path: Path, offline: None) -> None:
    folder = hf_folder(tmp_path / "vit", "vit")
    (folder / "preprocessor_config.json").unlink()
    bare = load_model(f"hf:{folder}")
    assert bare.preprocess is None
    assert "--input-size" in bare.notes[0]
    text = tmp_path / "bert"
    text.mkdir()
    (text / "config.json").write_text('{"model_type": "bert", "architectures": ["BertModel"]}')
    with pytest.raises(ModelError, match=r"is a BertModel, expected a model that takes images alone"):
        load_model(f"hf:{text}", RANDOM)


def test_a_processor_that_does_more_is_told(tmp_path: Path, offline: None) -> None:
    folder = hf_folder(tmp_path / "vit", "vit")
    (folder / "preprocessor_config.json").write_text(
        '{"image_processor_type": "LevitImageProcessor", "size": {"shortest_edge": 64}, '
        '"crop_size": {"height": 64, "width": 64}}'
    )
    assert "does more than is done here" in load_model(f"hf:{folder}").notes[0]


def test_random_weights_are_the_same_every_time() -> None:
    one, two, other = (load_model("torchvision:resnet18", RANDOM, seed).module.state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(one[x], two[x]) for x in one)
    assert not torch.equal(one["conv1.weight"], other["conv1.weight"])


def test_torch_is_left_as_it_was() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    load_model("torchvision:resnet18", RANDOM)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("spec", ["torchvision:resnet18", "timm:resnet18.a1_in1k", "hf:microsoft/resnet-18"])
def test_weights_that_cannot_be_downloaded(spec: str, offline: None) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(spec)
    message = str(caught.value)
    assert "could not be downloaded" in message
    assert "--weights FILE, or --weights random" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("spec", "part"),
    [
        ("torchvision:resnet1", "no classifier 'resnet1'; it has resnet1"),
        ("torchvision:fcn_resnet50", "no classifier"),
        ("timm:resnt18", "no model 'resnt18'; near it are resnet18"),
        ("timm:resnet18.nobody", "Invalid pretrained tag"),
        ("hf:./none", "could not be downloaded"),
        ("torchvision:", "does not name a model"),
    ],
)
def test_names_that_are_wrong(spec: str, part: str, offline: None) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(spec, RANDOM)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "library", "extra"),
    [("torchvision:x", "torchvision", "torchvision"), ("timm:x", "timm", "timm"), ("hf:x", "transformers", "hf")],
)
def test_a_library_that_is_missing(spec: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name == library:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(ModelError, match=rf"not installed: pip install 'layerflight\[{extra}\]'"):
        load_model(spec)


def test_a_library_that_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Any:
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(
        ModelError,
        match=r"torchvision is missing or made for another torch than 2.*nms.*pip install --upgrade torch torchvision",
    ):
        load_model("torchvision:resnet18")


def test_trained_weights_come_from_the_local_cache(
    tmp_path: Path, offline: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier download left in torch's cache is used without a network."""
    import torchvision  # noqa: PLC0415 - its operators are defined first

    trained = load_model("torchvision:resnet18", RANDOM, 9).module.state_dict()
    file = tmp_path / "torch" / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    file.parent.mkdir(parents=True)
    torch.save(trained, file)
    assert torchvision.models.ResNet18_Weights.DEFAULT.url.endswith(file.name)
    # The name ends in the real file's hash, which this one cannot have; only downloads are compared with it.
    found: ModelSource = load_model("torchvision:resnet18")
    assert found.weights == "pretrained"
    assert torch.equal(found.module.state_dict()["fc.weight"], trained["fc.weight"])
    assert "torchvision" in sys.modules
