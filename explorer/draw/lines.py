"""Edges between nodes: ribbons of constant pixel width (OpenGL's own lines are one pixel wide)."""

from __future__ import annotations

import moderngl
import numpy as np

from explorer.draw.frame import LINES
from explorer.draw.shaders import Shaders
from explorer.draw.uploads import Uploads
from explorer.world.draw_list import Line

_FLOATS = 11  # start, end, RGBA, width


class Lines:
    """One instance for each line, uploaded only when the lines change."""

    def __init__(self, ctx: moderngl.Context, shaders: Shaders, uploads: Uploads) -> None:
        self._ctx, self._shaders, self._uploads = ctx, shaders, uploads
        self._buffer: moderngl.Buffer | None = None
        self._array: moderngl.VertexArray | None = None
        self._data = b""

    def draw(self, lines: tuple[Line, ...], height: int) -> None:
        """Draws lines into the framebuffer in use.

        Args:
            lines: what to draw.
            height: of the framebuffer in pixels; widths scale with it.
        """
        if not lines:
            return
        rows = np.array([(*x.start, *x.end, *x.colour, x.width * height / LINES) for x in lines], np.float32)  # (n, 11)
        array = self._vertex_array(len(rows))
        data = rows.tobytes()
        if data != self._data and self._buffer is not None:
            self._uploads.buffer(self._buffer, data)
            self._data = data
        array.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(lines))

    def _vertex_array(self, count: int) -> moderngl.VertexArray:
        if self._buffer is None or self._buffer.size < count * _FLOATS * 4:
            self.release()
            self._buffer = self._ctx.buffer(reserve=count * _FLOATS * 4, dynamic=True)
        if self._array is None:
            program = self._shaders.get("lines").program
            content = [(self._buffer, "3f 3f 4f 1f /i", "start", "end", "rgba", "width")]
            self._array = self._ctx.vertex_array(program, content)
        return self._array

    def forget_arrays(self) -> None:
        """Drops the vertex array, after a shader was replaced."""
        if self._array is not None:
            self._array.release()
            self._array = None

    def release(self) -> None:
        """Frees everything on the GPU."""
        self.forget_arrays()
        if self._buffer is not None:
            self._buffer.release()
            self._buffer = None
        self._data = b""
