"""The command as a person types it: what it prints, and one line with exit code 2 for every mistake."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

SCENE = """
[video]
width = 160
height = 96
fps = 12
[[stop]]
layers = "*"
travel = 0.3
hold = 0.2
"""


def layerflight(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "explorer", *(str(word) for word in words)]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=120
    )


def refused(*words: object, **environment: str) -> str:
    """The one line a mistake is told in."""
    done = layerflight(*words, **environment)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("layerflight: ")
    assert "Traceback" not in done.stderr + done.stdout
    return done.stderr


def frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as video:
        return [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    path = tmp_path / "scene.toml"
    path.write_text(SCENE)
    return path


@pytest.fixture
def damaged(world_path: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "damaged.world"
    shutil.copytree(world_path, copy)
    return copy


def test_a_scene_is_recorded_frame_by_frame_and_repeatably(world_path: Path, scene: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.mp4", tmp_path / "two.mp4"
    for out in (one, two):
        done = layerflight("record", world_path, scene, "-o", out, "-q")
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    pictures, again = frames(one), frames(two)
    assert len(pictures) == 36  # 6 layers, half a second each, 12 frames a second
    assert pictures[0].shape == (96, 160, 3)
    assert all(np.array_equal(a, b) for a, b in zip(pictures, again, strict=True))
    changes = [np.abs(a.astype(int) - b).mean() for a, b in pairwise(pictures)]
    assert min(changes) > 0  # the tour turns in every frame: none is repeated


def test_a_duration_is_kept(world_path: Path, scene: Path, tmp_path: Path) -> None:
    out = tmp_path / "short.mp4"
    assert layerflight("record", world_path, scene, "-o", out, "--duration", 1.5).returncode == 0
    assert len(frames(out)) == 18


def test_info_names_the_layers(world_path: Path) -> None:
    done = layerflight("info", world_path)
    assert done.returncode == 0, done.stderr
    assert "layer5" in done.stdout
    assert "400" in done.stdout


def test_version() -> None:
    assert layerflight("--version").stdout.startswith("layerflight 0.")


def test_a_world_that_is_not_there(tmp_path: Path) -> None:
    assert "none.world" in refused("fly", tmp_path / "none.world")
    (tmp_path / "empty.world").mkdir()
    assert "empty.world" in refused("info", tmp_path / "empty.world")


def test_a_truncated_world(damaged: Path) -> None:
    file = next((damaged / "embeddings").glob("*.npy"))
    file.write_bytes(file.read_bytes()[:200])
    assert file.name in refused("info", damaged)


def test_a_truncated_manifest(damaged: Path) -> None:
    manifest = damaged / "manifest.json"
    manifest.write_text(manifest.read_text()[:300])
    assert "manifest" in refused("info", damaged)


def test_a_world_of_a_newer_format(damaged: Path) -> None:
    manifest = damaged / "manifest.json"
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(content | {"version": 99}))
    assert "99" in refused("fly", damaged)


def test_nan_in_an_embedding(damaged: Path) -> None:
    file = next((damaged / "embeddings").glob("*.npy"))
    points = np.load(file)
    points[3, 4] = np.nan
    np.save(file, points)
    assert file.name in refused("record", damaged, "flight", "-o", damaged.parent / "out.mp4")


def test_a_scene_with_a_layer_that_does_not_exist(world_path: Path, scene: Path, tmp_path: Path) -> None:
    scene.write_text(SCENE.replace('"*"', '"conv9"'))
    said = refused("record", world_path, scene, "-o", tmp_path / "out.mp4")
    assert "conv9" in said
    assert "layer1" in said
    assert not list(tmp_path.glob("out*"))


def test_a_scene_that_is_not_there(world_path: Path, tmp_path: Path) -> None:
    assert "no scene script" in refused("record", world_path, "nosuch", "-o", tmp_path / "out.mp4")


def test_a_video_of_an_unknown_kind(world_path: Path, tmp_path: Path) -> None:
    assert ".mp4" in refused("record", world_path, "flight", "-o", tmp_path / "out.xyz")


def test_a_video_in_a_folder_that_is_not_there(world_path: Path, tmp_path: Path) -> None:
    assert "nowhere" in refused("record", world_path, "flight", "-o", tmp_path / "nowhere" / "out.mp4")


def test_opengl_that_is_too_old(world_path: Path, scene: Path, tmp_path: Path, display: str) -> None:
    old = {"MESA_GL_VERSION_OVERRIDE": "3.1", "MESA_GLSL_VERSION_OVERRIDE": "140"}
    assert "3.3" in refused("record", world_path, scene, "-o", tmp_path / "out.mp4", **old)
    assert "3.3" in refused("fly", world_path, **old)


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", np.zeros((20, 8, 8), np.uint8))
    words = ["build", "--model", tmp_path / "net.py:small", "--images", tmp_path / "images.npy"]
    assert "net.py" in refused(*words, "-o", tmp_path / "out.world")
    assert not (tmp_path / "out.world").exists()


def test_labels_that_do_not_fit(tmp_path: Path) -> None:
    folder = tmp_path / "embeddings"
    folder.mkdir()
    np.save(folder / "0-Input.npy", np.random.default_rng(0).standard_normal((30, 15)).astype(np.float32))
    np.save(tmp_path / "labels.npy", np.zeros(29, np.int64))
    words = ["import", "--embeddings", folder, "-o", tmp_path / "out.world"]
    said = refused(*words, "--labels", tmp_path / "labels.npy")
    assert "29" in said
    assert "30" in said
    assert layerflight(*words).returncode == 0
    assert layerflight("info", tmp_path / "out.world").returncode == 0


def test_a_config_file_that_binds_nothing(world_path: Path, tmp_path: Path, display: str) -> None:
    folder = tmp_path / "layerflight"
    folder.mkdir()
    (folder / "config.toml").write_text('[keys]\nloop_the_loop = ["y"]\n')
    assert "loop_the_loop" in refused("fly", world_path, XDG_CONFIG_HOME=str(tmp_path))


def test_a_recording_leaves_room_for_a_window(world_path: Path, scene: Path, tmp_path: Path, display: str) -> None:
    """From Python, `record` and then `fly` in one process."""
    code = (
        "import explorer, sys; from explorer.app.loop import Flight; from explorer.store.read import open_world;"
        "from pathlib import Path; print(explorer.record(sys.argv[1], sys.argv[2], sys.argv[3]));"
        "flight = Flight(open_world(Path(sys.argv[1]))); flight.frame(0.1); flight.close()"
    )
    command = [sys.executable, "-c", code, str(world_path), str(scene), str(tmp_path / "out.mp4")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "36"


def test_without_a_display_the_demo_is_not_built_first(tmp_path: Path) -> None:
    assert "no display" in refused(DISPLAY="", XDG_CACHE_HOME=str(tmp_path))
    assert not (tmp_path / "layerflight").exists()


def test_a_damaged_demo_is_built_again(tmp_path: Path, scene: Path) -> None:
    (tmp_path / "layerflight" / "digits.world").mkdir(parents=True)
    (tmp_path / "layerflight" / "digits.world" / "manifest.json").write_text("{}")
    scene.write_text(SCENE.replace('"*"', '"conv1"'))
    done = layerflight("record", "demo", scene, "-o", tmp_path / "out.mp4", XDG_CACHE_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "building the demo again" in done.stderr
    assert len(frames(tmp_path / "out.mp4")) == 6
