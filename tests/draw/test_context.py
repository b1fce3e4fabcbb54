"""A context without a window, and the target everything is drawn into."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import moderngl
import numpy as np
import pytest

from explorer.draw.context import check_context, flusher, headless_context, is_software, renderer_name
from explorer.draw.target import Target
from explorer.errors import DisplayError


def test_there_is_a_renderer(ctx: moderngl.Context) -> None:
    assert ctx.version_code >= 330
    assert renderer_name(ctx).strip()
    assert is_software(ctx) == ("llvmpipe" in renderer_name(ctx))
    flusher(ctx)()
    assert ctx.error == "GL_NO_ERROR"


def test_no_renderer_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise Exception("eglGetDisplay failed\n(0x3000)")

    monkeypatch.setattr(moderngl, "create_context", refuse)
    with pytest.raises(DisplayError, match=r"eglGetDisplay failed \(0x3000\).*apt-get install libegl1") as caught:
        headless_context()
    assert "\n" not in str(caught.value)


def test_an_old_opengl_is_refused_by_name() -> None:
    old = cast(moderngl.Context, SimpleNamespace(version_code=310, info={"GL_RENDERER": "Old Card"}))
    with pytest.raises(DisplayError, match=r"OpenGL 3\.1 \(Old Card\).*needs 3\.3"):
        check_context(old)


def test_target_reads_top_row_first_and_resizes(ctx: moderngl.Context) -> None:
    target = Target(ctx, (7, 5))  # an odd size: rows are not padded
    target.fbo.clear()
    target.fbo.clear(1.0, 0.0, 0.0, viewport=(0, 4, 7, 1))
    rgb = target.read_rgb()
    assert rgb.shape == (5, 7, 3)
    assert (rgb[0] == (255, 0, 0)).all()
    assert not rgb[1:].any()
    target.resize(12, 3)
    assert target.read_rgb().shape == (3, 12, 3)
    target.resize(0, 0)  # a minimised window
    assert target.size == (1, 1)
    target.release()


def test_target_is_cleared_with_its_depth(ctx: moderngl.Context) -> None:
    target = Target(ctx, (4, 4))
    target.fbo.clear(0.0, 0.5, 1.0)
    assert np.unique(target.read_rgb().reshape(-1, 3), axis=0).tolist() == [[0, 128, 255]]
    target.release()
