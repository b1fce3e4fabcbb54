"""Shaders that do not compile say where and why, and never take a running session down."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import moderngl
import numpy as np
import pytest

from explorer.draw.renderer import Renderer
from explorer.draw.shaders import Shaders, compose
from explorer.draw.target import Target
from explorer.errors import DisplayError
from explorer.resources import resource
from tests.draw.scenes import cloud, draw_list, plain_world

Make = Callable[..., Renderer]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(resource("shaders"), tmp_path / "shaders"))


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    time = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(time, time))


@pytest.mark.parametrize("defines", [(), ("MORPH",), ("SPRITES",), ("PICK",), ("SPRITES", "PICK", "MORPH")])
def test_every_variant_compiles(ctx: moderngl.Context, defines: tuple[str, ...]) -> None:
    shaders = Shaders(ctx)
    assert shaders.get("points", *defines) is shaders.get("points", *defines)
    shaders.release()


def test_an_error_names_file_line_stage_and_shows_the_source(ctx: moderngl.Context, folder: Path) -> None:
    path = folder / "points.glsl"
    _edit(path, "float haze = fogged(depth);", "float haze = fogged(deep);")
    line = 1 + next(i for i, text in enumerate(path.read_text().splitlines()) if "fogged(deep)" in text)
    with pytest.raises(DisplayError) as caught:
        Shaders(ctx, folder).get("points", "MORPH")
    message = str(caught.value)
    assert message.splitlines()[0] == "the shader points.glsl [MORPH] does not compile (vertex shader)"
    assert f"points.glsl:{line}: " in message
    assert "`deep' undeclared" in message or "deep" in message
    numbered = next(text for text in message.splitlines() if text.rstrip().endswith("fogged(deep);"))
    assert numbered.split()[0] == f"points.glsl:{line}"


def test_an_error_in_an_include_names_the_include(ctx: moderngl.Context, folder: Path) -> None:
    path = folder / "include" / "frame.glsl"
    _edit(path, "return t * t", "return tt * t")
    line = 1 + next(i for i, text in enumerate(path.read_text().splitlines()) if "return tt" in text)
    with pytest.raises(DisplayError, match=rf"frame\.glsl:{line}: "):
        Shaders(ctx, folder).get("lines")


def test_an_error_in_the_fragment_stage_says_so(ctx: moderngl.Context, folder: Path) -> None:
    _edit(folder / "lines.glsl", "float soft =", "float hard =")
    with pytest.raises(DisplayError, match=r"lines\.glsl does not compile \(fragment shader\)"):
        Shaders(ctx, folder).get("lines")


def test_missing_files_are_named(ctx: moderngl.Context, folder: Path) -> None:
    (folder / "include" / "place.glsl").unlink()
    with pytest.raises(DisplayError, match=r"cannot read the shader .*place\.glsl: No such file"):
        Shaders(ctx, folder).get("points")


def test_includes_come_once(folder: Path) -> None:
    (folder / "twice.glsl").write_text('#include "include/frame.glsl"\n#include "include/frame.glsl"\nvoid main() {}\n')
    source = compose(folder / "twice.glsl", "VERTEX_SHADER", ("A",))
    assert source.text.count("uniform Frame") == 1
    assert source.text.startswith("#version 330 core\n#define VERTEX_SHADER\n#define A\n")


def test_a_dev_run_reloads_and_keeps_the_old_program_when_the_new_one_fails(
    renderer: Make, target: Target, folder: Path
) -> None:
    one = renderer(plain_world([np.zeros((1, 3))], [0]), shader_dir=folder, dev=True)
    frame = draw_list(cloud(1), size=0.3)
    one.draw(frame, target)
    white = target.read_rgb()
    _edit(folder / "points.glsl", "colour = vec4(shaded, 1.0)", "colour = vec4(shaded.r, 0.0, 0.0, 1.0)")
    one.draw(frame, target)
    red = target.read_rgb()
    assert white[120, 160].min() > 100
    assert red[120, 160, 0] > 100
    assert red[120, 160, 1] == 0
    _edit(folder / "points.glsl", "vec4(shaded.r, 0.0, 0.0, 1.0)", "vec4(oops)")
    one.draw(frame, target)
    assert (target.read_rgb() == red).all()
    assert "oops" in one.shader_error
    _edit(folder / "points.glsl", "vec4(oops)", "vec4(shaded, 1.0)")
    one.draw(frame, target)
    assert (target.read_rgb() == white).all()
    assert one.shader_error == ""
