"""Nothing that is finished is lost: builds killed at any moment, parts that were damaged, one parameter changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from explorer.builder.activations.taps import Tap
from explorer.builder.embedding import stack
from explorer.builder.options import BuildOptions, ModelSpec
from explorer.builder.pipeline import build_world
from explorer.builder.progress import Silent
from explorer.store.manifest import MANIFEST_NAME
from explorer.store.read import verify_world
from explorer.store.swap import beside
from tests.builder.activations.small import deal_small
from tests.builder.tiny import CLASSES, apart, content, image_folder, many, options, weights_file

KILLS = 10
"""Of each kind: at a moment, and at a deed on the disk."""


def test_killed_at_any_moment_it_resumes_and_gives_the_same_bytes(tmp_path: Path) -> None:
    alone = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_THREADING_LAYER": "workqueue"}  # it forks
    command = [sys.executable, "-m", "tests.builder.killed", str(tmp_path), str(KILLS)]
    done = subprocess.run(command, env=os.environ | alone, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(results) == 2 * KILLS
    assert sum(any(x["killed"]) for x in results) > KILLS
    assert [x for x in results if not x["equal"] or not x["resumed"] or x["left"] or x["lost"]] == []


class StoppedAt(Silent):
    """Ctrl-C when a stage begins."""

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._stage = stage

    def start(self, stage: str, total: float) -> None:
        super().start(stage, total)
        if stage == self._stage:
            raise KeyboardInterrupt


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    deal_small(monkeypatch, shard=16, sample=32)


class Work:
    """What a build did, by layer."""

    def __init__(self) -> None:
        self.tapped: set[str] = set()
        self.embedded = 0

    def clear(self) -> None:
        self.tapped, self.embedded = set(), 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counts the layers that are taken out of forward passes, and those that are embedded."""
    done, take, embed = Work(), Tap.take, stack.embed_layer

    def counted_take(self: Tap, activation: Any) -> None:
        done.tapped.add(self.layer.name)
        take(self, activation)

    def counted_embed(*arguments: Any) -> Any:
        done.embedded += 1
        return embed(*arguments)

    monkeypatch.setattr(Tap, "take", counted_take)
    monkeypatch.setattr(stack, "embed_layer", counted_embed)
    return done


ALL = {"input", "relu", "pool", "fc", "softmax"}


def renamed(asked: BuildOptions) -> BuildOptions:
    names = asked.output.parent / "names.txt"
    names.write_text("\n".join([*sorted(CLASSES, reverse=True), "one more"]))
    return replace(asked, class_names=names)


CHANGES: dict[str, tuple[Callable[[BuildOptions], BuildOptions], set[str], int]] = {
    "nothing": (lambda x: x, set(), 0),
    "class names": (renamed, set(), 0),
    "title": (lambda x: replace(x, title="another"), set(), 0),
    "label offset": (lambda x: replace(x, label_offset=1), set(), 0),
    "batch": (lambda x: replace(x, batch=7), set(), 0),
    "min_dist": (lambda x: replace(x, embed=replace(x.embed, min_dist=0.3)), set(), 5),
    "epochs": (lambda x: replace(x, embed=replace(x.embed, epochs=9)), set(), 5),
    "neighbours": (lambda x: replace(x, embed=replace(x.embed, neighbours=5)), set(), 5),
    "fewer layers": (lambda x: replace(x, layers=("pool", "fc")), set(), 2),
    "another layer": (lambda x: replace(x, layers=("input", "conv", "relu", "pool", "fc", "softmax")), {"conv"}, 6),
    "another model": (lambda x: replace(x, others=(ModelSpec(x.model, weights_of(x, 2)),)), ALL, 5),
    "weights": (lambda x: replace(x, weights=weights_of(x, 3)), ALL, 5),
    "maps": (lambda x: replace(x, maps=4), ALL, 0),
    "components": (lambda x: replace(x, embed=replace(x.embed, components=20)), ALL, 5),
    "seed": (lambda x: replace(x, embed=replace(x.embed, seed=1)), ALL, 5),
    "scale": (lambda x: replace(x, scale=100.0), ALL, 5),
    "fewer images": (lambda x: replace(x, limit=40), ALL, 5),
}
"""What is changed, the layers that are taken out of a forward pass again, how many layers are embedded again."""


def weights_of(asked: BuildOptions, seed: int) -> Path:
    return weights_file(asked.output.parent, seed)


@pytest.mark.usefixtures("small_shards")
@pytest.mark.parametrize("finished", [True, False], ids=["finished", "interrupted"])
@pytest.mark.parametrize("change", CHANGES)
def test_one_change_redoes_what_depends_on_it(tmp_path: Path, work: Work, change: str, finished: bool) -> None:
    asked = replace(options(tmp_path), weights=weights_file(tmp_path, 1))
    if finished:
        build_world(asked)
    else:
        with pytest.raises(KeyboardInterrupt):
            build_world(asked, StoppedAt("quality"))
    assert (work.tapped, work.embedded) == (ALL, 5)
    changed, tapped, embedded = CHANGES[change]
    asked = changed(asked)
    work.clear()
    build_world(asked)
    assert work.tapped == tapped
    assert work.embedded == embedded or (work.embedded < embedded and not finished)
    assert not beside(asked.output, ".partial").exists()
    fresh = build_world(replace(asked, output=tmp_path / "fresh" / asked.output.name))
    assert apart(content(asked.output), content(fresh.path)) == []


@pytest.mark.usefixtures("small_shards")
def test_back_and_forth_between_two_settings_while_interrupted(tmp_path: Path, work: Work) -> None:
    """Finished parts of both are kept until one of them is whole."""
    asked = options(tmp_path)
    other = replace(asked, scale=100.0)
    for each in (asked, other):
        with pytest.raises(KeyboardInterrupt):
            build_world(each, StoppedAt("quality"))
    work.clear()
    build_world(asked)
    assert (work.tapped, work.embedded) == (set(), 0)


