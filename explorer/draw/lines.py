"""Edges between nodes: ribbons of constant pixel width (OpenGL's own lines are one pixel wide)."""

from __future__ import annotations

import moderngl
import numpy as np

from explorer.draw.frame import LINES
from explorer.draw.rows import Rows
from explorer.draw.shaders import Shaders
from explorer.draw.uploads import Uploads
from explorer.world.draw_list import Line


class Lines:
    """One instance for each line, uploaded only when the lines change."""

    def __init__(self, ctx: moderngl.Context, shaders: Shaders, uploads: Uploads) -> None:
        self._rows = Rows(ctx, shaders, uploads, "lines", "3f 3f 4f 1f /i", "start", "end", "rgba", "width")

    def draw(self, lines: tuple[Line, ...], height: int) -> None:
        """Draws lines into the framebuffer in use.

        Args:
            lines: what to draw.
            height: of the framebuffer in pixels; widths scale with it.
        """
        if not lines:
            return
        rows = np.array([(*x.start, *x.end, *x.colour, x.width * height / LINES) for x in lines], np.float32)  # (n, 11)
        self._rows.put(rows).render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(lines))

    def forget_arrays(self) -> None:
        """Drops the vertex array, after a shader was replaced."""
        self._rows.forget_arrays()

    def release(self) -> None:
        """Frees everything on the GPU."""
        self._rows.release()
