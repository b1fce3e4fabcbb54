"""Draws a draw list: background, clouds, edges, highlights; and answers what is under the cursor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import moderngl
import numpy as np

from explorer.draw.frame import FrameBlock
from explorer.draw.highlight import Highlights
from explorer.draw.lines import Lines
from explorer.draw.palette import Palette
from explorer.draw.picking import Picker, within_reach
from explorer.draw.points import Clouds
from explorer.draw.shaders import Shaders
from explorer.draw.sprites import Sprites
from explorer.draw.still import StillPicture
from explorer.draw.target import Target
from explorer.draw.threads import ThreadLines
from explorer.draw.uploads import Uploads
from explorer.store.read import World
from explorer.world.draw_list import DrawList

_PALETTE_UNIT, _ATLAS_UNIT = 0, 1
_UNITS = {"palette": _PALETTE_UNIT, "atlas": _ATLAS_UNIT}


class Renderer:
    """One world on one context."""

    def __init__(self, ctx: moderngl.Context, world: World, shader_dir: Path | None = None, dev: bool = False) -> None:
        """
        Args:
            ctx: OpenGL 3.3 core or later, current.
            world: layers are uploaded when they are first drawn.
            shader_dir: where the .glsl files are; by default those shipped.
            dev: compile shaders again when their files change.

        Raises:
            DisplayError: the driver refuses a shader.
        """
        self.points_drawn = 0
        """Points of the last frame."""
        self.uploaded_bytes = 0
        """Bytes sent to the GPU for the last frame, buffers uploaded on first use included."""
        self.reused = False
        """Whether the last frame showed the kept picture of a scene that stands still."""
        self._ctx, self._world = ctx, world
        self._uploads = Uploads()
        self._shaders = Shaders(ctx, shader_dir, dev, self._uploads.forget)
        self._frame = FrameBlock(ctx, self._uploads)
        self._palette = Palette(ctx, self._uploads)
        self._clouds = Clouds(ctx, world, self._shaders, self._uploads)
        self._clouds.constants = {name: np.int32(unit).tobytes() for name, unit in _UNITS.items()}
        self._lines = Lines(ctx, self._shaders, self._uploads)
        self._threads = ThreadLines(ctx, self._shaders, self._uploads)
        self._highlights = Highlights(ctx, world, self._shaders, self._uploads, self._clouds.category)
        self._picker = Picker(ctx)
        self._still = StillPicture(ctx)
        self._sprites: Sprites | None = None
        self._background: moderngl.VertexArray | None = None

    @property
    def shader_error(self) -> str:
        """Why the last reload of a shader was refused (dev runs); empty when it was not."""
        return self._shaders.error

    def draw(self, draw_list: DrawList, target: Target) -> None:
        """Draws one frame over whatever the target holds."""
        self._begin(draw_list, target.size)
        self.reused = self._still.show(draw_list, target)
        target.fbo.use()
        target.fbo.viewport = (0, 0, *target.size)
        if not self.reused:
            self._draw_scene(draw_list, target)
            self._still.keep(draw_list, target)
            self.points_drawn = self._clouds.drawn
            target.fbo.use()
        self._draw_marks(draw_list, target)
        self._restore()
        self.uploaded_bytes = self._uploads.bytes

    def _draw_scene(self, draw_list: DrawList, target: Target) -> None:
        """Everything but what marks single images."""
        self._draw_background(target)
        self._ctx.enable_only(moderngl.BLEND | moderngl.DEPTH_TEST)
        self._ctx.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA  # premultiplied
        self._threads.draw(draw_list, target.size)  # before the points, whose soft edges then lie on them
        self._draw_clouds(draw_list)
        self._ctx.enable_only(moderngl.BLEND | moderngl.DEPTH_TEST)
        target.fbo.depth_mask = False  # ribbons are soft: they are hidden by points but hide none
        self._lines.draw(draw_list.lines, target.size[1])
        target.fbo.depth_mask = True

    def _draw_marks(self, draw_list: DrawList, target: Target) -> None:
        """Marked images, never hidden, and the rings around them."""
        self._ctx.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        self._ctx.enable_only(moderngl.BLEND | moderngl.PROGRAM_POINT_SIZE)
        self._draw_marked(draw_list)
        self._highlights.draw(draw_list, target.size[1])

    def _draw_marked(self, draw_list: DrawList, *defines: str) -> None:
        """Thumbnails of marked images over all others: what a ring frames must not be hidden, as rings never are."""
        if not draw_list.highlights or draw_list.images <= 0.0 or self._sprites is None:
            return
        self._sprites.use(_ATLAS_UNIT)
        self._palette.use(draw_list.palette, _PALETTE_UNIT)
        self._ctx.disable(moderngl.DEPTH_TEST)
        images = [mark.image for mark in draw_list.highlights]
        for cloud in draw_list.clouds:
            if cloud.opacity > 0.0:
                self._clouds.draw_marked(cloud, draw_list.view @ draw_list.projection, ("SPRITES", *defines), images)

    def pick(self, draw_list: DrawList, x: float, y: float, target_size: tuple[int, int]) -> tuple[int, int] | None:
        """The (node, image) drawn under a pixel (top-left origin), else the nearest within 4 pixels."""
        self._begin(draw_list, target_size)
        near = [c for c in draw_list.clouds if within_reach(draw_list, x, y, target_size, *self._clouds.bound(c))]
        draw_list = replace(draw_list, clouds=tuple(near))
        picked = self._picker.pick(x, y, target_size, lambda: self._draw_ids(draw_list))
        self._restore()
        return picked

    def _begin(self, draw_list: DrawList, size: tuple[int, int]) -> None:
        self._uploads.reset()
        self._clouds.show_as(draw_list)
        self._clouds.drawn = 0
        if self._shaders.reload_changed():
            self._forget_arrays()
            self._still.forget()
        self._frame.write(draw_list, size)

    def _draw_background(self, target: Target) -> None:
        if self._background is None:
            self._background = self._ctx.vertex_array(self._shaders.get("background").program, [])
        target.fbo.clear()
        self._ctx.enable_only(moderngl.NOTHING)
        self._background.render(moderngl.TRIANGLES, vertices=3)

    def _draw_clouds(self, draw_list: DrawList, *defines: str) -> None:
        view_projection = draw_list.view @ draw_list.projection  # (4, 4)
        thumbnails = self._world.thumbnails
        if draw_list.images > 0.0 and thumbnails is not None:
            if self._sprites is None:
                self._sprites = Sprites(self._ctx, thumbnails, self._clouds.order, self._uploads)
                self._clouds.constants["atlas_shape"] = self._sprites.shape
            self._sprites.use(_ATLAS_UNIT)
            defines = ("SPRITES", *defines)
        self._palette.use(draw_list.palette, _PALETTE_UNIT)
        blend = moderngl.NOTHING if "PICK" in defines else moderngl.BLEND
        self._ctx.enable_only(moderngl.DEPTH_TEST | moderngl.PROGRAM_POINT_SIZE | blend)
        self._ctx.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA  # premultiplied
        for cloud in draw_list.clouds:
            if cloud.opacity > 0.0:
                self._clouds.draw(cloud, view_projection, defines)

    def _draw_ids(self, draw_list: DrawList) -> None:
        """The clouds as numbers, into the framebuffer in use."""
        self._draw_clouds(draw_list, "PICK")
        self._draw_marked(draw_list, "PICK")

    def _restore(self) -> None:
        """Leaves the state as others expect it: ImGui and the window set what they need from here."""
        self._ctx.enable_only(moderngl.BLEND)
        self._ctx.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA

    def _forget_arrays(self) -> None:
        """Vertex arrays belong to a program: after a reload they are made again."""
        self._clouds.forget_arrays()
        self._lines.forget_arrays()
        self._threads.forget_arrays()
        self._highlights.forget_arrays()
        if self._background is not None:
            self._background.release()
            self._background = None

    def release(self) -> None:
        """Frees everything on the GPU."""
        self._forget_arrays()
        drawers = (self._clouds, self._lines, self._threads, self._highlights)
        for part in (*drawers, self._picker, self._still, self._palette, self._frame):
            part.release()
        if self._sprites is not None:
            self._sprites.release()
        self._shaders.release()
