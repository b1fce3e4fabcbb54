"""One shard of a pass: its images are read and run through the network, and what is found is kept on disk.

A shard is written by whoever works on it, whole or not at all, and comes out the same for everyone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.builder.activations.axes import Axes, project
from explorer.builder.activations.passes import Pass, opened, save_with
from explorer.builder.activations.taps import Taken, Tap, tapped
from explorer.builder.crew import check_interrupted
from explorer.builder.images.decode import Unreadable
from explorer.builder.images.pictures import preview, thumbnail
from explorer.errors import ImagesError
from explorer.store.maps import Packed, pack, pack_codes
from explorer.types import UInt8

TOLERATED = 0.05
"""Share of images that may be unreadable; beyond it something else is wrong."""

_CHUNK = 16
"""Images decoded by one thread at a time."""


@dataclass
class Found:
    """What a shard came to."""

    shard: int
    images: int
    """Images in it, unreadable ones included."""
    skipped: list[tuple[str, str]]
    """Name and reason of those that could not be read."""
    seconds: dict[str, float] = field(default_factory=dict)
    """By part of the work: read, forward (with all that the hooks do), reduce, pack, write."""


@dataclass(frozen=True)
class _Prepared:
    """One image, ready for the network and for the eye."""

    cropped: UInt8
    thumbnail: UInt8 | None
    preview: bytes


class _Layer:
    """One layer's share of the shard, as it grows."""

    def __init__(self) -> None:
        self.rows: list[NDArray[Any]] = []
        self.packed: list[Packed] = []
        self.zeros: list[NDArray[Any]] = []
        self.pooling, self.width = "", 0


def find_shard(work: Pass, shard: int) -> Found:
    """Do one shard of a pass, or find it done.

    The sample's shards keep the features whole; the others, done after the axes are known, are projected at once.

    Raises:
        ImagesError: too many images cannot be read, or they differ in size.
        ModelError: the network refuses them, or an activation is not finite.
    """
    rows = work.shards.rows[shard]
    if work.is_done(shard):
        with opened(work.shard_path(shard)) as data:
            return Found(shard, len(rows), [(str(a), str(b)) for a, b in data["skipped"].reshape(-1, 2)])
    found = Found(shard, len(rows), [])
    axes: list[Axes | None] = work.axes() if shard >= work.shards.sampled else [None] * len(work.layers)
    layers = [_Layer() for _ in work.layers]
    kept: list[int] = []
    thumbnails: list[UInt8] = []
    previews: list[bytes] = []
    classes: list[NDArray[np.int64]] = []
    confidences: list[NDArray[np.float32]] = []
    outputs = 0
    # The hooks' helpers are their own: those that read ahead are busy when a hook runs.
    helpers = ThreadPoolExecutor(torch.get_num_threads())
    taps = [Tap(x, work.side, helpers) for x in work.layers]
    pool = ThreadPoolExecutor(torch.get_num_threads())
    with helpers, pool, work.network.borrowed() as model, tapped(model, taps) as run:
        for batch, prepared in _batches(work, rows, pool, found):
            check_interrupted()
            good = _readable(work, batch, prepared, found)
            if not good:
                continue
            kept += [row for row, _ in good]
            if work.pictures is not None:
                thumbnails += [x.thumbnail for _, x in good if x.thumbnail is not None]
                previews += [x.preview for _, x in good]
            with _timed(found, "forward"):
                soft = run(work.preprocess.tensor([x.cropped for _, x in good]))
            if soft is not None:
                best = soft.max(1)
                classes.append(best.indices.numpy())
                confidences.append(best.values.numpy())
                outputs = int(soft.shape[1])
            _keep(taps, layers, axes, pool, found)
    with _timed(found, "write"):
        if work.pictures is not None:
            _save_pictures(work, shard, thumbnails, previews)
        answers = {"outputs": outputs, "classes": _joined(classes, np.int64)}
        answers |= {"confidences": _joined(confidences, np.float32)}
        head = {"kept": np.array(kept, np.int64), "skipped": np.array(found.skipped, str).reshape(-1, 2)} | answers
        _save(work, shard, head, layers)
    return found


def _batches(
    work: Pass, rows: NDArray[np.int64], pool: ThreadPoolExecutor, found: Found
) -> Iterator[tuple[list[int], list[_Prepared | Unreadable]]]:
    """The shard's images in batches; the next one is read while one is run."""
    batches = [rows[i : i + work.batch].tolist() for i in range(0, len(rows), work.batch)]
    ahead: list[Future[list[_Prepared | Unreadable]]] = []
    for number, batch in enumerate(batches):
        ahead = ahead if number else _submitted(work, batch, pool)
        with _timed(found, "read"):
            prepared = [x for future in ahead for x in future.result()]
        ahead = _submitted(work, batches[number + 1], pool) if number + 1 < len(batches) else []
        yield batch, prepared


