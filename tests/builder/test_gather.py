"""Activations are got once each: from the world that is replaced, from finished passes, from one pass for the rest."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from explorer.builder.activations import shard
from explorer.builder.images.image_set import open_image_set
from explorer.builder.images.preprocess import Preprocess
from explorer.builder.options import ModelSpec
from explorer.builder.pipeline import build_from, build_world
from explorer.builder.progress import Silent
from explorer.builder.recipe import Recipe, StackRecipe
from explorer.store.read import open_world
from tests.builder.activations.small import deal_small
from tests.builder.tiny import QUICK, content, image_folder, options, weights_file


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    deal_small(monkeypatch, shard=16, sample=32)


class Seen(list[int]):
    """Written by a network and its copies alike."""

    def __deepcopy__(self, memo: dict[int, object]) -> Seen:
        return self


class Counted(nn.Module):
    """Keeps the images it was given; its answers hang on a number that its weights do not know."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.fc = nn.Conv2d(3, 4, 3), nn.Linear(4 * 36, 4)
        self._factor = factor
        self.seen = Seen()

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(len(torch.unique(x.flatten(1), dim=0)))
        return self._factor * self.fc(self.conv(x).flatten(1))


def recipe(tmp_path: Path, *models: nn.Module, name: str = "t") -> Recipe:
    folder = tmp_path / "images"
    images = open_image_set(folder if folder.exists() else image_folder(folder))
    stacks = tuple(StackRecipe(x, Preprocess(), f"net{i}") for i, x in enumerate(models))
    return Recipe(stacks, images, tmp_path / f"{name}.world", embed=QUICK, batch=16)


def test_every_image_is_run_once(tmp_path: Path) -> None:
    model = Counted()
    build_from(recipe(tmp_path, model))
    assert sum(x for x in model.seen if x > 2) == 48  # beyond the two that the layers are found with


def test_a_small_batch_is_not_filled_up_with_copies_over_and_over(tmp_path: Path) -> None:
    model = Counted()
    build_from(replace(recipe(tmp_path, model), batch=1))
    assert [x for x in model.seen if x > 2] == [16, 16, 16]


def test_pictures_are_made_once_for_all_networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    thumbnail = shard.thumbnail

    def counted(*arguments: Any) -> Any:
        made.append(1)
        return thumbnail(*arguments)

    monkeypatch.setattr(shard, "thumbnail", counted)
    build_from(recipe(tmp_path, Counted(), Counted(2.0)))
    assert len(made) == 48


def test_networks_that_differ_in_their_code_alone_give_their_own_answers(tmp_path: Path) -> None:
    world = open_world(build_from(recipe(tmp_path, Counted(1.0), Counted(-1.0))).path)
    first, second = (world.stack(x).answers.predictions for x in (0, 1))
    assert first is not None
    assert second is not None
    assert not (first == second).any()  # the largest is the least
    turned = open_world(build_from(recipe(tmp_path, Counted(-1.0))).path)
    assert np.array_equal(turned.predictions, second)


def test_what_is_taken_over_is_not_copied(tmp_path: Path) -> None:
    asked = options(tmp_path)
    world = build_world(asked).path
    names = ["thumbnails.npy", "reduced/01.npy", "maps/02.npy", "maps/02.offsets.npy"]
    before = [(world / x).stat().st_ino for x in names]
    build_world(replace(asked, embed=replace(asked.embed, min_dist=0.2)))
    assert [(world / x).stat().st_ino for x in names] == before


def test_where_there_are_no_links_it_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = options(tmp_path)
    build_world(asked)
    changed = replace(asked, embed=replace(asked.embed, min_dist=0.2))
    fresh = content(build_world(replace(changed, output=tmp_path / "fresh" / asked.output.name)).path)

    def refused(*arguments: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    again = Silent()
    assert content(build_world(changed, again).path) == fresh
    assert any("activations of the world that is replaced" in x for x in again.notes)


def test_layers_are_found_in_whichever_network_had_them(tmp_path: Path) -> None:
    """The second network of a world becomes the only one of the next."""
    asked = options(tmp_path)
    second = weights_file(tmp_path, 2)
    build_world(replace(asked, weights=weights_file(tmp_path, 1), others=(ModelSpec(asked.model, second),)))
    again = Silent()
    changed = replace(asked, weights=second)
    found = build_world(changed, again)
    assert "images" not in again.stages
    fresh = build_world(replace(changed, output=tmp_path / "fresh" / asked.output.name))
    assert content(found.path) == content(fresh.path)
