"""A build from the beginning to the end, interrupted, resumed and repeated."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.builder.options import BuildOptions
from explorer.builder.pipeline import build_world
from explorer.builder.progress import Silent
from explorer.builder.workdir import WorkDir
from explorer.errors import ImagesError, LayerflightError, ModelError, WorldError
from explorer.store.read import open_world, verify_world
from explorer.store.swap import beside
from tests.builder.tiny import options
from tests.worlds import make_world


class InterruptedAt(Silent):
    """Ctrl-C when a stage has advanced so far."""

    def __init__(self, stage: str, steps: float) -> None:
        super().__init__()
        self._at, self._left = stage, steps

    def advance(self, steps: float, detail: str = "") -> None:
        if self.stages[-1] == self._at:
            self._left -= steps
            if self._left <= 0:
                raise KeyboardInterrupt


def content(world: Path) -> dict[str, bytes]:
    return {str(x.relative_to(world)): x.read_bytes() for x in world.rglob("*") if x.is_file()}


def test_a_world_from_a_model_file_and_a_folder(tmp_path: Path) -> None:
    progress = Silent()
    report = build_world(options(tmp_path), progress)
    verify_world(report.path)
    world = open_world(report.path)
    assert [x.name for x in world.manifest.layers] == ["input", "relu", "pool", "fc", "softmax"]
    assert [x.inputs for x in world.manifest.layers] == [(), (0,), (1,), (2,), (3,)]
    assert world.manifest.class_names == ("blue", "dark", "green", "red")
    assert world.manifest.accuracy is not None
    assert world.predictions is not None
    assert world.thumbnails is not None
    assert world.thumbnails.shape == (48, 32, 32, 3)
    assert world.image_name(0) == "blue/000.png"
    for i, layer in enumerate(world.manifest.layers):
        maps = world.maps(i, 5)
        assert maps is not None
        assert maps.full_shape == layer.shape
        assert 0 <= maps.zero_fraction <= 1
        assert layer.radius > 0
    relu = world.maps(1, 5)
    assert relu is not None
    assert relu.zero_fraction == pytest.approx(float(np.mean(relu.values == 0)), abs=0.02)
    assert not beside(report.path, ".partial").exists()
    assert any("accuracy" in x for x in progress.notes)
    assert progress.stages == ["images", "join", "embed", "quality"]


def test_the_same_build_gives_the_same_bytes(tmp_path: Path) -> None:
    asked = options(tmp_path)
    first = content(build_world(asked).path)
    assert content(build_world(asked).path) == first
    other = content(build_world(replace(asked, embed=replace(asked.embed, seed=5))).path)
    assert other["embeddings/00.npy"] != first["embeddings/00.npy"]
    assert other["thumbnails.npy"] == first["thumbnails.npy"]


@pytest.mark.parametrize(("stage", "steps"), [("images", 20), ("join", 2), ("embed", 3), ("quality", 2)])
def test_ctrl_c_keeps_the_old_world_and_the_finished_parts(tmp_path: Path, stage: str, steps: float) -> None:
    asked = replace(options(tmp_path), batch=16)
    make_world(asked.output, images=9)
    with pytest.raises(KeyboardInterrupt):
        build_world(asked, InterruptedAt(stage, steps))
    assert open_world(asked.output).manifest.images == 9
    again = Silent()
    build_world(asked, again)
    reused = [x for x in again.notes if "interrupted build" in x]
    assert len(reused) == {"images": 1, "join": 1, "embed": 2, "quality": 2}[stage]
    if stage == "quality":
        assert "5 of 5 embeddings" in reused[1]
    fresh = build_world(replace(asked, output=tmp_path / "fresh" / asked.output.name))
    assert content(asked.output) == content(fresh.path)


def test_killed_right_after_the_swap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = options(tmp_path)

    def killed(folder: WorkDir) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(WorkDir, "discard", killed)
    with pytest.raises(KeyboardInterrupt):
        build_world(asked)
    monkeypatch.undo()
    before = content(asked.output)
    assert beside(asked.output, ".partial").exists()
    again = Silent()
    build_world(asked, again)
    assert content(asked.output) == before
    assert any("embeddings of the world that is replaced" in x for x in again.notes)


def test_changed_settings_do_not_use_stale_layers(tmp_path: Path) -> None:
    asked = options(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        build_world(asked, InterruptedAt("embed", 3))
    changed = replace(asked, scale=128.0)
    again = Silent()
    build_world(changed, again)
    assert not [x for x in again.notes if "interrupted build" in x]


KILLED = """
import sys
from pathlib import Path
from dataclasses import replace
from explorer.builder.pipeline import build_world
from tests.builder.tiny import options
asked = options(Path(sys.argv[1]), epochs=2000)
build_world(asked)
"""


def test_killed_while_embedding_and_resumed(tmp_path: Path) -> None:
    asked = options(tmp_path, epochs=2000)
    make_world(asked.output, images=9)
    embedded = beside(asked.output, ".partial") / "embedded"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)])
    deadline = time.monotonic() + 120
    while len(list(embedded.glob("*[!r].npz"))) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the build was over before it could be killed"
    assert open_world(asked.output).manifest.images == 9
    progress = Silent()
    build_world(asked, progress)
    assert any("of 5 embeddings of the interrupted build are used again" in x for x in progress.notes)
    fresh = build_world(replace(asked, output=tmp_path / "fresh" / asked.output.name))
    assert content(asked.output) == content(fresh.path)


def test_two_builds_of_one_world(tmp_path: Path) -> None:
    asked = options(tmp_path)

    class Second(Silent):
        def start(self, stage: str, total: float) -> None:
            super().start(stage, total)
            with pytest.raises(WorldError, match="in use by another build"):
                build_world(asked)

    build_world(asked, Second())


@pytest.mark.parametrize(
    ("changes", "kind", "part"),
    [
        ({"model": "nowhere.py:x"}, ModelError, "nowhere.py does not exist"),
        ({"weights": Path("none.pt")}, ModelError, "none.pt does not exist"),
        ({"images": Path("none")}, ImagesError, "none does not exist"),
        ({"layers": ("conv7",)}, ModelError, "names no layer"),
        ({"channels": 1}, ModelError, "does not accept an input of 1×8×8"),
        ({"input_size": (20, 20)}, ModelError, "does not accept an input of 3×20×20"),
        ({"limit": 1}, ImagesError, "too few for a world"),
        ({"maps": 64}, ModelError, "--maps should be 0 to 32"),
        ({"batch": 0}, ModelError, "--batch"),
        ({"scale": 0.0}, ImagesError, "cannot be 0"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    tmp_path: Path, changes: dict[str, object], kind: type[LayerflightError], part: str
) -> None:
    asked: BuildOptions = replace(options(tmp_path), **changes)  # type: ignore[arg-type]
    with pytest.raises(kind) as caught:
        build_world(asked)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not asked.output.exists()
    assert not beside(asked.output, ".partial").exists()


def test_a_target_that_is_no_world_is_left_alone(tmp_path: Path) -> None:
    asked = options(tmp_path)
    asked.output.mkdir()
    (asked.output / "thesis.tex").write_text("x")
    with pytest.raises(WorldError, match="exists and is not a world"):
        build_world(asked)
    assert (asked.output / "thesis.tex").read_text() == "x"


def test_a_disk_too_small_is_told_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("explorer.builder.pipeline.shutil.disk_usage", lambda path: usage)
    with pytest.raises(WorldError, match="MB are free; free some space"):
        build_world(options(tmp_path))


def test_few_images_and_no_maps(tmp_path: Path) -> None:
    progress = Silent()
    report = build_world(replace(options(tmp_path), limit=6, maps=0), progress)
    world = open_world(report.path)
    assert world.manifest.images == 6
    assert world.maps(1, 0) is None
    assert any("6 images are too few for 8 neighbours" in x for x in progress.notes)
    assert all(x.method.startswith("pca: ") for x in world.manifest.layers)