def _submitted(work: Pass, batch: list[int], pool: ThreadPoolExecutor) -> list[Future[list[_Prepared | Unreadable]]]:
    chunks = [batch[i : i + _CHUNK] for i in range(0, len(batch), _CHUNK)]
    return [pool.submit(_prepare, work, chunk) for chunk in chunks]


def _prepare(work: Pass, rows: list[int]) -> list[_Prepared | Unreadable]:
    """Decode, crop and make the pictures of some images."""
    result: list[_Prepared | Unreadable] = []
    side = work.thumbnail_side
    for image in work.images.source.stream([int(work.images.chosen[row]) for row in rows]):
        if isinstance(image, Unreadable):
            result.append(image)
            continue
        small, large = None, b""
        if work.pictures is not None:
            small = image if image.shape == (side, side, 3) else thumbnail(image, side)
            large = preview(image) if min(image.shape[:2]) > side else b""
        result.append(_Prepared(work.preprocess.crop(image), small, large))
    return result


def _readable(
    work: Pass, batch: list[int], prepared: list[_Prepared | Unreadable], found: Found
) -> list[tuple[int, _Prepared]]:
    """The images that could be read, with their rows; the others are noted, too many of them end the build."""
    good: list[tuple[int, _Prepared]] = []
    for row, image in zip(batch, prepared, strict=True):
        if isinstance(image, Unreadable):
            found.skipped.append((work.images.name(row), str(image)))
            check_skipped(found.skipped, len(work.images))
        elif image.cropped.shape != work.input_shape:
            height, width = image.cropped.shape[:2]
            raise ImagesError(
                f"{work.images.name(row)} is {width}x{height} pixels, others are "
                f"{work.input_shape[1]}x{work.input_shape[0]}; give --input-size to bring all to one size"
            )
        else:
            good.append((row, image))
    return good


def check_skipped(skipped: list[tuple[str, str]], total: int) -> None:
    """Refuse a set of images of which too many cannot be read."""
    if len(skipped) > TOLERATED * total:
        shown = "; ".join(f"{n}: {w}" for n, w in skipped[:3])
        raise ImagesError(
            f"more than {TOLERATED:.0%} of the images cannot be read ({len(skipped)} so far: {shown}); "
            "repair or remove them"
        )


def _keep(
    taps: list[Tap], layers: list[_Layer], axes: list[Axes | None], pool: ThreadPoolExecutor, found: Found
) -> None:
    """What the taps took of a batch, projected and packed."""
    taken = [x.taken for x in taps if x.taken is not None]
    with _timed(found, "pack"):
        for layer, packed in zip(layers, pool.map(_packed, taken), strict=True):
            layer.packed += [packed] if packed is not None else []
    with _timed(found, "reduce"):
        for layer, piece, onto in zip(layers, taken, axes, strict=True):
            layer.rows.append((piece.rows.clone() if onto is None else project(piece.rows, onto)).numpy())
            layer.zeros.append(piece.zeros)
            layer.pooling, layer.width = piece.pooling, int(piece.rows.shape[1])


def _packed(taken: Taken) -> Packed | None:
    if taken.maps is None:
        return None
    values = taken.maps.numpy()
    return pack(values) if values.dtype == np.float32 else pack_codes(values, taken.scales, taken.largest)


def _save(work: Pass, shard: int, head: dict[str, Any], layers: list[_Layer]) -> None:
    """The shard's two files."""
    arrays = dict(head)
    streams: list[bytes] = []
    begin = 0
    for i, layer in enumerate(layers):
        packed = layer.packed
        arrays |= {
            f"{i}.rows": _joined(layer.rows, np.float32),
            f"{i}.zeros": _joined(layer.zeros, np.float32),
            f"{i}.pooling": layer.pooling,
            f"{i}.width": layer.width,
            f"{i}.scales": _joined([x.scales for x in packed], np.float32),
            f"{i}.lengths": np.array([len(s) for x in packed for s in x.streams], np.int64),
            f"{i}.begin": begin,
            f"{i}.shape": np.array(packed[0].shape if packed else (), np.int64),
            f"{i}.largest": max((x.largest for x in packed), default=0.0),
        }
        streams += [s for x in packed for s in x.streams]
        begin += sum(len(s) for x in packed for s in x.streams)
    save_with(work.shard_path(shard), arrays, ".maps", b"".join(streams))


def _save_pictures(work: Pass, shard: int, thumbnails: list[UInt8], previews: list[bytes]) -> None:
    side = work.thumbnail_side
    images = np.stack(thumbnails) if thumbnails else np.zeros((0, side, side, 3), np.uint8)
    arrays = {"thumbnails": images, "lengths": np.array([len(x) for x in previews], np.int64)}
    save_with(work.picture_path(shard), arrays, ".previews", b"".join(previews))


def _joined(parts: list[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype)


@contextmanager
def _timed(found: Found, part: str) -> Iterator[None]:
    begin = time.perf_counter()
    try:
        yield
    finally:
        found.seconds[part] = found.seconds.get(part, 0.0) + time.perf_counter() - begin
