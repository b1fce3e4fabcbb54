"""Images of data sets on the Hugging Face hub, or in its cache."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.builder.images.arrow import open_arrow
from explorer.builder.images.base import RawImages, Wanted
from explorer.builder.images.optional import optional
from explorer.builder.images.splits import pick_split
from explorer.builder.images.words import one_line
from explorer.errors import ImagesError


def open_hub(name: str, wanted: Wanted) -> RawImages:
    """The images of a data set on the hub.

    Args:
        name: "owner/name", with a configuration as "owner/name:configuration" where it has several.
        wanted: columns and split.

    Raises:
        ImagesError: ``datasets`` is missing, there is no such data set, or it holds no images.
    """
    where = f"hf:{name}"
    datasets = optional("datasets", where)
    repository, _, configuration = name.partition(":")
    try:
        splits = datasets.load_dataset(repository, configuration or None)  # from the cache where there is no network
    except Exception as error:  # the hub's client raises errors of half a dozen libraries
        raise ImagesError(f"{where} cannot be opened ({one_line(error)}); check name and connection") from error
    dataset = splits[pick_split(splits, wanted.split, where)]
    return open_arrow(_files(dataset, where), wanted, repository.rsplit("/", 1)[-1], where)


def _files(dataset: Any, where: str) -> list[Path]:
    """The Arrow files the data set was prepared in."""
    files = [Path(x["filename"]) for x in dataset.cache_files]
    if not files:
        raise ImagesError(f"{where} was not prepared on the disk; save it with save_to_disk and give that folder")
    return files
