"""Data sets in hand: whatever their items are, the same upright RGB comes out, or one clear line."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import ConcatDataset, Dataset, IterableDataset, Subset, TensorDataset

from explorer.builder.images.decode import Unreadable
from explorer.builder.images.image_set import open_image_set
from explorer.errors import ImagesError

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 7, 5, 3), dtype=np.uint8)


class Items(Dataset[Any]):
    """A data set of a list; items that are errors are raised."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        if isinstance(self.items[index], Exception):
            raise self.items[index]
        return self.items[index]


MAKES = {
    "Pillow": Image.fromarray,
    "array": lambda x: x,
    "array, channels first": lambda x: np.moveaxis(x, 2, 0),
    "float array": lambda x: x / 255,
    "tensor": lambda x: torch.from_numpy(x).permute(2, 0, 1),
    "tensor, channels last": torch.from_numpy,
    "float tensor": lambda x: torch.from_numpy(x).permute(2, 0, 1).float() / 255,
}


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("item", ["alone", "tuple", "dict"])
def test_every_make_of_image(make: str, item: str) -> None:
    images = [MAKES[make](x) for x in PIXELS]
    items = [{"img": x, "label": i % 2} if item == "dict" else (x, i % 2) for i, x in enumerate(images)]
    found = open_image_set(Items(images if item == "alone" else items))
    assert np.array_equal(np.array(found.source.batch(range(6))), PIXELS)
    assert found.labels.tolist() == ([-1] * 6 if item == "alone" else [0, 1] * 3)
    assert found.origin == "Items"
    assert found.name(2) == "Items/00002"
    copy = pickle.loads(pickle.dumps(found.source))
    assert np.array_equal(copy.read(5), PIXELS[5])


def test_half_precision_and_grey() -> None:
    grey = torch.tensor([[[0.0, 0.5], [1.0, 0.25]]])
    for kind in (torch.bfloat16, torch.float16, torch.float64):
        image = open_image_set(Items([grey.to(kind)])).source.read(0)
        assert image[..., 0].tolist() == [[0, 128], [255, 64]]
        assert image.shape == (2, 2, 3)


def test_labels_of_all_kinds() -> None:
    values = [torch.tensor(1), torch.tensor([0]), np.int64(1), 1.0, None, True]
    found = open_image_set(Items([(x, y) for x, y in zip(PIXELS, values, strict=True)]))
    assert found.labels.tolist() == [1, 0, 1, 1, -1, 1]
    words = open_image_set(Items([(x, y) for x, y in zip(PIXELS, "babcab", strict=True)]))
    assert words.class_names == ("a", "b", "c")
    assert words.labels.tolist() == [1, 0, 1, 2, 0, 1]


def test_torchs_own_wrappers_and_class_names() -> None:
    whole = TensorDataset(torch.from_numpy(PIXELS), torch.arange(6) % 3)
    whole.classes = ["cat", "dog", "hen"]  # type: ignore[attr-defined]  # as torchvision's data sets have it
    found = open_image_set(Subset(whole, [5, 1]))
    assert found.labels.tolist() == [2, 1]
    assert found.class_names == ("cat", "dog", "hen")
    assert np.array_equal(found.source.read(0), PIXELS[5])
    assert len(open_image_set(ConcatDataset([whole, whole]))) == 12


def test_attributes_of_mappings() -> None:
    items = [{"photo": x, "y": i, "age": i / 2, "site": "ab"[i % 2], "id": f"#{i}"} for i, x in enumerate(PIXELS)]
    del items[3]["age"]
    found = open_image_set(Items(items), image_column="photo")
    assert found.labels.tolist() == list(range(6))
    age, site = found.attributes
    assert np.array_equal(age.values, [0, 0.5, 1, np.nan, 2, 2.5], equal_nan=True)
    assert site.names == ("a", "b")
    assert found.notes == ("id is left out: it names every image differently",)
    assert open_image_set(Items(items), image_column="photo", label_column="site").class_names == ("a", "b")


def test_limit_and_labels_from_elsewhere(tmp_path: Path) -> None:
    items = Items([(x, i % 2) for i, x in enumerate(PIXELS)])
    chosen = open_image_set(items, limit=4, seed=3)
    assert np.bincount(chosen.labels).tolist() == [2, 2]
    (tmp_path / "l.txt").write_text("\n".join("abcabc"))
    assert open_image_set(items, labels=tmp_path / "l.txt").class_names == ("a", "b", "c")


def test_damaged_items_are_counted() -> None:
    items = [*PIXELS[:4], OSError("truncated"), np.full((4, 5, 3), np.nan), "x.png", np.zeros((2, 2, 2, 2), np.uint8)]
    found = open_image_set(Items([ValueError("first"), *items]))
    bad = {i: str(x) for i, x in enumerate(found.source.batch(range(9))) if isinstance(x, Unreadable)}
    assert bad == {
        0: "the data set fails: first",
        5: "the data set fails: truncated",
        6: "floating-point pixels outside 0 to 1",
        7: "expected a Pillow image, an array or a tensor, found str",
        8: "expected an image (c, h, w) or (h, w, c), found (2, 2, 2, 2)",
    }


def test_the_hash_is_of_the_pixels() -> None:
    stamp = open_image_set(Items(list(PIXELS))).stamp()
    assert open_image_set(Items([Image.fromarray(x) for x in PIXELS])).stamp() == stamp
    changed = PIXELS.copy()
    changed[3, 0, 0, 0] ^= 1
    assert open_image_set(Items(list(changed))).stamp() != stamp


class Stream(IterableDataset[Any]):
    def __iter__(self) -> Any:
        return iter(PIXELS)


class Endless(Items):
    def __len__(self) -> int:
        raise NotImplementedError


class Random(Items):
    def __getitem__(self, index: int) -> Any:
        return np.random.default_rng().integers(0, 256, (4, 5, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("dataset", "part"),
    [
        (Stream(), "not one that can only be iterated"),
        (Endless([1]), "has no length"),
        (Items([]), "holds no images"),
        (3, "no set of images"),
        (Random([1, 2]), "another image the second time; pass it without random transforms"),
        (Items([torch.from_numpy(PIXELS[0] / 51 - 2).permute(2, 0, 1)]), "pass it without Normalize"),
        (Items([{"a": 1, "b": 2}]), "items with a, b; name the one with the image"),
        (Items([OSError("broken\nat all")] * 20), "first items cannot be read (the data set fails: broken at all)"),
        (Items([(1, 2)]), "none of its 1 images can be read (expected a Pillow image"),
        (Items([(PIXELS[0], 0.5), (PIXELS[1], 1.5)]), "should be (N,) whole numbers or strings"),
    ],
)
def test_what_cannot_be_used(dataset: Any, part: str) -> None:
    with pytest.raises(ImagesError) as caught:
        open_image_set(dataset)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_columns_that_are_not_there() -> None:
    with pytest.raises(ImagesError, match="have no named columns"):
        open_image_set(Items([(PIXELS[0], 1)]), image_column="x")
    with pytest.raises(ImagesError, match="items without 'x'; they have img"):
        open_image_set(Items([{"img": PIXELS[0]}]), image_column="x")
    with pytest.raises(ImagesError, match="no splits"):
        open_image_set(Items([PIXELS[0]]), split="test")
