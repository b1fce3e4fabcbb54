"""Draws the threads: places and colours as small textures, one instanced draw for each edge of the network."""

from __future__ import annotations

import moderngl
import numpy as np

from explorer.draw.frame import LINES, focal_pixels
from explorer.draw.prefix import prefix
from explorer.draw.shaders import Shaders
from explorer.draw.uploads import Uploads
from explorer.types import Float64
from explorer.world.draw_list import DrawList
from explorer.world.threads import Threads, Way

_UNITS = {"places": 2, "colours": 3}
_THICKNESS = 0.011
"""Diameter of a tube, scene units, when there are few."""
_STEP = 14.0
"""Pixels of curve for each step of the ribbon."""
_STEPS = (4, 24)
"""Least and greatest number of steps along an edge."""
_VERTICES = 400_000
"""Steps become fewer before all threads together exceed this."""


class ThreadLines:
    """Tubes on the screen for all threads of a frame."""

    def __init__(self, ctx: moderngl.Context, shaders: Shaders, uploads: Uploads) -> None:
        self._ctx, self._shaders, self._uploads = ctx, shaders, uploads
        self._array: moderngl.VertexArray | None = None
        self._textures: dict[str, moderngl.Texture] = {}
        self._sent: dict[str, bytes] = {}

    def draw(self, draw_list: DrawList, size: tuple[int, int]) -> None:
        """Draws the threads of a draw list into the framebuffer in use, of ``size`` pixels."""
        threads = draw_list.threads
        if threads is None or threads.places.shape[1] == 0:
            return
        self._put("places", np.ascontiguousarray(threads.places, np.float32), "f4")
        self._put("colours", np.ascontiguousarray(threads.colours), "f1")
        if self._array is None:
            self._array = self._ctx.vertex_array(self._shaders.get("threads").program, [])
        program = self._array.program
        for name, unit in _UNITS.items():
            self._uploads.uniform(program, name, np.int32(unit).tobytes())
        emphasis = draw_list.emphasis if draw_list.selection is not None else 0.0
        shown, limit = prefix(threads.count, threads.places.shape[1])
        growth = np.array([threads.reveal, emphasis, limit], np.float32)
        self._uploads.uniform(program, "growth", growth.tobytes())
        thickness = _thickness(len(threads.places[0])) * focal_pixels(draw_list.projection, size[1])  # at distance 1
        for way, steps in _in_view(draw_list, threads, size):
            look = np.array([thickness, 1.1 * size[1] / LINES, steps, 0.85 * threads.opacity], np.float32)
            self._uploads.uniform(program, "look", look.tobytes())
            self._way(program, threads, way)
            self._array.render(moderngl.TRIANGLE_STRIP, vertices=2 * steps + 2, instances=shown)

    def _way(self, program: moderngl.Program, threads: Threads, way: Way) -> None:
        """Uniforms of one edge."""
        last = len(threads.colours) - 1
        nodes = np.array([way.start, way.end, min(way.start, last), min(way.end, last)], np.int32)
        ends = np.zeros((4, 4), np.float32)
        ends[:2, :3], ends[2:, :3], ends[:2, 3] = way.middles, way.tangents, way.depths
        self._uploads.uniform(program, "nodes", nodes.tobytes())
        self._uploads.uniform(program, "way", ends.tobytes())

    def _put(self, name: str, values: np.ndarray[tuple[int, ...], np.dtype[np.generic]], dtype: str) -> None:
        """Binds a texture (nodes, threads, channels), written again when it changed."""
        height, width, channels = values.shape
        texture = self._textures.get(name)
        if texture is None or texture.size != (width, height):
            if texture is not None:
                texture.release()
            texture = self._textures[name] = self._ctx.texture((width, height), channels, dtype=dtype, alignment=1)
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
            self._sent[name] = b""
        data = values.tobytes()
        if data != self._sent[name]:
            self._uploads.texture(texture, data)
            self._sent[name] = data
        texture.use(_UNITS[name])

    def forget_arrays(self) -> None:
        """Drops the vertex array, after a shader was replaced."""
        if self._array is not None:
            self._array.release()
            self._array = None

    def release(self) -> None:
        """Frees everything on the GPU."""
        self.forget_arrays()
        for texture in self._textures.values():
            texture.release()
        self._textures.clear()


def _thickness(count: int) -> float:
    """Diameter of a tube, scene units: many threads are slimmer."""
    return float(_THICKNESS * (1.0 + count / 60.0) ** -0.4)


def _in_view(draw_list: DrawList, threads: Threads, size: tuple[int, int]) -> list[tuple[Way, int]]:
    """The edges that may be seen, near ones first, each with the steps that its curve needs on the screen."""
    reach = np.linalg.norm(threads.places, axis=2).max(axis=1)  # (L,)
    sideways = float(np.abs(draw_list.projection[[0, 1], [0, 1]]).max())
    found: list[tuple[float, Way, float]] = []
    for way in threads.ways:
        curve = _curve(way)  # (5, 3)
        clip = np.c_[curve, np.ones(len(curve))] @ draw_list.view @ draw_list.projection  # (5, 4)
        around = float(max(reach[way.start], reach[way.end]))
        fogged = float(clip[:, 3].min()) - around > draw_list.fog[1]
        if threads.reveal <= way.depths[0] or fogged or not _seen(clip, around * sideways):
            continue
        pixels = clip[:, :2] / np.maximum(clip[:, 3:], 0.3) * np.array(size) / 2  # (5, 2)
        length = float(np.linalg.norm(np.diff(pixels, axis=0), axis=1).sum())
        steps = float(np.clip(length / (_STEP * size[1] / LINES), *_STEPS))
        found.append((float(clip[:, 3].mean()), way, steps))
    vertices = 2.0 * threads.count * sum(steps for _, _, steps in found)
    share = min(1.0, _VERTICES / max(vertices, 1.0))
    near_first = sorted(found, key=lambda entry: entry[0])  # they hide much of the others
    return [(way, max(_STEPS[0], round(share * steps))) for _, way, steps in near_first]


def _curve(way: Way) -> Float64:
    """(5, 3) places along the middle of an edge."""
    t = np.linspace(0.0, 1.0, 5)[:, None]
    s, u = t * t * (3.0 - 2.0 * t), 1.0 - t
    straight = (1.0 - s) * way.middles[0] + s * way.middles[1]
    return np.asarray(straight + t * u * (u * way.tangents[0] - t * way.tangents[1]))


def _seen(clip: Float64, margin: float) -> bool:
    """False when all places lie outside of the picture on the same side, with a margin in clip units."""
    x, y, w = clip[:, 0], clip[:, 1], clip[:, 3]
    sides = (w + x, w - x, w + y, w - y, w)
    return all(bool((side > -margin).any()) for side in sides)
