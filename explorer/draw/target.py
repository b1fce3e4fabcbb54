"""The framebuffer everything is drawn into, in a window and without one: the same pixels in both."""

from __future__ import annotations

import moderngl
import numpy as np

from explorer.types import UInt8


class Target:
    """An RGBA8 colour texture with a depth buffer, one sample for each pixel."""

    def __init__(self, ctx: moderngl.Context, size: tuple[int, int]) -> None:
        """
        Args:
            ctx: the context it lives in.
            size: width and height in pixels; at least 1 x 1 is made of anything smaller.
        """
        self.ctx = ctx
        self._allocate(size)

    def _allocate(self, size: tuple[int, int]) -> None:
        self.size = (max(1, int(size[0])), max(1, int(size[1])))
        self.colour = self.ctx.texture(self.size, 4)
        self.colour.repeat_x = self.colour.repeat_y = False
        self._depth = self.ctx.depth_renderbuffer(self.size)
        self.fbo = self.ctx.framebuffer([self.colour], self._depth)
        # A view without depth: blitting depth between unlike formats is an error in OpenGL.
        self.colour_only = self.ctx.framebuffer([self.colour])

    def resize(self, width: int, height: int) -> None:
        """Changes the size; the picture is lost. Does nothing when the size is the same."""
        if (max(1, int(width)), max(1, int(height))) != self.size:
            self.release()
            self._allocate((width, height))

    def read_rgb(self) -> UInt8:
        """The picture, (H, W, 3) uint8, top row first."""
        width, height = self.size
        data = self.fbo.read(components=3, alignment=1)
        return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(height, width, 3)[::-1])

    def copy_to_screen(self, size: tuple[int, int]) -> None:
        """Copies the picture to the window, pixel by pixel.

        Args:
            size: of the window's framebuffer, pixels.
        """
        # ``ctx.screen`` keeps the size that the window had when the context was made, and copies are
        # cut to it: a reference made anew takes its size from the viewport.
        self.ctx.screen.use()
        self.ctx.screen.viewport = (0, 0, *size)
        self.ctx.copy_framebuffer(self.ctx.detect_framebuffer(0), self.colour_only)

    def release(self) -> None:
        """Frees the memory on the GPU."""
        self.ctx.detect_framebuffer(0).use()  # moderngl binds the last framebuffer again, which must still be there
        for part in (self.colour_only, self.fbo, self._depth, self.colour):
            part.release()
