"""A small table of rows that changes from frame to frame: one buffer that grows, and its vertex array."""

from __future__ import annotations

import moderngl
import numpy as np

from explorer.draw.shaders import Shaders
from explorer.draw.uploads import Uploads
from explorer.types import Float32


class Rows:
    """Rows of floats as vertices or instances of one program.

    Args:
        ctx: the GL context.
        shaders: where the program comes from.
        uploads: counts what is sent.
        program: its name.
        layout: moderngl's description of a row, as in "3f 4f /i".
        names: the program's inputs, in the order of a row.
    """

    def __init__(
        self, ctx: moderngl.Context, shaders: Shaders, uploads: Uploads, program: str, layout: str, *names: str
    ) -> None:
        self._ctx, self._shaders, self._uploads = ctx, shaders, uploads
        self._program, self._layout, self._names = program, layout, names
        self._buffer: moderngl.Buffer | None = None
        self._array: moderngl.VertexArray | None = None
        self._sent = b""

    def put(self, rows: Float32) -> moderngl.VertexArray:
        """The vertex array that holds these rows (n, floats of a row) float32; sent only when they changed."""
        data = np.ascontiguousarray(rows, np.float32).tobytes()
        if self._buffer is None or self._buffer.size < len(data):
            self.release()
            self._buffer = self._ctx.buffer(reserve=len(data), dynamic=True)
        if data != self._sent:
            self._uploads.buffer(self._buffer, data)
            self._sent = data
        if self._array is None:
            program = self._shaders.get(self._program).program
            self._array = self._ctx.vertex_array(program, [(self._buffer, self._layout, *self._names)])
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
        self._sent = b""