def halved(data: bytes) -> bytes:
    return data[: len(data) // 2]


def zeroed(data: bytes) -> bytes:
    return bytes(len(data))


def emptied(data: bytes) -> bytes:
    return b""


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]


PARTS = (
    ("passes/*/00001.npz", "passes/*/00001.maps"), ("passes/*/00002.maps", "passes/*/00002.npz"),
    ("pictures/*/00000.npz", "pictures/*/00000.previews"), ("passes/*/axes-001.npz",),
    ("embedded/*[!r].npz", "embedded/*.near.npz"),
)  # fmt: skip
"""Files of an interrupted build. Each group is made again by itself, so damage in one does not hide that in another."""


@pytest.fixture
def large(tmp_path: Path) -> BuildOptions:
    """Images that are worth a preview."""
    image_folder(tmp_path / "images", size=70)
    return replace(options(tmp_path), input_size=(8, 8))


DAMAGES = (halved, zeroed, emptied, flipped, None)


def damage(file: Path, how: Callable[[bytes], bytes] | None) -> None:
    if how is None:
        file.unlink()
    else:
        file.write_bytes(how(file.read_bytes()))


@pytest.mark.usefixtures("small_shards")
@pytest.mark.parametrize("first", [0, 1, None], ids=["one", "the other", "the list of layers"])
def test_damaged_parts_are_made_again(tmp_path: Path, large: BuildOptions, first: int | None) -> None:
    """A file of each group at once, each damaged in another way, in as many rounds as there are ways."""
    fresh = content(build_world(replace(large, output=tmp_path / "fresh" / large.output.name)).path)
    chosen = ["passes/*/layers.json"] if first is None else [x[first % len(x)] for x in PARTS]
    for turn in range(len(DAMAGES)):
        with pytest.raises(KeyboardInterrupt):
            build_world(large, StoppedAt("quality"))
        for i, part in enumerate(chosen):
            damage(min(beside(large.output, ".partial").glob(part)), DAMAGES[(turn + i) % len(DAMAGES)])
        build_world(large)
        assert apart(content(large.output), fresh) == [], turn
        for world_file in large.output.rglob("*"):
            if world_file.is_file() and world_file.suffix != ".json":
                world_file.write_bytes(b"damaged, so that the next round takes nothing of it")
        (large.output / MANIFEST_NAME).write_text('{"format": "layerflight-world"}')


def taken_together(name: str) -> str:
    """What a file of a world is taken over with, all or none: among those only one may be damaged at a time."""
    folder, _, stem = name.partition("/")
    if folder in ("reduced", "maps"):
        return f"activations of layer {stem[:2]}"
    if folder in ("embeddings", "neighbours") or name == "alignments.npy":
        return "embeddings"
    whole = name.partition(".")[0]
    shared = {"outputs": "answers", "confidences": "answers", "thumbnails": "pictures", "previews": "pictures"}
    return shared.get(whole, whole)


@pytest.mark.usefixtures("small_shards")
def test_nothing_damaged_is_taken_from_the_world_that_is_replaced(large: BuildOptions) -> None:
    wanted = content(build_world(large).path)
    assert {"previews.bin", "outputs.npy", "alignments.npy", "maps/01.offsets.npy", "reduced/01.npy"} <= set(wanted)
    groups: dict[str, list[str]] = {}
    for name in wanted:
        groups.setdefault(taken_together(name), []).append(name)
    assert groups.pop("manifest") == [MANIFEST_NAME]
    left = set(wanted) - {MANIFEST_NAME}
    for turn in range(max(len(x) for x in groups.values())):
        chosen = [x[turn % len(x)] for x in groups.values()]
        for i, name in enumerate(chosen):
            damage(large.output / name, (flipped, halved)[(turn + turn // len(groups[taken_together(name)]) + i) % 2])
        left -= set(chosen)
        build_world(large)
        assert apart(content(large.output), wanted) == [], chosen
    assert not left
    for how in (flipped, halved):
        damage(large.output / MANIFEST_NAME, how)
        assert b"layerflight-world" in (large.output / MANIFEST_NAME).read_bytes()  # else the folder is not ours
        build_world(large)
        assert apart(content(large.output), wanted) == [], how
    verify_world(large.output)


@pytest.mark.usefixtures("small_shards")
def test_pictures_of_an_interrupted_build_serve_another_network(tmp_path: Path, large: BuildOptions) -> None:
    """The pictures lie in the interrupted build, the network's answers in the world, and no pass has both."""
    wanted = content(build_world(large).path)
    (large.output / "thumbnails.npy").write_bytes(b"")
    with pytest.raises(KeyboardInterrupt):
        build_world(replace(large, weights=weights_file(tmp_path, 4)), StoppedAt("quality"))
    build_world(large)
    assert content(large.output) == wanted


def test_a_resumed_pass_does_not_read_finished_shards_again(
    tmp_path: Path, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal_small(monkeypatch, shard=64, sample=256)
    asked = many(tmp_path)
    runs: list[int] = []
    take = Tap.take

    def counted(self: Tap, activation: Any) -> None:
        if self.layer.name == "relu":
            runs.append(self.count)
        take(self, activation)

    monkeypatch.setattr(Tap, "take", counted)

    class Interrupted(Silent):
        def advance(self, steps: float, detail: str = "") -> None:
            if sum(runs) > 400 and self.stages[-1] == "images":
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_world(asked, Interrupted())
    assert 400 < sum(runs) < 601
    build_world(asked)
    assert sum(runs) == 601
