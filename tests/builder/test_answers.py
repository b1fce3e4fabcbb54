"""What the network says against what the images are."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.builder.answers import judge
from explorer.builder.images.image_set import ImageSet
from explorer.builder.images.sources import ArrayImages
from explorer.errors import ImagesError


def image_set(labels: list[int], **changes: object) -> ImageSet:
    values = np.array(labels, np.int32)
    count = len(labels)
    source = ArrayImages(np.zeros((count, 2, 2), np.uint8), [str(i) for i in range(count)])
    fields = {
        "source": source, "chosen": np.arange(count), "labels": values, "class_names": ("a", "b", "c"),
        "targets": values, "fine_names": (), "groups": None, "named_only": False, "origin": "test",
    }  # fmt: skip
    return ImageSet(**(fields | changes))  # type: ignore[arg-type]


def test_plain_labels() -> None:
    found = judge(image_set([0, 1, 2, -1]), np.array([0, 1, 1, 2]), 3, 0)
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.predictions is not None
    assert found.predictions.tolist() == [0, 1, 1, 2]


def test_an_offset_makes_room_for_a_background_class() -> None:
    found = judge(image_set([0, 1, 2]), np.array([1, 2, 0]), 4, 1)
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.predictions is not None
    assert found.predictions.tolist() == [0, 1, -1]
    with pytest.raises(ImagesError, match="--label-offset"):
        judge(image_set([0]), np.array([0]), 3, 3)


def test_groups_are_compared_by_the_fine_class() -> None:
    images = image_set(
        [0, 0, 1], targets=np.array([0, 1, 2], np.int32), class_names=("fish", "bird"),
        fine_names=("tench", "goldfish", "hen"), groups=np.array([0, 0, 1], np.int32),
    )  # fmt: skip
    found = judge(images, np.array([1, 1, 4]), 5, 0)
    assert found.accuracy == pytest.approx(1 / 3)
    assert found.predictions is not None
    assert found.fine_predictions is not None
    assert found.predictions.tolist() == [0, 0, -1]
    assert found.fine_predictions.tolist() == [1, 1, 4]
    assert found.fine_names[4] == "4"


@pytest.mark.parametrize(
    ("images", "classes", "part"),
    [
        (image_set([0, 1], named_only=True), np.array([5, 6]), "3 named classes and 10 outputs"),
        (image_set([0, 11]), np.array([5, 6]), "label 11 is beyond the network's 10 classes"),
        (image_set([-1, -1], targets=None), np.array([5, 6]), "no labels"),
        (image_set([0, 1]), None, "does not end in a vector"),
    ],
)
def test_what_cannot_be_compared_says_why(images: ImageSet, classes: np.ndarray | None, part: str) -> None:
    found = judge(images, classes, 10, 0)
    assert found.accuracy is None
    assert found.predictions is None
    assert part in found.note
