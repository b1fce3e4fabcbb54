"""The OpenGL context: made without a window through EGL, checked, and flushed."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import moderngl

from explorer.errors import DisplayError

REQUIRED = 330
"""OpenGL 3.3 core: what every desktop of the last twelve years has (macOS stops at 4.1)."""


_HEADLESS: dict[str, Any] = {"backend": "egl"}


def headless_context() -> moderngl.Context:
    """A context without a window, through EGL.

    Raises:
        DisplayError: EGL or OpenGL 3.3 is missing; says what to install.
    """
    try:
        context = moderngl.create_context(standalone=True, require=REQUIRED, **_HEADLESS)
    except Exception as error:  # glcontext raises bare Exception, ImportError or OSError for the same cause
        cause = " ".join(str(error).split())
        raise DisplayError(
            f"cannot draw without a window: no OpenGL 3.3 through EGL ({cause}); "
            "on Debian or Ubuntu install it with: apt-get install libegl1 libgl1 libgl1-mesa-dri"
        ) from error
    try:
        check_context(context)
    except DisplayError:
        release_context(context)
        raise
    return context


def release_context(context: moderngl.Context) -> None:
    """Gives a headless context back; one left current would keep a window from getting its own."""
    with context:
        pass  # leaving the block makes no context current
    context.release()


def check_context(context: moderngl.Context) -> None:
    """Makes sure that a context can run our shaders.

    Raises:
        DisplayError: it is older than OpenGL 3.3.
    """
    if context.version_code < REQUIRED:
        found = f"{context.version_code // 100}.{context.version_code // 10 % 10}"
        raise DisplayError(
            f"this display offers OpenGL {found} ({renderer_name(context)}), layerflight needs 3.3; "
            "update the graphics driver, or install Mesa's software renderer (libgl1-mesa-dri)"
        )


def renderer_name(context: moderngl.Context) -> str:
    """What the driver calls itself, as in "llvmpipe (LLVM 15.0.6, 256 bits)"."""
    return str(context.info["GL_RENDERER"])


def is_software(context: moderngl.Context) -> bool:
    """True when Mesa's llvmpipe draws on the processor."""
    return "llvmpipe" in renderer_name(context)


def flusher(context: moderngl.Context) -> Callable[[], None]:
    """``glFlush`` of this context, which moderngl does not offer (``finish`` waits; a flush does not)."""
    address = context.mglo._context.load_opengl_function("glFlush")
    # PYFUNCTYPE keeps the interpreter's lock: giving it away hundreds of times a frame would let
    # other threads, an encoder say, hold up the picture each time.
    return ctypes.PYFUNCTYPE(None)(address)
