"""The clouds' buffers, and drawing them: 64 bytes for each image and layer, uploaded on first use."""

from __future__ import annotations

from collections.abc import Callable, Collection

import moderngl
import numpy as np

from explorer.draw.context import flusher, is_software
from explorer.draw.corrections import Corrections, all_dimensions
from explorer.draw.emphasis import Emphasis
from explorer.draw.prefix import UNLIMITED, prefix
from explorer.draw.shaders import BINDINGS, Shader, Shaders
from explorer.draw.uploads import Uploads
from explorer.errors import WorldError
from explorer.store.read import World
from explorer.types import DIMS, SHOWN, Float64, Int32
from explorer.world.colouring import indices
from explorer.world.draw_list import Cloud, DrawList

SEED = 15
"""Of the order in which images are stored: any prefix of it is a fair sample of them."""

SLICE = 8000
"""Points that llvmpipe draws between two flushes: its bins then stay in the cache."""

_ROWS = 1 << 16  # images converted at a time

_HERE = np.eye(4)


class Clouds:
    """Every layer's points on the GPU, in one shuffled order common to all of them."""

    def __init__(self, ctx: moderngl.Context, world: World, shaders: Shaders, uploads: Uploads) -> None:
        self.drawn = 0
        """Points drawn since the last frame began."""
        self.slice = SLICE if is_software(ctx) else 0
        """Points in one draw call; 0 draws all at once."""
        self.constants: dict[str, bytes] = {}
        """Uniforms of every variant that stay the same, by name."""
        images = world.manifest.images
        self.order = np.random.default_rng(SEED).permutation(images)  # (N,) image at each rank
        self._rank = np.argsort(self.order)  # (N,) place of each image in that order
        self._ctx, self._world, self._shaders, self._uploads = ctx, world, shaders, uploads
        self._flush: Callable[[], None] = flusher(ctx)
        self._images = ctx.buffer(self.order.astype(np.int32).tobytes())
        self._categories = ctx.buffer(reserve=4 * images)
        self._colouring = ""
        self._live: Int32 | None = None
        self._emphasis = Emphasis(ctx, self.order, uploads)
        self._corrections = Corrections(ctx, uploads)
        self._variant: tuple[str, ...] = ()
        self._rows: Int32 = np.empty(0, np.int32)  # (N,) row of the palette of each image, in the world's order
        self._layers: dict[int, moderngl.Buffer] = {}
        self._farthest: dict[int, float] = {}
        self._styles: dict[tuple[int, bool], tuple[moderngl.Buffer, bytes]] = {}
        self._arrays: dict[tuple[str, tuple[str, ...], int, int], moderngl.VertexArray] = {}

    def colour_by(self, colouring: str, rows: Int32 | None = None) -> None:
        """Says which property colours the points; four bytes for each are uploaded when it is another one.

        Args:
            colouring: its key.
            rows: (N,) row of the palette of each image where the colouring is live; another array is another state.
        """
        if colouring != self._colouring or rows is not self._live:
            self._rows = indices(self._world, colouring) if rows is None else rows
            self._colouring, self._live = colouring, rows
            self._uploads.buffer(self._categories, self._rows[self.order].astype(np.int32).tobytes())

    def show_as(self, draw_list: DrawList) -> None:
        """Takes over how a frame shows its points: colouring, corrections, and which of them stand out."""
        self.colour_by(draw_list.colouring, draw_list.rows)
        self._corrections.show(draw_list, self.constants)
        self._variant = self._corrections.variant
        if self._emphasis.show(draw_list.selection, draw_list.shift):
            self._variant = (*self._variant, "EMPHASIS")
            amounts = np.array([draw_list.emphasis, draw_list.shift], np.float32)
            self.constants["emphasis"] = amounts.tobytes()

    def category(self, image: int) -> int:
        """Row of the palette of an image; -1 for the last one."""
        return int(self._rows[image])

    def draw(self, cloud: Cloud, view_projection: Float64, defines: tuple[str, ...]) -> None:
        """Draws one cloud into the framebuffer in use.

        Args:
            cloud: what and where.
            view_projection: (4, 4) row-vector matrix.
            defines: variant of points.glsl, without what the cloud and ``show_as`` decide.
        """
        count, limit = prefix(cloud.count, len(self.order))
        array = self._prepared(cloud, view_projection, defines, limit)
        size = 0 if "PICK" in defines else self.slice  # a few pixels have no bins to keep in the cache
        self._render(array, count, size)

    def draw_marked(
        self, cloud: Cloud, view_projection: Float64, defines: tuple[str, ...], images: Collection[int]
    ) -> None:
        """Draws a few images of a cloud once more, whether the level of detail shows them or not."""
        array = self._prepared(cloud, view_projection, defines, UNLIMITED)
        for image in images:
            array.render(moderngl.POINTS, vertices=1, first=int(self._rank[image]))

    def _prepared(
        self, cloud: Cloud, view_projection: Float64, defines: tuple[str, ...], limit: float
    ) -> moderngl.VertexArray:
        """The vertex array of a cloud, its program's uniforms set."""
        variant = (*self._variant, *defines)
        # Corrections need places in the world; without them one matrix leads straight to the picture.
        onward = _HERE if self._corrections.variant else view_projection
        ends = _ends(cloud)
        shader = self._shaders.get("points", *variant, *("MORPH",) * (len(ends) - 1))
        for (_, place, space, share), names in zip(ends, (("tour", "space"), ("next", "next_space")), strict=False):
            self._matrix(shader, names[0], share * (place @ onward))
            if "SLICE" in variant:
                self._uploads.uniform(shader.program, names[1], all_dimensions(space, share))
        self._use_style(cloud, limit)
        for name, value in self.constants.items():
            self._uploads.uniform(shader.program, name, value)
        return self._array(shader, ends[0][0], ends[-1][0])

    def bound(self, cloud: Cloud) -> tuple[Float64, float]:
        """A sphere in the world frame that holds every point of a cloud: middle (3,) and radius."""
        middle, radius = np.zeros(SHOWN), 0.0
        ends = (
            (cloud.layer, cloud.placement, 1.0 - cloud.morph),
            (cloud.next_layer, cloud.next_placement, cloud.morph),
        )
        for layer, placement, share in ends:
            if share > 0.0:
                self._layer(layer)
                stretch = float(np.linalg.norm(placement[:DIMS, :SHOWN], 2))  # largest singular value
                middle += share * placement[DIMS, :SHOWN]
                radius += share * stretch * self._farthest[layer]
        correction = self._corrections.radial
        return middle, radius if correction is None else max(radius, correction.reach)

    def _matrix(self, shader: Shader, name: str, matrix: Float64) -> None:
        # Row-major (16, 4) bytes are four mat4 whose columns are the rows: tour[k] * x_k adds them up.
        self._uploads.uniform(shader.program, name, matrix.astype(np.float32).tobytes())

    def _use_style(self, cloud: Cloud, limit: float) -> None:
        """Binds the block ``Style`` of a cloud's node, written when it changes."""
        data = np.array([cloud.opacity, cloud.node, limit, 0.0], np.float32).tobytes()
        key = (cloud.node, limit == UNLIMITED)
        if key not in self._styles:
            self._styles[key] = self._ctx.buffer(reserve=len(data), dynamic=True), b""
        buffer, last = self._styles[key]
        if last != data:
            self._uploads.buffer(buffer, data)
            self._styles[key] = buffer, data
        buffer.bind_to_uniform_block(BINDINGS["Style"])

    def _render(self, array: moderngl.VertexArray, count: int, size: int) -> None:
        if count <= 0:
            return
        self.drawn += count
        if size == 0 or count <= size:
            array.render(moderngl.POINTS, vertices=count)
            return
        for first in range(0, count, size):
            array.render(moderngl.POINTS, vertices=min(size, count - first), first=first)
            self._flush()

    def _array(self, shader: Shader, first: int, second: int) -> moderngl.VertexArray:
        key = (shader.name, shader.defines, first, second)
        if key not in self._arrays:
            content = [
                (self._layer(first), "4f 4f 4f 4f", "x0", "x1", "x2", "x3"),
                (self._categories, "1i", "category"),
            ]
            if "PICK" in shader.defines:
                content.append((self._images, "1i", "image"))
            if "EMPHASIS" in shader.defines:
                content.append((self._emphasis.buffer, "1u1", "level"))
            if "MORPH" in shader.defines:
                content.append((self._layer(second), "4f 4f 4f 4f", "y0", "y1", "y2", "y3"))
            self._arrays[key] = self._ctx.vertex_array(shader.program, content)
        return self._arrays[key]

    def _layer(self, layer: int) -> moderngl.Buffer:
        """The buffer (N, 16) float32 of ``[x(15), 1]`` in shuffled order."""
        if layer not in self._layers:
            embedding = self._world.embedding(layer)  # (N, 15)
            buffer = self._ctx.buffer(reserve=len(self.order) * (DIMS + 1) * 4)
            farthest = 0.0
            for start in range(0, len(self.order), _ROWS):
                chunk = self.order[start : start + _ROWS]  # (n,)
                rows = np.ones((len(chunk), DIMS + 1), np.float32)  # (n, 16)
                rows[:, :DIMS] = embedding[chunk]
                self._uploads.buffer(buffer, rows.tobytes(), offset=start * (DIMS + 1) * 4)
                farthest = np.maximum(farthest, np.linalg.norm(rows[:, :DIMS], axis=1).max())
            if not np.isfinite(farthest):  # NaN and infinity both end up here
                name = self._world.manifest.layers[layer].embedding
                raise WorldError(f"{self._world.path}/{name} holds values that are not finite; build the world again")
            self._layers[layer] = buffer
            self._farthest[layer] = float(farthest) * 1.001  # the GPU rounds to float32
        return self._layers[layer]

    def forget_arrays(self) -> None:
        """Drops the vertex arrays, after a shader was replaced."""
        for array in self._arrays.values():
            array.release()
        self._arrays.clear()

    def release(self) -> None:
        """Frees everything on the GPU."""
        self.forget_arrays()
        self._emphasis.release()
        self._corrections.release()
        for buffer in (*self._layers.values(), *(x for x, _ in self._styles.values()), self._images, self._categories):
            buffer.release()
        self._layers.clear()
        self._styles.clear()


def _ends(cloud: Cloud) -> list[tuple[int, Float64, Float64 | None, float]]:
    """The layers that a cloud mixes, one or two, with their placements, spaces and shares."""
    first = (cloud.layer, cloud.placement, cloud.space, 1.0 - float(cloud.morph))
    second = (cloud.next_layer, cloud.next_placement, cloud.next_space, float(cloud.morph))
    if cloud.morph >= 1.0:
        return [(*second[:3], 1.0)]
    if cloud.morph <= 0.0 or (cloud.layer == cloud.next_layer and cloud.placement is cloud.next_placement):
        return [(*first[:3], 1.0)]
    return [first, second]
